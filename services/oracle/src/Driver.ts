import { ZeroHash } from "ethers";

import {
  decodeError,
  sleep,
  Trouble,
  type Contracts,
  type EpochClock,
  type Logger,
  type TransactionSender,
} from "@millrace/sdk";

import type { ChainFacts } from "./chain/ChainFacts.js";
import type { ChainWatch } from "./chain/ChainWatch.js";
import type { Duties } from "./duties/Duties.js";
import type { Leader } from "./member/Leader.js";
import type { Member } from "./member/Member.js";
import type { Observer } from "./member/Observer.js";
import type { ReportHistory } from "./member/ReportHistory.js";
import type { Schedule } from "./member/Schedule.js";
import type { SlotKeeper } from "./member/SlotKeeper.js";
import type { Standing } from "./member/Standing.js";
import type { Gossip } from "./member/Gossip.js";
import type { Guard } from "./member/Guard.js";
import type { Metrics } from "./Metrics.js";
import type { RecoveryPool } from "./ingest/RecoveryPool.js";
import { KEPT_EPOCHS, MAX_LATE_EPOCHS } from "./horizon.js";
import type { NodeEndpoints } from "./probe/NodeEndpoints.js";
import { diskOf } from "./store/diskOf.js";
import { ContradictionError } from "./store/ContradictionError.js";
import type { Store } from "./store/Store.js";

/** Rounds since the close after which a leader goes ahead without the observations that are still missing. */
const PATIENCE = 0.5;

/** What a driver moves. */
export interface Parts {
  readonly attestor: string;
  readonly closeEpochs: boolean;
  readonly clock: EpochClock;
  readonly contracts: Contracts;
  readonly duties: Duties;
  readonly endpoints: NodeEndpoints;
  readonly sender: TransactionSender;
  readonly store: Store;
  readonly watch: ChainWatch;
  readonly facts: ChainFacts;
  readonly pool: RecoveryPool;
  readonly slots: SlotKeeper;
  readonly gossip: Gossip;
  readonly guard: Guard;
  readonly observer: Observer;
  readonly history: ReportHistory;
  readonly member: Member;
  readonly leader: Leader;
  readonly schedule: Schedule;
  readonly standing: Standing;
  readonly metrics: Metrics;
  readonly logger: Logger;
}

/** A clock that is off by less is not worth a word: a block of the chain may be as old. */
const MAX_SKEW_SECONDS = 120;
/** Failures in a row after which a step is a problem and no hiccup. */
const MANY_FAILURES = 5;

/** Does what is due, again and again. Every step starts from the chain and the database, so it may stop anywhere. */
export class Driver {
  private synchronised = ZeroHash;
  private attended = -1;
  /** Epochs of which this member has made its observation, so that the database is asked once. */
  private readonly observed = new Set<number>();
  /** The epoch that it could not close last, and why. */
  private notClosed: { readonly epoch: number; readonly code: string } = { epoch: -1, code: "" };
  private failures: readonly { readonly code: string; readonly message: string }[] = [];

  constructor(private readonly parts: Parts) {}

  /** What keeps this member from its work, one sentence each. */
  get problems(): string[] {
    const last = this.failures.at(-1);
    const { guard, standing } = this.parts;
    return [
      ...(last !== undefined && this.failures.length >= MANY_FAILURES ? [last.message] : []),
      ...standing.problems,
      ...(guard.reasonToStop === undefined ? [] : [guard.reasonToStop]),
    ];
  }

  /** What an operator should know though the work goes on, one sentence each. */
  get warnings(): string[] {
    const { warnings } = this.parts.standing;
    const skew = this.clockSkew;
    if (skew === undefined || Math.abs(skew) < MAX_SKEW_SECONDS) return warnings;
    const [off, where] = [Math.round(Math.abs(skew)), skew > 0 ? "ahead of" : "behind"];
    const clock = `This machine's clock is ${off} seconds ${where} the chain's; nothing that is signed depends on it.`;
    return [clock, ...warnings];
  }

  /** Seconds that this machine's clock is ahead of the chain's; undefined while no new block says so. */
  private get clockSkew(): number | undefined {
    const { latest } = this.parts.watch;
    if (latest === undefined || performance.now() - latest.seenMs > 1_000 * MAX_SKEW_SECONDS) return undefined;
    return (Date.now() - (performance.now() - latest.seenMs)) / 1_000 - latest.timestamp;
  }

