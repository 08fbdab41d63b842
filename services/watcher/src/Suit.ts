import type { Contest, ContestMove } from "@millrace/jobs";
import type { Logger } from "@millrace/sdk";

import type { IClaimGame } from "../../../typechain-types/index.js";

/** Games that claims are decided in. */
export type GameName = "results" | "runs";

/** One claim, and how it is examined: what differs between the games. */
export interface Suit {
  readonly claimId: bigint;
  readonly provider: string;
  /** Last second for a first pointer. */
  readonly windowEndsAt: number;
  readonly game: Pick<IClaimGame, "stateOf">;
  /**
   * Executes what was ordered, and says whether the claim is right; if not, how to contest it.
   * @throws MillraceError when the order's data cannot be had, or are not what was ordered
   */
  examine(logger: Logger): Promise<Contest | undefined>;
  /** What a proof is good for besides the fall of the claim. */
  afterProof(move: ContestMove): Promise<void>;
}
