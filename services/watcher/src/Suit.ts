import type { Contest, ContestMove } from "@millrace/jobs";
import { type Logger, MillraceError } from "@millrace/sdk";

import type { IClaimGame } from "../../../typechain-types/index.js";

/** Games that claims are decided in. */
export type GameName = "results" | "runs";

/** Whether data can be had; `pending` while they may still be shown. */
export type Shown = "no" | "pending" | "yes";

/** Thrown while the data of a claim were demanded on chain and may still be shown. */
export class DataDemandedError extends MillraceError {
  constructor(claimId: bigint) {
    super("DATA_UNAVAILABLE", `The input of claim ${claimId} is demanded on chain.`, {
      hint: "Its provider shows it in time, or loses its bond.",
    });
  }
}

/** One claim, and how it is examined: what differs between the games. */
export interface Suit {
  readonly claimId: bigint;
  readonly provider: string;
  /** Last second for a first pointer. */
  readonly windowEndsAt: number;
  /** Time for each answer, and for going on after it. */
  readonly responseSeconds: number;
  readonly game: Pick<IClaimGame, "stateOf">;
  /**
   * Executes what was ordered in its turn, and says whether the claim is right; if not, how to contest it.
   * @param until last second at which that is good for something
   * @throws MillraceError when the order's data cannot be had, or are not what was ordered, or its turn does not come
   */
  examine(logger: Logger, until: number): Promise<Contest | undefined>;
  /** Whether whoever wants the result can have it, off chain or on. */
  isShown(logger: Logger): Promise<Shown>;
  /** What a proof is good for besides the fall of the claim, if for anything. */
  afterProof?(move: ContestMove): Promise<void>;
}