  /** Runs until the signal aborts. A step that fails is logged and tried again. */
  async run(pollMs: number, signal: AbortSignal): Promise<void> {
    const trouble = new Trouble({ logger: this.parts.logger, message: "step failed, trying again" });
    while (!signal.aborted) {
      const done = this.parts.metrics.stepSeconds.startTimer();
      try {
        await this.step();
        this.failures = [];
        trouble.over();
      } catch (error) {
        const { code, message } = decodeError(error);
        this.failures = [...this.failures.slice(1 - MANY_FAILURES), { code, message }];
        this.parts.metrics.stepFailures.inc({ code });
        trouble.failed({ code, message });
      }
      done();
      this.measure();
      await sleep(pollMs, signal);
    }
    await Promise.all([this.parts.duties.idle(), this.parts.endpoints.idle()]);
  }

  /** One round of everything that may be due. */
  async step(): Promise<void> {
    const { watch, clock, store, facts, metrics } = this.parts;
    await watch.poll();
    await facts.refresh();
    const now = watch.latest?.timestamp;
    if (now === undefined || now < clock.genesisAt) return;
    const current = clock.epochAt(now);
    metrics.epoch.set(current);
    await this.parts.standing.look(current);
    if (current > this.attended) {
      store.attend(current);
      store.prune(current - KEPT_EPOCHS, (await facts.newestReport()).epoch);
      this.attended = current;
    }
    this.parts.duties.begin(() => watch.latest?.timestamp ?? now, watch.latest?.number ?? 0);
    if (this.parts.guard.reasonToStop !== undefined) return;
    await this.closeSlots(current);
    await this.observe(current);
    if (this.parts.closeEpochs) await this.close(current, now);
    await this.report(current, now);
    await this.synchronise();
    this.parts.endpoints.begin(watch.latest?.number ?? 0);
  }

  /** Signs the batches of slots that are over, and tells the others. */
  private async closeSlots(current: number): Promise<void> {
    const { slots, gossip, facts, attestor, logger } = this.parts;
    for (const epoch of [current - 1, current]) {
      if (epoch < 0 || !(await facts.setOf(epoch)).seats.includes(attestor)) continue;
      const batches = await slots.closeSlots(epoch);
      // Nobody is waited for: a peer that hangs must not hold up the next slot.
      gossip.spread(batches).catch((error: unknown) => {
        logger.warn({ epoch, message: decodeError(error).message }, "batches could not be spread");
      });
    }
  }

  private measure(): void {
    const { watch, metrics, pool, store } = this.parts;
    const { usedBytes, freeBytes } = diskOf(store.db.file);
    metrics.databaseBytes.set(usedBytes);
    metrics.diskFreeBytes.set(freeBytes);
    metrics.problems.set(this.problems.length);
    metrics.backlog.set(pool.backlog);
    if (watch.latest === undefined) return;
    metrics.headAge.set((performance.now() - watch.latest.seenMs) / 1_000);
    if (this.clockSkew !== undefined) metrics.clockSkew.set(this.clockSkew);
  }

  /** Signs observations of the epochs that are over and in which this member was there. */
  private async observe(current: number): Promise<void> {
    const { store, watch, facts, attestor } = this.parts;
    const first = Math.max(0, current - MAX_LATE_EPOCHS - 1);
    for (const epoch of this.observed) if (epoch < first) this.observed.delete(epoch);
    for (let epoch = first; epoch < current; epoch++) {
      if (this.observed.has(epoch) || !store.attended(epoch) || !watch.isSettled(epoch)) continue;
      if ((await facts.finalAt()) < this.parts.clock.endOf(epoch)) continue;
      const { seats } = await facts.setOf(epoch);
      if (seats.includes(attestor)) await this.makeObservation(epoch);
      this.observed.add(epoch);
    }
  }

  private async makeObservation(epoch: number): Promise<void> {
    try {
      await this.parts.observer.make(epoch);
    } catch (error) {
      // Killed between writing down what it saw and signing it, with a heartbeat in between: it keeps silent.
      if (!(error instanceof ContradictionError)) throw error;
      this.parts.logger.error({ epoch, bound: error.bound }, "no observation: another one was begun");
    }
  }

