import {
  checkClaim,
  fetchBundle,
  openingsOf,
  type PostedClaim,
  readClaim,
  readOrder,
  saltedTree,
} from "@millrace/jobs";
import { type BeaconRecorder, connectContracts, type Contracts, type Logger, sleep } from "@millrace/sdk";
import { type Traces, type TraceTree, treeOf } from "@millrace/tensor";

import type { Desk } from "../Desk.js";

/** How a duty ended. */
export type DutyOutcome = "not drawn" | "of others" | "wrong" | "missed" | "fell" | "settled" | "lapsed";

type Check = Awaited<ReturnType<Contracts["checks"]["checkOf"]>>;

/** `ClaimState` and `TaskStatus` of the contracts. */
const SLASHED = 3n;
const CONFIRMED = 9n;
const FINALIZED = 10n;

const has = (set: bigint, place: number): boolean => ((set >> BigInt(place)) & 1n) === 1n;

/**
 * What a checker does about one claim: has it drawn for, executes it, commits to its salted root, opens the drawn words,
 * and has it settled. Its next step follows from the chain alone, so it keeps nothing, and a crash loses nothing.
 */
export class Duty {
  readonly #contracts: Contracts;
  readonly #logger: Logger;

  constructor(
    private readonly desk: Desk,
    private readonly recorder: BeaconRecorder,
    readonly claimId: bigint,
    private readonly block: number,
    logger: Logger,
  ) {
    this.#contracts = connectContracts(desk.deployment, desk.provider);
    this.#logger = logger.child({ claimId: claimId.toString(), duty: true });
  }

  /** Follows the claim until nothing is left to do; undefined when the watcher is stopped first. */
  async follow(): Promise<DutyOutcome | undefined> {
    const { signal, pollMs } = this.desk;
    const [posted] = await readClaim(this.#contracts.claims, { claimId: this.claimId, fromBlock: this.block });
    if (posted === undefined) return "not drawn";
    while (!signal.aborted) {
      const outcome = await this.#step(posted);
      if (outcome !== undefined) {
        if (outcome !== "not drawn" && outcome !== "of others") this.#logger.info({ outcome }, "check has ended");
        return outcome;
      }
      await sleep(pollMs, signal);
    }
    return undefined;
  }

  /** At most one step; undefined while there is more to come. */
  async #step(posted: PostedClaim): Promise<DutyOutcome | undefined> {
    const { checks } = this.#contracts;
    const check = await checks.checkOf(this.claimId);
    if (check.count === 0n) return await this.#draw(posted);
    const now = await this.desk.clock.now();
    if (BigInt(now) >= check.lapsesAt) return "lapsed";
    const mine = await this.#placeOf(check);
    if (mine === undefined) return "of others";
    if (!has(check.committed, mine.place)) return await this.#commit(posted, check, mine, now);
    if (!has(check.vouched, mine.place)) return await this.#vouch(posted, check, mine, now);
    return await this.#settle(posted, check);
  }

  /** Draws when this checker is among those who are; else somebody else will, or nobody needs to. */
  async #draw(posted: PostedClaim): Promise<DutyOutcome | undefined> {
    const { checks } = this.#contracts;
    const { claimId } = this;
    const { drawBy, pickAt } = await checks.drawnFor(claimId, posted.claim);
    const now = BigInt(await this.desk.clock.now());
    if (now > drawBy) return "not drawn";
    if (now < pickAt || !(await this.recorder.ensure(pickAt))) return undefined;
    const { seats } = await checks.drawnFor(claimId, posted.claim);
    if ((await this.#mineOf(seats)) === undefined) return seats.length === 0 ? "not drawn" : "of others";
    await this.#send(() => checks.draw.populateTransaction(claimId, posted.claim), "draw");
    return undefined;
  }

  async #commit(posted: PostedClaim, check: Check, mine: Mine, now: number): Promise<DutyOutcome | undefined> {
    const honest = await this.#execute(posted);
    if (honest === undefined) return undefined;
    // The case of this claim proves it: there is nothing to vouch for.
    if (!checkClaim(posted, honest).isRight) return "wrong";
    if (BigInt(now) > check.commitBy) return "missed";
    const { root } = this.#salted(posted, mine, honest);
    const { checks } = this.#contracts;
    await this.#send(() => checks.commit.populateTransaction(this.claimId, mine.place, root), "commit");
    return undefined;
  }

