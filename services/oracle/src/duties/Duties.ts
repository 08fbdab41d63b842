import { id, ZeroHash, type Log } from "ethers";

import { decodeError, type Contracts, type Logger } from "@millrace/sdk";

import type { ChainFacts } from "../chain/ChainFacts.js";
import { EpochMap } from "../EpochMap.js";
import { KEPT_EPOCHS } from "../horizon.js";
import type { Schedule } from "../member/Schedule.js";
import type { Metrics } from "../Metrics.js";
import type { Auditor } from "./Auditor.js";
import type { Cashier } from "./Cashier.js";
import type { Cosigner } from "./Cosigner.js";
import type { Defender } from "./Defender.js";
import type { Duty, DutyStore } from "./DutyStore.js";
import type { EventReader } from "./EventReader.js";
import type { Outcome } from "./Outcome.js";
import type { Prosecutor } from "./Prosecutor.js";
import type { Settler } from "./Settler.js";
import type { Turns } from "./Turns.js";

/** What a member does on chain beside reports. */
export interface DutiesParts {
  readonly auditor: Auditor;
  readonly cashier: Cashier;
  readonly contracts: Contracts;
  readonly cosigner: Cosigner;
  readonly defender: Defender;
  readonly events: EventReader;
  readonly facts: ChainFacts;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly prosecutor: Prosecutor;
  readonly schedule: Schedule;
  readonly settler: Settler;
  readonly store: DutyStore;
  readonly turns: Turns;
}

/** Signatures of the events that make duties. */
export const DUTY_TOPICS = [
  id("SlotChallenged(bytes32,uint32,uint64,uint8,address,uint96,uint48)"),
  id("PartDemanded(bytes32,uint32,uint8,uint32,address,uint96,uint48)"),
  id("LeafHeld(uint32,uint64,bytes32)"),
  id("LeafCorrected(uint32,uint64,bytes32,uint8,int128)"),
] as const;

/** The end of what has none. */
const NEVER = Number.MAX_SAFE_INTEGER;
/**
 * Answers of one look, and part of a round that it takes for what has no end. What is left comes after whatever is new:
 * strangers make thousands of either, each a transaction long (I7).
 */
const [MOST_ANSWERS, OTHER_PART] = [64, 0.25];

interface Task {
  readonly kind: string;
  readonly id: string;
  /** When it is too late; as good as never if left out. */
  readonly before?: number;
  readonly attempt: (now: number) => Promise<Outcome>;
}

/** What is to be done with a report. */
interface ReportTask extends Task {
  readonly epoch: number;
}

/** Chain time. What one duty takes is gone for those behind it. */
type Now = () => number;

/**
 * Everything that a member owes to the chain and that others may start: answers, proofs, corrections, late signatures.
 * One that fails holds up no other, and is tried again.
 */
export class Duties {
  /** What is done with a report: nothing is left to sign or to find in it. */
  private readonly reports = new EpochMap(KEPT_EPOCHS, () => new Set<string>());
  /** Duties that have ended in a block which may be replaced: nobody need be told that they are due. */
  private readonly ended = new Set<string>();
  private under: Promise<void> | undefined;
  /** The last thing without an end that was looked at: those behind it come first the next time. */
  private last: string | undefined;

  constructor(private readonly parts: DutiesParts) {}

  /** Begins what is due, unless it is still under way. Never rejects. */
  begin(now: Now, latest: number): void {
    this.under ??= this.attend(now, latest).finally(() => {
      this.under = undefined;
    });
  }

  /** Resolves when nothing is under way. */
  async idle(): Promise<void> {
    await this.under;
  }

  private async attend(now: Now, latest: number): Promise<void> {
    const { logger, store, prosecutor, metrics } = this.parts;
    await this.readEvents(latest);
    try {
      const duties = store.open();
      metrics.openDuties.set(duties.length);
      const urgent = duties.filter((duty) => endOf(duty) !== NEVER).sort((a, b) => endOf(a) - endOf(b));
      const due = urgent.filter(({ id: name }) => !this.ended.has(name));
      metrics.answerDue.set(secondsLeft(due, now()));
      await this.cash(now, urgent[0]);
      await this.attemptUrgent(urgent, now);
      for (const { id: name, attempt } of prosecutor.pending())
        await this.attempt({ kind: "proof", id: name, attempt }, now);
      for (const { epoch, ...task } of await this.reportTasks(now())) {
        const outcome = await this.attempt(task, now);
        if (outcome === "done" || outcome === "over") this.reports.of(epoch).add(`${task.kind}/${task.id}`);
      }
      const others = duties.filter((duty) => endOf(duty) === NEVER);
      await this.attemptOthers(others, now);
    } catch (error) {
      logger.warn({ message: decodeError(error).message }, "duties could not be looked at");
    }
  }

  private async attemptUrgent(duties: readonly Duty[], now: Now): Promise<void> {
    let answers = 0;
    for (const duty of duties) {
      if ((await this.attemptDuty(duty, now)) === "done" && ++answers >= MOST_ANSWERS) return;
    }
  }

  private async attemptOthers(duties: readonly Duty[], now: Now): Promise<void> {
    const until = now() + OTHER_PART * this.parts.schedule.roundSeconds;
    const next = 1 + duties.findIndex(({ id: name }) => name === this.last);
    for (const duty of [...duties.slice(next), ...duties.slice(0, next)]) {
      await this.attemptDuty(duty, now);
      this.last = duty.id;
      if (now() >= until) return;
    }
  }