  /** Closes the next epoch, one member after the other, a round apart: usually somebody else has done it by then. */
  private async close(current: number, now: number): Promise<void> {
    const { facts, clock, contracts, sender, schedule, attestor, metrics, logger } = this.parts;
    const epoch = await facts.nextEpochToCloseNow();
    const endAt = clock.endOf(epoch);
    if (epoch >= current || now <= endAt) return;
    const { seats } = await facts.setOf(epoch);
    const members = seats.length === 0 ? (await facts.setOf(current)).seats : seats;
    const seat = members.indexOf(attestor);
    const rank = (((seat - epoch) % members.length) + members.length) % members.length;
    if (seat < 0 || schedule.roundAt(epoch, now) < rank) return;
    try {
      const rounds = [...(await contracts.prices.roundsAt(endAt))];
      await sender.send(
        () => contracts.settlement.closeEpoch.populateTransaction(epoch, rounds),
        `close of epoch ${epoch}`,
      );
      logger.info({ epoch }, "epoch closed");
      metrics.closes.inc({ outcome: "sent" });
    } catch (error) {
      if ((await facts.nextEpochToCloseNow()) > epoch) return;
      const { code, message } = decodeError(error);
      // It is tried until the next one has done it: the same is neither said nor counted each time.
      if (this.notClosed.epoch === epoch && this.notClosed.code === code) return;
      this.notClosed = { epoch, code };
      logger.warn({ epoch, code, message }, "epoch could not be closed, trying again");
      metrics.closes.inc({ outcome: code });
    }
  }

  /** Gathers observations of what is to be reported, and leads when it is this member's round. */
  private async report(current: number, now: number): Promise<void> {
    const { facts, observer, member } = this.parts;
    const newest = await facts.newestReport();
    const first = newest.reportHash === ZeroHash ? 0 : newest.epoch + 1;
    const closed = Math.min(current, await facts.nextEpochToClose());
    for (let epoch = Math.max(first, current - MAX_LATE_EPOCHS - 1); epoch < closed; epoch++) {
      const { seats, quorum } = await facts.setOf(epoch);
      if (seats.length === 0 || (await facts.statusOf(epoch)) !== "none") continue;
      if (now >= (await facts.reportDeadline(epoch))) continue;
      // It is there, but does not count yet: the next one cannot be built on it.
      if ((await facts.statusNow(epoch)) !== "none") return;
      await observer.gather(epoch);
      const known = (await observer.known(epoch)).length;
      const closedAt = await facts.closedAt(epoch);
      if (closedAt === undefined) return;
      if (known < quorum) {
        // Perhaps nobody was there. Every member gets two rounds to show its observation; then the next epoch has a turn.
        if (now - closedAt < 2 * seats.length * this.parts.schedule.roundSeconds) return;
        continue;
      }
      if (seats.includes(this.parts.attestor) && (await member.isTurnOf(epoch))) {
        await this.leadIfDue(epoch, seats, known, closedAt, now);
      }
      return;
    }
  }

  private async leadIfDue(
    epoch: number,
    seats: readonly string[],
    known: number,
    closedAt: number,
    now: number,
  ): Promise<void> {
    const { schedule, leader, attestor } = this.parts;
    const round = schedule.roundAt(epoch, now);
    if (schedule.leaderOf(seats, epoch, round) !== attestor) return;
    const waits = known < seats.length && now - closedAt < PATIENCE * schedule.roundSeconds;
    if (!waits) await leader.lead(epoch, round);
  }

  /** Gets the data of the newest report if it was made without this member: the next one builds on it. */
  private async synchronise(): Promise<void> {
    const { facts, history, logger } = this.parts;
    const { reportHash, epoch } = await facts.newestReport();
    this.parts.metrics.lastReport.set(reportHash === ZeroHash ? -1 : epoch);
    if (reportHash === this.synchronised || reportHash === ZeroHash) return;
    await history.byHash(reportHash);
    this.synchronised = reportHash;
    logger.info({ epoch, reportHash }, "report stands");
  }
}
