import { bondBatches, bondToSend, type Contest, type ContestMove } from "@millrace/jobs";
import { decodeError, type Logger, memberOf, sleep } from "@millrace/sdk";

import type { Desk } from "./Desk.js";
import { MissedError } from "./Docket.js";
import { patienceMs } from "./patienceMs.js";
import { DataDemandedError, type Suit } from "./Suit.js";

/** How a case ended. */
export type Outcome = "missed" | "over" | "proven" | "right" | "slashed" | "stood" | "timed out" | "unavailable";

const OPEN = memberOf("ClaimState", "open");
const SLASHED = memberOf("ClaimState", "slashed");
const GWEI = 10n ** 9n;
/** Moves in a row that fail before the claim is read anew: it may have been posted again, in another block. */
const MOST_FAILURES = 100;

/** One claim, from its posting to its end. It keeps nothing that the chain and the bundle do not hold. */
export class Case {
  readonly #logger: Logger;
  /** What of the budget lies in bonds of this claim. */
  #bonded = 0n;
  #outcome: Outcome | undefined;

  constructor(
    private readonly desk: Desk,
    private readonly suit: Suit,
    logger: Logger,
  ) {
    this.#logger = logger.child({ claimId: suit.claimId.toString() });
  }

  /**
   * Follows the claim to its end; undefined when the watcher is stopped first.
   * @param isWrong whether it was found to be wrong before: moves were made, and go on after the window
   * @param onWrong is told of a wrong claim
   */
  async follow(isWrong: boolean, onWrong: () => void): Promise<Outcome | undefined> {
    if (!isWrong && (await this.suit.game.stateOf(this.suit.claimId)) !== OPEN) return "over";
    const contest = await this.#examine(isWrong);
    if (contest === undefined || typeof contest === "string") return contest;
    onWrong();
    this.#logger.warn({ provider: this.suit.provider }, "claim is wrong");
    return await this.#fight(contest);
  }

  async #examine(isWrong: boolean): Promise<Contest | Outcome | undefined> {
    const { signal, clock, pollMs } = this.desk;
    const { windowEndsAt, responseSeconds } = this.suit;
    const untilAt = (now: number): number => (isWrong ? Math.max(windowEndsAt, now + responseSeconds) : windowEndsAt);
    let failures = 0;
    while (!signal.aborted) {
      try {
        const until = untilAt(await clock.now());
        const contest = await this.suit.examine(this.#logger, until);
        if (contest !== undefined) return contest;
        this.#logger.info("claim is right");
        return await this.#seeShown();
      } catch (error) {
        const [state, now] = [await this.suit.game.stateOf(this.suit.claimId), await clock.now()];
        // Whoever demanded the data and did not get them ended the claim.
        if (state === SLASHED) return "slashed";
        const isDemanded = error instanceof DataDemandedError;
        const isOver = isWrong ? state !== OPEN : now > windowEndsAt && !isDemanded;
        this.#logger.warn({ reason: decodeError(error).sentence, isOver }, "cannot be examined");
        if (isOver) return error instanceof MissedError ? "missed" : "unavailable";
        await sleep(patienceMs(pollMs, isDemanded ? 0 : failures, untilAt(now) - now), signal);
        failures += 1;
      }
    }
    return undefined;
  }

  /** A right result that nobody can have is withheld: it is demanded, if there is money for that. */
  async #seeShown(): Promise<Outcome | undefined> {
    const { signal, clock, pollMs, purse } = this.desk;
    if (!purse.isOpen) return "right";
    while (!signal.aborted) {
      try {
        const shown = await this.suit.isShown(this.#logger);
        if (shown === "yes") return "right";
        if ((await this.suit.game.stateOf(this.suit.claimId)) !== OPEN) break;
        if (shown === "no" && (await clock.now()) > this.suit.windowEndsAt) return "right";
      } catch (error) {
        this.#logger.warn({ reason: decodeError(error).sentence }, "cannot see whether the result is shown");
      }
      await sleep(pollMs, signal);
    }
    if (signal.aborted) return undefined;
    return (await this.suit.game.stateOf(this.suit.claimId)) === SLASHED ? "slashed" : "right";
  }

