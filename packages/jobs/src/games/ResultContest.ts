import { labelOf } from "@millrace/sdk";
import type { Bundle, Region, Traces, Witness, WitnessOptions, WordAddress } from "@millrace/tensor";
import type { ContractTransaction } from "ethers";

import type { IResultClaims } from "../../../../typechain-types/index.js";
import { branchIdOf } from "../commitments.js";
import type { TooLateMove, WaitMove } from "../committing.js";
import { GameHistory } from "../GameHistory.js";
import type { Hand } from "../Hand.js";
import { type Move, nextMove, proofMove } from "../nextMove.js";
import type { PostedClaim } from "../readClaim.js";
import type { Contest, ContestMove } from "./Contest.js";
import { describeCommit } from "./describeCommit.js";

interface Options {
  readonly claims: IResultClaims;
  readonly posted: PostedClaim;
  readonly bundle: Bundle;
  /** One's own traces. */
  readonly honest: Traces;
  readonly firstWrong: Region;
  readonly witness: WitnessOptions;
  readonly hand: () => Promise<Hand>;
  /** A proof from the published trace: with it the game is one move. */
  readonly direct?: { readonly target: WordAddress; readonly witness: Witness } | undefined;
}

/** A contest of a wrong result of a tensor program. */
export class ResultContest implements Contest {
  readonly #options: Options;
  readonly #history: GameHistory;

  constructor(options: Options) {
    this.#options = options;
    this.#history = new GameHistory(options.posted.claimId, options.posted.block);
  }

  get claimId(): bigint {
    return this.#options.posted.claimId;
  }

  get game(): IResultClaims {
    return this.#options.claims;
  }

  async next(head: { number: number; timestamp: number }): Promise<ContestMove | TooLateMove | WaitMove> {
    const { bundle, honest, posted, firstWrong, witness, direct } = this.#options;
    const [hand] = await Promise.all([this.#options.hand(), this.#history.readTo(this.game, head.number)]);
    const now = head.timestamp;
    const move =
      direct === undefined
        ? nextMove({ bundle, honest, posted, game: this.#history, hand, now }, firstWrong, witness)
        : proofMove(posted.claimId, direct, hand, now);
    return move.kind === "wait" || move.kind === "tooLate" ? move : this.#described(move);
  }

  async branchesOf(account: string, block: number): Promise<string[]> {
    await this.#history.readTo(this.game, block);
    return this.#history.ownedBy(account).map((key) => branchIdOf(this.claimId, key));
  }

  withdrawal(branchIds: string[], account: string): Promise<ContractTransaction> {
    const { claim } = this.#options.posted;
    return this.game.withdrawBonds.populateTransaction(this.claimId, claim, branchIds, account, account);
  }

  #described(move: Exclude<Move, TooLateMove | WaitMove>): ContestMove {
    const { game, claimId } = this;
    const { claim } = this.#options.posted;
    const { kind } = move;
    switch (kind) {
      case "commit":
        return describeCommit(game, move);
      case "pointTop":
        return {
          kind,
          title: `Point at the root of the ${labelOf("Region", move.region)}: the provider must open it`,
          takesBond: true,
          call: (value) => game.pointTop.populateTransaction(claimId, claim, move.region, move.reveal, { value }),
        };
      case "point": {
        const { parent, index, child, siblings } = move;
        return {
          kind,
          title: `Point at child ${index} below height ${parent.height}: the provider must open it`,
          takesBond: true,
          call: (value) => game.point.populateTransaction(claimId, parent, index, child, siblings, { value }),
        };
      }
      case "prove": {
        const { target, witness, reveal } = move;
        return {
          kind,
          title: `Prove that word ${target.position} of the ${labelOf("Region", target.region)} is wrong`,
          takesBond: false,
          call: () => game.prove.populateTransaction(claimId, claim, target, witness, reveal),
          conviction: ({ checks }) => checks.convict.populateTransaction(claimId, claim, target, witness, reveal),
        };
      }
      case "timeout":
        return {
          kind,
          title: "Time out a branch that the provider left unanswered",
          takesBond: false,
          call: () => game.timeout.populateTransaction(claimId, claim, move.branch, [...move.above]),
        };
    }
  }
}
