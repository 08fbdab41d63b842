import type { Defence } from "@millrace/jobs";
import type { ContractTransaction } from "ethers";

import type { IMachineMarket, ITaskBook, ITaskMarket } from "../../../../typechain-types/index.js";

/** One attempt of this agent at a task. */
export interface OwnAttempt {
  readonly taskId: bigint;
  readonly attempt: number;
  readonly order: ITaskBook.TaskOrderStruct;
}

/** A result that is ready to be claimed. */
export interface Submission {
  readonly outputRoot: string;
  readonly call: () => Promise<ContractTransaction>;
}

/** One kind of work: what differs between the markets whose results are claimed and can be contested. */
export interface Trade {
  /** Names its jobs in the database, on disk and in the log. */
  readonly kind: "run" | "task";
  readonly market: IMachineMarket | ITaskMarket;
  /** Why the policy does not take an order, told from the order alone; undefined if it does. */
  refusalOf(taskId: bigint, order: ITaskBook.TaskOrderStruct): Promise<string | undefined>;
  /** Gets an order's data and keeps them; says why they cannot be answered for, if so. */
  examine(taskId: bigint, order: ITaskBook.TaskOrderStruct): Promise<string | undefined>;
  /** The result of an attempt: as it was saved, or computed and saved now. */
  work(own: OwnAttempt): Promise<Submission>;
  /** Answers for the claim of an attempt. */
  defend(own: OwnAttempt): Promise<Defence>;
  /** Lets go of what was kept for answers. */
  forget(taskId: bigint): Promise<void>;
}
