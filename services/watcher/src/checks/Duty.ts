import { readOrder } from "@millrace/jobs";
import { type BeaconRecorder, type Contracts, type Logger, memberOf, sleep } from "@millrace/sdk";

import type { Desk } from "../Desk.js";
import { patienceMs } from "../patienceMs.js";
import type { Assignment, Executed } from "./Assignment.js";

/** How a duty ended. */
export type DutyOutcome = "not drawn" | "of others" | "wrong" | "missed" | "fell" | "settled" | "lapsed";

type Check = Awaited<ReturnType<Assignment["checks"]["checkOf"]>>;

const SLASHED = memberOf("ClaimState", "slashed");
const CONFIRMED = memberOf("TaskStatus", "confirmed");
const FINALIZED = memberOf("TaskStatus", "finalized");

/** So long before a check lapses, a part of what is due is better than nothing. */
const LAST_SECONDS = 3_600;

const has = (set: bigint, place: number): boolean => ((set >> BigInt(place)) & 1n) === 1n;

/**
 * What a checker does about one claim: has it drawn for, executes it, commits to its salted root, opens the drawn words,
 * and has it settled. Its next step follows from the chain alone, so it keeps nothing, and a crash loses nothing.
 */
export class Duty {
  readonly #contracts: Contracts;
  readonly #logger: Logger;
  /** How often the order could not be executed. */
  #failures = 0;

  constructor(
    private readonly desk: Desk,
    private readonly recorder: BeaconRecorder,
    readonly claimId: bigint,
    private readonly assignment: Assignment,
    logger: Logger,
  ) {
    this.#contracts = desk.contracts;
    this.#logger = logger.child({ claimId: claimId.toString(), duty: true });
  }

  /** Follows the claim until nothing is left to do; undefined when the watcher is stopped first. */
  async follow(): Promise<DutyOutcome | undefined> {
    const { clock, signal, pollMs } = this.desk;
    let last = -1;
    while (!signal.aborted) {
      const { number } = await clock.latest();
      // There may be thousands of claims, and nothing changes but with a block.
      const outcome = number === last ? undefined : await this.#step();
      last = number;
      if (outcome !== undefined) {
        if (outcome !== "not drawn" && outcome !== "of others") this.#logger.info({ outcome }, "check has ended");
        return outcome;
      }
      await sleep(pollMs, signal);
    }
    return undefined;
  }

  /** At most one step; undefined while there is more to come. */
  async #step(): Promise<DutyOutcome | undefined> {
    const check = await this.assignment.checks.checkOf(this.claimId);
    if (check.count === 0n) return await this.#draw();
    const now = await this.desk.clock.now();
    if (BigInt(now) >= check.lapsesAt) return "lapsed";
    const mine = await this.#placeOf(check);
    if (mine === undefined) return "of others";
    if (!has(check.committed, mine.place)) return await this.#commit(check, mine, now);
    if (!has(check.vouched, mine.place)) return await this.#vouch(check, mine, now);
    return await this.#settle(check, now);
  }

  /** Draws when this checker is among those who are; else somebody else will, or nobody needs to. */
  async #draw(): Promise<DutyOutcome | undefined> {
    const { assignment } = this;
    const { drawBy, pickAt } = await assignment.drawnFor();
    const now = BigInt(await this.desk.clock.now());
    if (now > drawBy) return "not drawn";
    if (now < pickAt || !(await this.recorder.ensure(pickAt))) return undefined;
    const { seats } = await assignment.drawnFor();
    if ((await this.#mineOf(seats)) === undefined) return seats.length === 0 ? "not drawn" : "of others";
    await this.#send(() => assignment.draw(), "draw");
    return undefined;
  }

  async #commit(check: Check, mine: Mine, now: number): Promise<DutyOutcome | undefined> {
    if (BigInt(now) > check.commitBy) return "missed";
    const executed = await this.#execute(Number(check.commitBy));
    if (executed === undefined) return undefined;
    // The case of this claim proves it: there is nothing to vouch for.
    if (!executed.isRight) return "wrong";
    const root = await executed.rootOf(mine.account);
    const { checks } = this.assignment;
    const commit = () => checks.commit.populateTransaction(this.claimId, mine.place, root);
    await this.#send(commit, "commit", Number(check.commitBy));
    return undefined;
  }

  async #vouch(check: Check, mine: Mine, now: number): Promise<DutyOutcome | undefined> {
    const { checks, game, windowEndsAt } = this.assignment;
    if ((await game.stateOf(this.claimId)) === SLASHED) return "fell";
    if (now > windowEndsAt) return "missed";
    if (BigInt(now) < check.openAt || !(await this.recorder.ensure(check.openAt))) return undefined;
    const executed = await this.#execute(windowEndsAt);
    if (executed === undefined) return undefined;
    const { openings: count } = await checks.rules();
    const positions = await Promise.all(
      Array.from({ length: Number(count) }, async (_, index) =>
        Number(await checks.positionOf(this.claimId, mine.place, index, executed.words)),
      ),
    );
    const call = await executed.vouch(mine.place, mine.account, positions);
    await this.#send(() => Promise.resolve(call), "vouch", windowEndsAt);
    return undefined;
  }

  /** Pays itself once the job is paid and the pot has what is due; what it has, when the check is about to lapse. */
  async #settle(check: Check, now: number): Promise<DutyOutcome | undefined> {
    const { checks, game, market, taskId } = this.assignment;
    if (check.isSettled) return "settled";
    if ((await game.stateOf(this.claimId)) === SLASHED) return "fell";
    const status = await market.statusOf(taskId);
    if (status !== CONFIRMED && status !== FINALIZED) return undefined;
    const order = await readOrder(market, taskId, this.desk.deployment.deployedAtBlock);
    if (status === CONFIRMED) {
      await this.#send(() => market.finalize.populateTransaction(taskId, order), "finalize");
      return undefined;
    }
    const { due, share } = await checks.shareOf(this.claimId, order);
    if (share < due && BigInt(now + LAST_SECONDS) < check.lapsesAt) return undefined;
    await this.#send(() => checks.settle.populateTransaction(this.claimId, order), "settle");
    return "settled";
  }

  async #execute(until: number): Promise<Executed | undefined> {
    try {
      return await this.assignment.execute(this.#logger, until);
    } catch (error) {
      this.#logger.warn({ reason: error instanceof Error ? error.message : error }, "cannot execute yet");
      const left = until - (await this.desk.clock.now());
      await sleep(patienceMs(this.desk.pollMs, this.#failures, left), this.desk.signal);
      this.#failures += 1;
      return undefined;
    }
  }

  async #placeOf({ seats, count }: Check): Promise<Mine | undefined> {
    return await this.#mineOf(seats.slice(0, Number(count)));
  }

  /** The first of some seats that this key has, or works for. */
  async #mineOf(seatIds: readonly bigint[]): Promise<Mine | undefined> {
    const { seats, staking } = this.#contracts;
    for (const [place, seatId] of seatIds.entries()) {
      const { account } = await seats.seatOf(seatId);
      if (await staking.isOperator(account, this.desk.account)) return { place, account };
    }
    return undefined;
  }

  async #send(make: () => Promise<object>, label: string, dueAt = Infinity): Promise<void> {
    const receipt = await this.desk.sender.send(make, label, { dueAt });
    this.#logger.info({ step: label, gas: receipt.gasUsed, hash: receipt.hash }, "check goes on");
  }
}

/** A place of this checker. */
interface Mine {
  readonly place: number;
  readonly account: string;
}
