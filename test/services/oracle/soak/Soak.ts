import { setTimeout as sleep } from "node:timers/promises";

import { buildReport, decodeDataFile, hashReport } from "@millrace/uptime-tree/format";

import { dice } from "../../../uptime/dice.js";
import { HeartbeatHosts } from "../HeartbeatHosts.js";
import { OracleWorld, ROOM } from "../OracleWorld.js";
import { Books } from "./Books.js";
import { Churn, FIELDS, SEATS, STEADY } from "./Churn.js";
import { Memory } from "./Memory.js";

const EPOCH_SECONDS = 60;
const SLOTS = 6;
const FIRST_NODES = 12;
const SAMPLE_MS = 15_000;
/** Epochs between two collections of what nodes and attestors have earned. */
const COLLECT_EVERY = 5;

/** What became of an epoch. */
export interface EpochOutcome {
  readonly epoch: number;
  /** Seconds of chain time from its end to its report; undefined for one that was missed. */
  readonly seconds: number | undefined;
  readonly signers: number;
  /** Slots of nodes of which the hosts know the truth for certain, and those that are otherwise in the report. */
  readonly slots: number;
  readonly falseSlots: number;
}

/** Attestors as processes on a chain, for as long as it is let run, while nodes and attestors come and go. */
export class Soak {
  readonly memory = new Memory();
  readonly outcomes: EpochOutcome[] = [];
  private readonly startedMs = performance.now();
  private readonly checked = new Set<number>();
  private firstEpoch = 0;
  private sampledMs = -Infinity;
  private collectedTo = 0;

  private constructor(
    readonly world: OracleWorld,
    readonly hosts: HeartbeatHosts,
    readonly churn: Churn,
    readonly books: Books,
    private readonly say: (line: string) => void,
  ) {}

  static async start(seed: number, say: (line: string) => void): Promise<Soak> {
    say("deploying");
    const world = await OracleWorld.start({
      members: SEATS,
      spare: 2,
      epochSeconds: EPOCH_SECONDS,
      slots: SLOTS,
      safeBlocks: 2,
      overrides: { reportChallengeSeconds: EPOCH_SECONDS },
    });
    try {
      await world.enlist(FIRST_NODES);
      for (const spare of [SEATS, SEATS + 1]) await world.stake(world.attestorKey(spare).connect(world.provider));
      await world.chain.mineEvery(1);
      const hosts = new HeartbeatHosts(world);
      const churn = new Churn(world, hosts, dice(seed), FIRST_NODES);
      for (const member of churn.running) await world.startMember(member, FIELDS);
      hosts.beat(...Array.from({ length: FIRST_NODES }, (_, i) => i + 1)).start();
      return new Soak(world, hosts, churn, new Books(world), say);
    } catch (error) {
      await world.end();
      throw error;
    }
  }

  get seconds(): number {
    return (performance.now() - this.startedMs) / 1_000;
  }

  /** Runs until a number of minutes is over, or the signal aborts; the epochs that are over by then are reported. */
  async run(minutes: number, signal: AbortSignal): Promise<void> {
    const { clock } = this.world;
    this.firstEpoch = clock.epochAt(await this.world.now()) + 1;
    let turned = this.firstEpoch - 1;
    while (this.seconds < 60 * minutes && !signal.aborted) {
      await this.sample();
      const now = await this.world.now();
      const epoch = clock.epochAt(now);
      if (epoch > turned && now >= clock.slotStart(epoch, 1)) {
        turned = epoch;
        // Every epoch of a soak has both; the first one only sees everybody there.
        const lines = epoch === this.firstEpoch ? [] : await this.turn(epoch);
        this.say([`epoch ${epoch}`, ...lines].join(": "));
      }
      await this.checkReports();
      await sleep(500, undefined, { signal }).catch(() => undefined);
    }
    if (!signal.aborted) await this.finish();
  }

  /** Ends the hosts and the members; the chain goes on, and the databases can be read. */
  async halt(): Promise<void> {
    await this.hosts.stop();
    await Promise.all(this.churn.running.map((member) => this.world.stop(`attestor-${member}`)));
  }

  async end(): Promise<void> {
    await this.hosts.stop();
    await this.world.end();
  }

  private async turn(epoch: number): Promise<string[]> {
    const nodes = await this.churn.turnNodes(epoch);
    const attestors = await this.churn.turnAttestors(epoch);
    await this.books.check();
    if (epoch % COLLECT_EVERY === 0) await this.collect();
    this.hosts.forget(epoch - 9);
    return [`${nodes}; ${attestors}`];
  }

