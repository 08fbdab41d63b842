import type { Contracts } from "@millrace/sdk";
import type { ContractTransaction } from "ethers";

import type { IClaimGame } from "../../../../typechain-types/index.js";
import type { TooLateMove, WaitMove } from "../committing.js";

/** A move that a challenger can make now. */
export interface ContestMove {
  readonly kind: "commit" | "point" | "pointTop" | "prove" | "timeout";
  /** What it does, for people. */
  readonly title: string;
  /** Of a proof: the same, to the cost of the checkers who vouched for the claim. */
  readonly conviction?: (contracts: Pick<Contracts, "checks">) => Promise<ContractTransaction>;
  /** Whether a bond goes along. */
  readonly takesBond: boolean;
  /** The transaction, with so much sent along. */
  readonly call: (value: bigint) => Promise<ContractTransaction>;
}

/** The way from a wrong claim to its fall, whichever game it is played in. */
export interface Contest {
  readonly claimId: bigint;
  readonly game: Pick<IClaimGame, "branchOf" | "claimOf" | "stateOf">;
  /**
   * What to do next, as of a block. It follows from the chain and one's own execution alone: a restart loses nothing, and
   * moves of others on the same path are one's own.
   */
  next(head: { readonly number: number; readonly timestamp: number }): Promise<ContestMove | TooLateMove | WaitMove>;
  /** Ids of the branches that an account pointed at, as of the last block that was read. */
  branchesOf(account: string, block: number): Promise<string[]>;
  /** Pays the bonds of branches of a claim that fell to who pointed. */
  withdrawal(branchIds: string[], account: string): Promise<ContractTransaction>;
}
