import type { ContractTransaction } from "ethers";

import type { IClaimGame } from "../../../../typechain-types/index.js";

/** Something that a provider is asked. */
export interface Question {
  /** What is asked, for people. */
  readonly what: string;
  /** Last second for the answer. */
  readonly answerBy: number;
  /** The answer; undefined if what is asked is not in the provider's own trace. */
  readonly answer: () => Promise<ContractTransaction | undefined>;
}

/** What a provider has to do for its claim, whichever game it is played in. Anyone may give most of the answers. */
export interface Defence {
  readonly claimId: bigint;
  readonly provider: string;
  readonly game: Pick<IClaimGame, "branchOf">;
  /** What waits for an answer as of a block. */
  questions(block: number): Promise<Question[]>;
  /** Ids of all branches and demands as of a block: where bonds and fees lie. */
  ids(block: number): Promise<string[]>;
  /** Pays the bonds and fees of some of them to the provider. */
  withdrawal(ids: string[]): Promise<ContractTransaction>;
}
