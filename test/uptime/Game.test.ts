import { expect } from "chai";
import hre from "hardhat";

import type { Report } from "@millrace/uptime-tree/format";

import { dice } from "./dice.js";
import { Evidence } from "./evidence.js";
import type { Statements, Told } from "./Testimony.js";
import { BOND, BOND_WEI, deployUptime, EPOCH_SECONDS, type UptimeFixture } from "./uptimeFixture.js";

const { ethers, networkHelpers } = await hre.network.create();

const EPOCH = 0;
const SLOTS_HEARD = 3;
/** The longest there is: every accusation takes a second. */
const WINDOW_SECONDS = 7 * EPOCH_SECONDS;
const STRATEGIES = ["honest", "hide", "unlist", "invent", "twoObservations", "twoBatches", "twoReports"] as const;
type Strategy = (typeof STRATEGIES)[number];
/** What a liar may get away with when it changes nothing; everything else convicts it whatever else happens. */
const HARMLESS: readonly Strategy[] = ["honest", "invent"];

/**
 * Random observation sets of which as many as a set bears may be liars'; everybody accuses everybody of everything.
 * Honest attestors keep their bonds, every false slot is put right, exactly the guilty pay.
 */
describe("Uptime as a game (I7)", function () {
  const { long } = hre.globalOptions;
  const deployFour = async (): Promise<UptimeFixture> => await deployUptime(ethers, networkHelpers, 4);
  const deploySeven = async (): Promise<UptimeFixture> => await deployUptime(ethers, networkHelpers, 7);
  const sets = [
    { seats: 4, liars: 1, deploy: deployFour, rounds: long ? 70 : 7 },
    { seats: 7, liars: 2, deploy: deploySeven, rounds: long ? 49 : 1 },
  ];

  for (const { seats, liars, deploy, rounds } of sets) {
    for (let seed = 1; seed <= rounds; seed++) {
      it(`should punish exactly the guilty of ${seats} and leave no false slot, seed ${seed}`, async () => {
        const at = await networkHelpers.loadFixture(deploy);
        const strategies = Array.from({ length: liars }, (_, i) => {
          return STRATEGIES[(seed + i * Math.ceil(seed / STRATEGIES.length)) % STRATEGIES.length]!;
        });
        await new Game(at, await Evidence.of(at), dice(seed), strategies).play();
      });
    }
  }
});

class Game {
  /** What each seat is up to; most are honest. */
  private readonly strategies = new Map<number, Strategy>();
  private readonly said: Statements[] = [];
  /** Seats that must have lost something in the end. */
  private readonly guilty = new Set<number>();
  private threshold = 0;

  constructor(
    private readonly at: UptimeFixture,
    private readonly evidence: Evidence,
    private readonly roll: (sides: number) => number,
    strategies: readonly Strategy[],
  ) {
    const honest = at.attestors.map((_, seat) => seat);
    for (const strategy of strategies) this.strategies.set(honest.splice(roll(honest.length), 1)[0]!, strategy);
  }

  private get seats(): number[] {
    return this.at.attestors.map((_, seat) => seat);
  }

  private does(seat: number, strategy: Strategy): boolean {
    return this.strategies.get(seat) === strategy;
  }

  async play(): Promise<void> {
    const { at, evidence, seats } = this;
    await at.oracle.setChallengeSeconds(WINDOW_SECONDS);
    const { quorum, threshold } = await at.oracle.setOf(EPOCH);
    this.threshold = Number(threshold);
    for (const seat of seats) this.said.push(await evidence.tell(EPOCH, seat, this.told(seat)));
    const included = [...seats];
    while (included.length > Number(quorum)) included.splice(this.roll(included.length), 1);
    const { report, leaves, tree } = await evidence.build(
      EPOCH,
      included.map((seat) => this.said[seat]!),
    );
    await evidence.post(EPOCH, report, included);
    for (const seat of seats) await this.accuse(seat);
    for (const seat of seats) await this.accuseOfTwoReports(report, seat);

    const challenged: string[] = [];
    for (const nodeId of evidence.nodeIds) {
      const leaf = leaves.leaf(Number(nodeId) - 1);
      const proof = tree.proof(Number(nodeId) - 1);
      for (let slot = 0; slot < SLOTS_HEARD; slot++) {
        const holders = seats.filter((seat) => this.hasBatch(seat, nodeId, slot));
        const receipts = holders.map((seat) => evidence.receipt(this.said[seat]!, nodeId, slot));
        if (((leaf.bitmap >> BigInt(slot)) & 1n) === 0n) {
          const sent = at.challenges.restoreSlot(report, leaf, proof, slot, receipts);
          if (holders.length >= this.threshold) await sent;
          else await expect(sent).to.be.revertedWithCustomError(at.challenges, "UptimeChallenges_TooFewReceipts");
          continue;
        }
        const args = [report, leaf, proof, slot, { value: BOND_WEI }] as const;
        const challengeId = await at.challenges.challengeSlot.staticCall(...args);
        await at.challenges.challengeSlot(...args);
        const heartbeat = await evidence.signedHeartbeat(EPOCH, slot);
        await at.challenges.showHeartbeat(challengeId, heartbeat, receipts);
        if (holders.length < this.threshold) challenged.push(challengeId);
      }
    }
    await networkHelpers.time.increase(WINDOW_SECONDS / 4 + 1);
    for (const challengeId of challenged) {
      await at.challenges.clearSlot(challengeId);
      for (const seat of seats) await this.accuseOfSighting(challengeId, seat);
    }

    for (const nodeId of evidence.nodeIds) {
      const raw = leaves.leaf(Number(nodeId) - 1).bitmap;
      const corrected = await at.challenges.correctedBitmap(report.root, nodeId, raw);
      expect(corrected, `slots of node ${nodeId}`).to.equal(this.truth(nodeId));
    }
    for (const seat of seats) {
      const bonded = await at.world.bonded(at.attestors[seat]!.address);
      const about = `seat ${seat}, ${this.strategies.get(seat) ?? "honest"}`;
      expect(bonded < BOND, about).to.equal(this.guilty.has(seat));
      const strategy = this.strategies.get(seat) ?? "honest";
      if (strategy === "honest") expect(bonded, about).to.equal(BOND);
      if (!HARMLESS.includes(strategy)) expect(this.guilty.has(seat), about).to.equal(true);
    }
  }

