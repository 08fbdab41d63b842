import type { Logger } from "@millrace/sdk";
import type { BaseContract, ContractTransaction } from "ethers";

import type { ICheckGame, IClaimGame, IClaimMarket } from "../../../../typechain-types/index.js";

/** A claim that may have to be checked: what differs between the games. */
export interface Assignment {
  readonly taskId: bigint;
  readonly windowEndsAt: number;
  readonly checks: BaseContract &
    Pick<ICheckGame, "checkOf" | "commit" | "positionOf" | "rules" | "settle" | "shareOf">;
  readonly game: Pick<IClaimGame, "stateOf">;
  readonly market: BaseContract & Pick<IClaimMarket, "finalize" | "statusOf">;
  /** Seats that are drawn for it, until when and by the value of which second. */
  drawnFor(): Promise<{ readonly seats: readonly bigint[]; readonly drawBy: bigint; readonly pickAt: bigint }>;
  draw(): Promise<ContractTransaction>;
  /**
   * Executes what was ordered in its turn.
   * @param until last second at which that is good for something
   * @throws MillraceError when the order's data cannot be had, or its turn does not come
   */
  execute(logger: Logger, until: number): Promise<Executed>;
}

/** What a checker has that executed an order. */
export interface Executed {
  /** Whether the provider claims the same. */
  readonly isRight: boolean;
  /** Words of the checker's tree. */
  readonly words: number;
  /** Salted root of an account. */
  rootOf(account: string): Promise<string>;
  /** Vouches for the claim, by the words at some positions. */
  vouch(place: number, account: string, positions: readonly number[]): Promise<ContractTransaction>;
}