  /**
   * One move a block until the claim has ended. A move that fails is tried again: the chain says what is still open.
   * @throws what failed last, after too many failures in a row
   */
  async #fight(contest: Contest): Promise<Outcome | undefined> {
    const { signal, pollMs, clock, bonds } = this.desk;
    await this.#countBonds(contest);
    let failures = 0;
    let last = -1;
    while (!signal.aborted) {
      try {
        const head = await clock.latest();
        const outcome = head.number === last ? undefined : await this.#move(contest, head);
        if (outcome !== undefined) return outcome;
        last = head.number;
        failures = 0;
      } catch (error) {
        this.#logger.warn({ reason: decodeError(error).sentence }, "move failed");
        failures += 1;
        if (failures >= MOST_FAILURES) {
          bonds.putBack(this.#bonded);
          throw error;
        }
      }
      await sleep(pollMs, signal);
    }
    return undefined;
  }

  /** Makes the next move, if there is one; the outcome if the claim has ended. */
  async #move(contest: Contest, head: Parameters<Contest["next"]>[0]): Promise<Outcome | undefined> {
    const state = await contest.game.stateOf(contest.claimId);
    if (state !== OPEN) return await this.#conclude(contest, state);
    const move = await contest.next(head);
    if (move.kind === "tooLate") this.#logger.error("too late to contest this claim");
    else if (move.kind === "wait") this.#logger.debug({ until: move.until }, "waiting for the provider");
    else await this.#make(contest, move);
    return undefined;
  }

  /** A bond leaves the budget only if its transaction succeeds. */
  async #make(contest: Contest, move: ContestMove): Promise<void> {
    const { provider, bonds } = this.desk;
    const wei = move.takesBond ? await bondToSend(contest.game, provider, contest.claimId) : 0n;
    if (!bonds.take(wei)) {
      this.#logger.error({ wei }, "budget for bonds is used up: raise bondBudgetEther or wait for other cases");
      return;
    }
    try {
      await this.#send(await move.call(wei), move.kind);
      this.#bonded += wei;
    } catch (error) {
      bonds.putBack(wei);
      throw error;
    }
    if (move.kind === "prove") {
      this.#outcome = "proven";
      await this.suit.afterProof?.(move);
    }
    if (move.kind === "timeout") this.#outcome = "timed out";
  }

  /** After a restart bonds lie in the game already: they are part of the budget. */
  async #countBonds(contest: Contest): Promise<void> {
    const { account, clock, bonds } = this.desk;
    const { number } = await clock.latest();
    for (const id of await contest.branchesOf(account, number)) {
      const { bondGwei } = await contest.game.branchOf(contest.claimId, id);
      this.#bonded += bondGwei * GWEI;
    }
    bonds.count(this.#bonded);
  }

  async #send(call: object, label: string): Promise<void> {
    // The first move of a game is due by then; later ones come at once.
    const receipt = await this.desk.sender.send(call, label, { dueAt: this.suit.windowEndsAt });
    this.#logger.info({ move: label, gas: receipt.gasUsed, hash: receipt.hash }, "move made");
  }

  async #conclude(contest: Contest, state: bigint): Promise<Outcome> {
    const { account, clock, bonds } = this.desk;
    const isSlashed = state === SLASHED;
    const { number } = await clock.latest();
    const owned = isSlashed ? await contest.branchesOf(account, number) : [];
    for (const ids of await bondBatches(contest.game, contest.claimId, owned))
      await this.#send(await contest.withdrawal(ids, account), "withdraw bonds");
    bonds.putBack(this.#bonded);
    const outcome = isSlashed ? (this.#outcome ?? "slashed") : "stood";
    this.#logger.info({ outcome }, "claim has ended");
    return outcome;
  }
}