  /** What a seat says: what it heard, most of what there was; or, for the liar, something else. */
  private told(seat: number): Told {
    const { evidence, roll } = this;
    const heard = Array.from({ length: SLOTS_HEARD }, () => evidence.nodeIds.filter(() => roll(3) !== 0));
    const strategy = this.strategies.get(seat) ?? "honest";
    // A lie needs something to lie about.
    if (strategy !== "honest" && heard[0]!.length === 0) heard[0] = [1n];
    const inSlot = (slot: number): bigint[] => heard[slot] ?? [];
    if (strategy === "hide") {
      return { heard: inSlot, seen: (slot) => (slot === 0 ? inSlot(0).slice(1) : inSlot(slot)) };
    }
    if (strategy === "unlist") return { heard: inSlot, unlisted: [0] };
    if (strategy === "invent") {
      return { heard: inSlot, seen: (slot) => (slot < SLOTS_HEARD ? evidence.nodeIds : []) };
    }
    return { heard: inSlot };
  }

  /** A slot is up if as many hold a heartbeat for it as no liars alone could be. */
  private truth(nodeId: bigint): bigint {
    let bitmap = 0n;
    for (let slot = 0; slot < SLOTS_HEARD; slot++) {
      const holders = this.seats.filter((seat) => this.hasBatch(seat, nodeId, slot));
      if (holders.length >= this.threshold) bitmap |= 1n << BigInt(slot);
    }
    return bitmap;
  }

  private hasBatch(seat: number, nodeId: bigint, slot: number): boolean {
    const batch = this.said[seat]!.batches.get(slot);
    if (batch === undefined) return false;
    const signed = { epoch: EPOCH, slot, root: batch.tree.root, attestor: "", signature: batch.signature };
    return batch.tree.receipt(signed, nodeId) !== undefined;
  }

  /** Tries every contradiction that a seat's statements could be held to. */
  private async accuse(seat: number): Promise<void> {
    const { at, evidence } = this;
    const said = this.said[seat]!;
    const observation = evidence.observation(said);
    const hasTwo = this.does(seat, "twoObservations");
    const otherObservation = hasTwo ? await evidence.otherObservation(EPOCH, seat) : observation;
    await this.attempt(seat, at.proofs.proveTwoObservations(observation, otherObservation, seat));
    for (const slot of said.batches.keys()) {
      const batch = evidence.batch(said, EPOCH, slot);
      const isDouble = this.does(seat, "twoBatches") && slot === 0;
      const otherBatch = isDouble ? await evidence.otherBatch(EPOCH, slot, seat) : batch;
      await this.attempt(seat, at.proofs.proveTwoBatches(batch, otherBatch, seat));
      const { root, proof } = evidence.listed(said, slot);
      await this.attempt(seat, at.proofs.proveUnlistedBatch(batch, observation, seat, root, proof));
      for (const nodeId of evidence.nodeIds.filter((each) => this.hasBatch(seat, each, slot))) {
        const receipt = evidence.receipt(said, nodeId, slot);
        const sightings = evidence.sightings(said);
        const sent = at.proofs.proveHiddenSighting(observation, receipt, nodeId, slot, proof, sightings);
        await this.attempt(seat, sent);
      }
    }
  }

  private async accuseOfTwoReports(report: Report, seat: number): Promise<void> {
    const { at } = this;
    const other = this.does(seat, "twoReports") ? { ...report, totalPoints: report.totalPoints + 1n } : report;
    const [first, second] = [await at.signOne(report, seat), await at.signOne(other, seat)];
    await this.attempt(seat, at.proofs.proveContradiction(report, other, seat, first, second));
  }

  private async accuseOfSighting(challengeId: string, seat: number): Promise<void> {
    const { at, evidence } = this;
    const said = this.said[seat]!;
    const sightings = evidence.sightings(said);
    await this.attempt(
      seat,
      at.challenges.proveFalseSighting(challengeId, seat, evidence.observation(said), sightings),
    );
  }

  /** Only a liar can be convicted; whether this accusation does it, the contract says. */
  private async attempt(seat: number, sent: Promise<unknown>): Promise<void> {
    try {
      await sent;
    } catch {
      return;
    }
    expect(this.strategies.get(seat) ?? "honest", "an honest attestor was convicted").not.to.equal("honest");
    this.guilty.add(seat);
  }
}
