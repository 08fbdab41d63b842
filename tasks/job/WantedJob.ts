import type { JobFiles } from "@millrace/jobs";
import type { Contracts } from "@millrace/sdk";
import type { ContractTransaction } from "ethers";

import type { ITaskBook } from "../../typechain-types/index.js";
import type { Fact } from "../lib/text.js";
import type { ClaimMarketName } from "./markets.js";

/** What a buyer wants to have done, whichever market does it. */
export interface WantedJob {
  readonly market: Contracts["machines"] | Contracts["tasks"];
  readonly claims: Contracts["claims"] | Contracts["runs"];
  readonly marketName: ClaimMarketName;
  readonly title: string;
  readonly facts: readonly Fact[];
  readonly bundleHash: string;
  readonly programHash: string;
  readonly inputRoot: string;
  readonly open: (terms: ITaskBook.TaskTermsStruct) => Promise<ContractTransaction>;
  /** What providers fetch. */
  readonly files: JobFiles;
}
