import type { Kernels } from "@millrace/jobs";
import type { BlockClock, Contracts, Deployment, Semaphore, TransactionSender } from "@millrace/sdk";
import type { JsonRpcApiProvider, Signer } from "ethers";

import type { BondBudget } from "./BondBudget.js";
import type { Docket } from "./Docket.js";
import type { Executor } from "./Executor.js";
import type { Purse } from "./Purse.js";

/** What all cases of a watcher share. */
export interface Desk {
  readonly account: string;
  /** Makes the salts of commitments. */
  readonly signer: Signer;
  readonly provider: JsonRpcApiProvider;
  readonly deployment: Deployment;
  readonly contracts: Contracts;
  readonly clock: BlockClock;
  readonly sender: TransactionSender;
  /** Says what is executed next: it is asked before data are fetched. */
  readonly docket: Docket;
  readonly executor: Executor;
  /** Where looks at published results wait for their turn: each takes a whole result into memory. */
  readonly looks: Semaphore;
  readonly kernels: Kernels;
  readonly signal: AbortSignal;
  readonly pollMs: number;
  readonly bonds: BondBudget;
  /** Pays for data that are demanded. */
  readonly purse: Purse;
}