  private async attemptDuty(duty: Duty, now: Now): Promise<Outcome | undefined> {
    const { defender, settler, store } = this.parts;
    const outcome = await this.attempt(
      {
        kind: duty.kind,
        id: duty.id,
        before: endOf(duty),
        attempt: async (at) => {
          if (duty.kind === "challenge") return await defender.answerChallenge(duty, at);
          if (duty.kind === "demand") return await defender.answerDemand(duty, at);
          return await settler.settle(duty, at);
        },
      },
      now,
    );
    if (outcome === "done" && duty.kind !== "correction") await this.cash(now, duty);
    if (outcome === "ended") this.ended.add(duty.id);
    else if (outcome !== undefined) this.ended.delete(duty.id);
    // What was done may still be taken back by a reorganisation: only what the chain says is over is over.
    if (outcome === "over") store.drop(duty);
    return outcome;
  }

  /** Takes what answers have won, so that a duty which comes next can be paid for. */
  private async cash(now: Now, next: Duty | undefined): Promise<void> {
    const before = next === undefined ? NEVER : endOf(next);
    await this.attempt({ kind: "cash", id: "owed", before, attempt: () => this.parts.cashier.cash() }, now);
  }

  private async attempt(task: Task, now: Now): Promise<Outcome | undefined> {
    const { logger, metrics, turns, schedule } = this.parts;
    const { kind, id: name, before } = task;
    const key = `${kind}/${name}`;
    if (!turns.mayTry(key, now())) return undefined;
    try {
      const outcome = await task.attempt(now());
      if (outcome !== "waits") turns.forget(key);
      if (outcome !== "done") return outcome;
      metrics.duties.inc({ kind, outcome });
      logger.info({ kind, id: name }, "duty done");
      return outcome;
    } catch (error) {
      const { code, message } = decodeError(error);
      turns.pause(key, now(), schedule.roundSeconds / 4, before);
      metrics.duties.inc({ kind, outcome: code });
      logger.warn({ kind, id: name, code, message }, "duty failed, trying again");
      return undefined;
    }
  }

  /**
   * What is to be done with the reports that are open, the oldest first. There is more than one where a window is longer
   * than an epoch, where late reports came together, and after this member was down for long.
   */
  private async reportTasks(now: number): Promise<ReportTask[]> {
    const { facts } = this.parts;
    const { reportHash, epoch: newest } = await facts.newestReport();
    if (reportHash === ZeroHash) return [];
    const tasks: ReportTask[][] = [];
    for (let epoch = newest; epoch > newest - KEPT_EPOCHS && epoch >= 0; epoch--) {
      const status = await facts.statusOf(epoch);
      // Reports become final in their order.
      if (status === "final") break;
      if (status === "posted") tasks.push(await this.tasksOf(epoch, now));
    }
    return tasks.reverse().flat();
  }

  /** Each report is audited and signed once. */
  private async tasksOf(epoch: number, now: number): Promise<ReportTask[]> {
    const { facts, cosigner, auditor, schedule } = this.parts;
    const posted = await facts.posted(epoch);
    // Signatures that came in time are on chain by then.
    if (posted === undefined || now < (await this.postedAt(posted.blockNumber)) + schedule.roundSeconds / 4) return [];
    const { reportHash, finalAt: before } = posted;
    const tasks: ReportTask[] = [
      { epoch, kind: "audit", id: reportHash, before, attempt: async () => await auditor.audit(epoch) },
      { epoch, kind: "cosign", id: reportHash, before, attempt: async (at) => await cosigner.cosign(epoch, at) },
    ];
    return tasks.filter((task) => !this.reports.of(epoch).has(`${task.kind}/${task.id}`));
  }

  private async postedAt(blockNumber: number): Promise<number> {
    const block = await this.parts.contracts.uptime.runner?.provider?.getBlock(blockNumber);
    return block?.timestamp ?? 0;
  }

  private async readEvents(latest: number): Promise<void> {
    const { events, store, facts, logger } = this.parts;
    try {
      await events.read(latest, await facts.finalNumber(), (log) => {
        const duty = this.dutyOf(log);
        if (duty !== undefined) store.add(duty);
      });
    } catch (error) {
      // What is known is due all the same.
      logger.warn({ message: decodeError(error).message }, "what is due could not be read");
    }
  }

  private dutyOf(log: Log): Duty | undefined {
    const parsed = this.parts.contracts.challenges.interface.parseLog(log);
    if (parsed === null) return undefined;
    const args = parsed.args as unknown as Readonly<Record<string, bigint | string>>;
    const epoch = Number(args["epoch"]);
    switch (parsed.name) {
      case "SlotChallenged": {
        const [nodeId, slot, answerBy] = [String(args["nodeId"]), Number(args["slot"]), Number(args["answerBy"])];
        return { kind: "challenge", id: String(args["challengeId"]), epoch, nodeId, slot, answerBy };
      }
      case "PartDemanded": {
        const [part, index, answerBy] = [Number(args["part"]), Number(args["index"]), Number(args["answerBy"])];
        return { kind: "demand", id: String(args["demandId"]), epoch, part, index, answerBy };
      }
      default: {
        const [nodeId, root] = [String(args["nodeId"]), String(args["root"])];
        return { kind: "correction", id: `${root}/${nodeId}`, epoch, nodeId, root };
      }
    }
  }
}

/** Until the first of some duties, in the order of their ends, is too late that is not yet; infinite if none has time. */
function secondsLeft(urgent: readonly Duty[], now: number): number {
  const next = urgent.find((duty) => endOf(duty) > now);
  return next === undefined ? Infinity : endOf(next) - now;
}

/** When a duty is too late; what has no end comes after all that has. */
function endOf(duty: Duty): number {
  return duty.kind === "correction" ? NEVER : duty.answerBy;
}
