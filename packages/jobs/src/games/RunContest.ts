import type { ContractTransaction } from "ethers";

import type { IRunClaims } from "../../../../typechain-types/index.js";
import { type CommitMove, revealOf, type TooLateMove, type WaitMove } from "../committing.js";
import type { Hand } from "../Hand.js";
import { playedRunMove, type RunMove, type States } from "../runs/nextRunMove.js";
import type { PostedRun } from "../runs/readRun.js";
import { RunHistory } from "../runs/RunHistory.js";
import type { Contest, ContestMove } from "./Contest.js";
import { describeCommit } from "./describeCommit.js";

interface Options {
  readonly claims: IRunClaims;
  readonly posted: PostedRun;
  /** One's own execution. */
  readonly honest: States;
  /** Index of the first wrong checkpoint. */
  readonly firstWrong: number;
  readonly hand: () => Promise<Hand>;
}

/** A contest of a wrong run of a machine. */
export class RunContest implements Contest {
  readonly #options: Options;
  readonly #history: RunHistory;

  constructor(options: Options) {
    this.#options = options;
    this.#history = new RunHistory(options.posted.claimId, options.posted.block);
  }

  get claimId(): bigint {
    return this.#options.posted.claimId;
  }

  get game(): IRunClaims {
    return this.#options.claims;
  }

  async next(head: { number: number; timestamp: number }): Promise<ContestMove | TooLateMove | WaitMove> {
    const { posted, honest, firstWrong } = this.#options;
    const [hand] = await Promise.all([this.#options.hand(), this.#history.readTo(this.game, head.number)]);
    const knowledge = { posted, history: this.#history, honest, now: head.timestamp };
    const move = await playedRunMove(knowledge, firstWrong, hand);
    return move.kind === "wait" || move.kind === "tooLate" ? move : this.#described(move, hand);
  }

  async branchesOf(account: string, block: number): Promise<string[]> {
    await this.#history.readTo(this.game, block);
    return this.#history.ids(account);
  }

  withdrawal(branchIds: string[], account: string): Promise<ContractTransaction> {
    const { claim } = this.#options.posted;
    return this.game.withdrawBonds.populateTransaction(this.claimId, claim, branchIds, account, account);
  }

  #described(move: CommitMove | Exclude<RunMove, TooLateMove | WaitMove>, hand: Hand): ContestMove {
    const { game, claimId } = this;
    const { claim, log2 } = this.#options.posted;
    const { kind } = move;
    switch (kind) {
      case "commit":
        return describeCommit(game, move);
      case "pointTop": {
        const { index, ends, siblings } = move;
        const reveal = revealOf(hand);
        return {
          kind,
          title: `Point at checkpoint ${index}: the provider must show its states in the 2^${log2} steps before it`,
          takesBond: true,
          call: (value) => game.pointTop.populateTransaction(claimId, claim, index, ends, siblings, reveal, { value }),
        };
      }
      case "point": {
        const { parent, index, ends, siblings } = move;
        return {
          kind,
          title: `Point at part ${index} of ${1n << BigInt(parent.log2)} steps: the provider must show its states`,
          takesBond: true,
          call: (value) => game.point.populateTransaction(claimId, parent, index, ends, siblings, { value }),
        };
      }
      case "prove": {
        const { proof, witness } = move;
        const reveal = revealOf(hand);
        return {
          kind,
          title: `Prove that step ${proof.step} ends in another state`,
          takesBond: false,
          call: () => game.prove.populateTransaction(claimId, claim, proof, witness, reveal),
        };
      }
      case "timeout":
        return {
          kind,
          title: "Time out a segment that the provider left unanswered",
          takesBond: false,
          call: () => game.timeout.populateTransaction(claimId, claim, move.step, move.path),
        };
    }
  }
}