  async #vouch(posted: PostedClaim, check: Check, mine: Mine, now: number): Promise<DutyOutcome | undefined> {
    const { checks, claims } = this.#contracts;
    if ((await claims.stateOf(this.claimId)) === SLASHED) return "fell";
    if (now > posted.windowEndsAt) return "missed";
    if (BigInt(now) < check.openAt || !(await this.recorder.ensure(check.openAt))) return undefined;
    const honest = await this.#execute(posted);
    if (honest === undefined) return undefined;
    const trace = this.#traceOf(posted, honest);
    const { openings: count } = await checks.rules();
    const positions = await Promise.all(
      Array.from({ length: Number(count) }, async (_, index) =>
        Number(await checks.positionOf(this.claimId, mine.place, index, trace.wordCount)),
      ),
    );
    const openings = openingsOf(trace, this.#salted(posted, mine, honest), positions);
    const call = () => checks.vouch.populateTransaction(this.claimId, posted.claim, mine.place, openings);
    await this.#send(call, "vouch");
    return undefined;
  }

  /** Pays itself as soon as the job is paid; the pot of an epoch that is not closed yet can wait. */
  async #settle(posted: PostedClaim, check: Check): Promise<DutyOutcome | undefined> {
    const { checks, claims, tasks, token } = this.#contracts;
    if (check.isSettled) return "settled";
    if ((await claims.stateOf(this.claimId)) === SLASHED) return "fell";
    const status = await tasks.statusOf(posted.taskId);
    if (status !== CONFIRMED && status !== FINALIZED) return undefined;
    const order = await readOrder(tasks, posted.taskId, this.desk.deployment.deployedAtBlock);
    if (status === CONFIRMED) {
      await this.#send(() => tasks.finalize.populateTransaction(posted.taskId, order), "finalize");
      return undefined;
    }
    if ((await token.balanceOf(await checks.getAddress())) === 0n) return undefined;
    await this.#send(() => checks.settle.populateTransaction(this.claimId, order), "settle");
    return "settled";
  }

  async #execute(posted: PostedClaim): Promise<Traces | undefined> {
    const { deployment, executor, signal } = this.desk;
    const order = await readOrder(this.#contracts.tasks, posted.taskId, deployment.deployedAtBlock);
    try {
      const bundle = await fetchBundle(order.terms, { signal });
      return await executor.execute(bundle, posted.claim.terms.inputRoot, this.#logger);
    } catch (error) {
      this.#logger.warn({ reason: error instanceof Error ? error.message : error }, "cannot execute yet");
      return undefined;
    }
  }

  #traceOf(posted: PostedClaim, honest: Traces): TraceTree {
    const tree = treeOf(honest, posted.claim.header.bodyWords === 0n ? 2 : 1);
    if (tree === undefined) throw new Error("the region to be opened is empty");
    return tree;
  }

  #salted(posted: PostedClaim, { account }: Mine, honest: Traces): TraceTree {
    return saltedTree(this.claimId, account, this.#traceOf(posted, honest).words);
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

  async #send(make: () => Promise<object>, label: string): Promise<void> {
    const receipt = await this.desk.sender.send(make, label);
    this.#logger.info({ step: label, gas: receipt.gasUsed, hash: receipt.hash }, "check goes on");
  }
}

/** A place of this checker. */
interface Mine {
  readonly place: number;
  readonly account: string;
}