  /** What was over when the time was, is reported; then the books are closed. */
  private async finish(): Promise<void> {
    const last = this.world.clock.epochAt(await this.world.now()) - 1;
    const isReported = async (): Promise<boolean> => {
      await this.checkReports();
      return this.checked.has(last) || last < this.firstEpoch;
    };
    await this.world.until(`the report of epoch ${last}`, isReported, 3_000 * EPOCH_SECONDS).catch((error: unknown) => {
      this.say(String(error));
    });
    await this.collect();
    await this.books.check();
  }

  private async sample(): Promise<void> {
    if (performance.now() - this.sampledMs < SAMPLE_MS) return;
    this.sampledMs = performance.now();
    const { urls } = this.world;
    await Promise.all(STEADY.map((member) => this.memory.look(member, urls[member]!, this.seconds)));
  }

  /** Looks at each report as soon as it stands, and notes an epoch whose time for one is over. */
  private async checkReports(): Promise<void> {
    const { clock, contracts } = this.world;
    const now = await this.world.now();
    for (let epoch = this.firstEpoch; epoch < clock.epochAt(now); epoch++) {
      if (this.checked.has(epoch)) continue;
      const posted = (await contracts.uptime.statusOf(epoch)) !== 0n;
      if (posted) {
        const outcome = await this.outcomeOf(epoch);
        if (outcome === undefined) continue;
        this.note(outcome);
      } else if (BigInt(now) >= (await contracts.uptime.reportDeadline(epoch))) {
        this.note({ epoch, seconds: undefined, signers: 0, slots: 0, falseSlots: 0 });
      }
    }
  }

  private note(outcome: EpochOutcome): void {
    this.checked.add(outcome.epoch);
    this.outcomes.push(outcome);
    const { epoch, seconds, signers, slots, falseSlots } = outcome;
    if (seconds === undefined) this.say(`epoch ${epoch} was MISSED`);
    else this.say(`epoch ${epoch} reported after ${seconds} s by ${signers}; ${falseSlots} of ${slots} slots false`);
  }

  private async outcomeOf(epoch: number): Promise<EpochOutcome | undefined> {
    const { clock, contracts, urls } = this.world;
    const { uptime } = contracts;
    const [posted] = (await uptime.queryFilter(uptime.filters.ReportPosted(epoch))).slice(-1);
    if (posted === undefined) return undefined;
    const response = await fetch(`${urls[STEADY[0]]}/reports/${posted.args.reportHash}/data`).catch(() => undefined);
    if (response?.ok !== true) return undefined;
    const file = decodeDataFile(new Uint8Array(await response.arrayBuffer()));
    const built = buildReport(file);
    if (hashReport(built.report) !== posted.args.reportHash)
      throw new Error(`the file of epoch ${epoch} gives another report`);
    const { seats, quorum } = await uptime.setOf(epoch);
    const seatUrls = urls.filter((_, member) => seats.includes(this.world.attestorKey(member).address));
    let [slots, falseSlots] = [0, 0];
    for (let node = 1; node <= built.leaves.count; node++) {
      const { bitmap } = built.leaves.leaf(node - 1);
      for (let slot = 0; slot < SLOTS; slot++) {
        const isUp = ((bitmap >> BigInt(slot)) & 1n) === 1n;
        const sent = this.hosts.sentFor(epoch, slot, node);
        const takers = seatUrls.filter((url) => sent?.urls.has(url) === true).length;
        // Taken by a quorum it is up whichever observations are chosen; never sent it is down.
        if (sent !== undefined && takers < Number(quorum)) continue;
        slots++;
        if (isUp !== (sent !== undefined)) falseSlots++;
      }
    }
    const { timestamp } = await posted.getBlock();
    const signers = Number(posted.args.signers).toString(2).replaceAll("0", "").length;
    return { epoch, seconds: timestamp - clock.endOf(epoch), signers, slots, falseSlots };
  }

  /** Collects for all nodes by the newest final report, and for all attestors of the epochs up to it. */
  private async collect(): Promise<void> {
    const { contracts, urls } = this.world;
    const finals: number[] = [];
    for (const { epoch } of this.outcomes)
      if (epoch >= this.collectedTo && (await contracts.uptime.isFinal(epoch))) finals.push(epoch);
    const newest = finals.at(-1);
    if (newest === undefined) return;
    const count = await contracts.nodes.nodeCount();
    for (let node = 1n; node <= count; node++) {
      const found = await this.world.leaf(newest, node);
      if (found === undefined) continue;
      await (await contracts.rewards.collect(found.leaf, found.proof, ROOM)).wait();
    }
    for (let member = 0; member < urls.length; member++) {
      const account = this.world.attestorKey(member).address;
      await (await contracts.rewards.collectAttestorPay(account, finals, ROOM)).wait();
    }
    this.collectedTo = newest + 1;
  }
}
