import { expect } from "chai";
import hre from "hardhat";

import { Evidence, type Statements, type Told } from "./evidence.js";
import { BOND, BOND_WEI, deployUptime, EPOCH_SECONDS, type UptimeFixture } from "./uptimeFixture.js";

const { ethers, networkHelpers } = await hre.network.create();

const EPOCH = 0;
const SLOTS_HEARD = 3;
const SEATS = [0, 1, 2, 3];
const THRESHOLD = 2;
/** The longest there is: every accusation takes a second. */
const WINDOW_SECONDS = 7 * EPOCH_SECONDS;
const STRATEGIES = ["honest", "hide", "unlist", "invent", "twoObservations", "twoBatches"] as const;
type Strategy = (typeof STRATEGIES)[number];

/** Numbers from a seed, the same on every machine. */
function dice(seed: number): (sides: number) => number {
  let state = (seed * 2_654_435_761) >>> 0;
  return (sides) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * sides);
  };
}

/**
 * Random observation sets of which one may be a liar's; everybody accuses everybody of everything. Honest attestors keep
 * their bonds, every false slot is put right, exactly the guilty pay.
 */
describe("Uptime as a game (I7)", function () {
  const rounds = hre.globalOptions.long ? 60 : 8;
  const deploy = async (): Promise<UptimeFixture> => await deployUptime(ethers, networkHelpers);

  for (let seed = 1; seed <= rounds; seed++) {
    it(`should punish exactly the guilty and leave no false slot, seed ${seed}`, async () => {
      const at = await networkHelpers.loadFixture(deploy);
      await new Game(at, await Evidence.of(at), dice(seed), STRATEGIES[seed % STRATEGIES.length]!).play();
    });
  }
});

class Game {
  private readonly liar: number;
  private readonly said: Statements[] = [];
  /** Seats that must have lost something in the end. */
  private readonly guilty = new Set<number>();

  constructor(
    private readonly at: UptimeFixture,
    private readonly evidence: Evidence,
    private readonly roll: (sides: number) => number,
    private readonly strategy: Strategy,
  ) {
    this.liar = roll(SEATS.length);
  }

  async play(): Promise<void> {
    const { at, evidence } = this;
    await at.oracle.setChallengeSeconds(WINDOW_SECONDS);
    for (const seat of SEATS) this.said.push(await evidence.tell(EPOCH, seat, this.told(seat)));
    const left = this.roll(SEATS.length);
    const included = SEATS.filter((seat) => seat !== left);
    const { report, leaves, tree } = await evidence.build(
      EPOCH,
      included.map((seat) => this.said[seat]!),
    );
    await evidence.post(EPOCH, report, included);
    for (const seat of SEATS) await this.accuse(seat);

    const challenged: string[] = [];
    for (const nodeId of evidence.nodeIds) {
      const leaf = leaves.leaf(Number(nodeId) - 1);
      const proof = tree.proof(Number(nodeId) - 1);
      for (let slot = 0; slot < SLOTS_HEARD; slot++) {
        const holders = SEATS.filter((seat) => this.hasBatch(seat, nodeId, slot));
        const receipts = holders.map((seat) => evidence.receipt(this.said[seat]!, nodeId, slot));
        if (((leaf.bitmap >> BigInt(slot)) & 1n) === 0n) {
          const sent = at.challenges.restoreSlot(report, leaf, proof, slot, receipts);
          if (holders.length >= THRESHOLD) await sent;
          else await expect(sent).to.be.revertedWithCustomError(at.challenges, "UptimeChallenges_TooFewReceipts");
          continue;
        }
        const args = [report, leaf, proof, slot, { value: BOND_WEI }] as const;
        const challengeId = await at.challenges.challengeSlot.staticCall(...args);
        await at.challenges.challengeSlot(...args);
        const heartbeat = await evidence.signedHeartbeat(EPOCH, slot);
        await at.challenges.showHeartbeat(challengeId, heartbeat, receipts);
        if (holders.length < THRESHOLD) challenged.push(challengeId);
      }
    }
    await networkHelpers.time.increase(WINDOW_SECONDS / 4 + 1);
    for (const challengeId of challenged) {
      await at.challenges.clearSlot(challengeId);
      for (const seat of SEATS) await this.accuseOfSighting(challengeId, seat);
    }

    for (const nodeId of evidence.nodeIds) {
      const raw = leaves.leaf(Number(nodeId) - 1).bitmap;
      const corrected = await at.challenges.correctedBitmap(report.root, nodeId, raw);
      expect(corrected, `slots of node ${nodeId}`).to.equal(this.truth(nodeId));
    }
    for (const seat of SEATS) {
      const bonded = await at.world.bonded(at.attestors[seat]!.address);
      expect(bonded < BOND, `seat ${seat}, ${this.strategy} at ${this.liar}`).to.equal(this.guilty.has(seat));
    }
    if (this.strategy === "honest") expect(this.guilty.size).to.equal(0);
    else if (this.strategy !== "invent") expect([...this.guilty]).to.deep.equal([this.liar]);
  }

  /** What a seat says: what it heard, most of what there was; or, for the liar, something else. */
  private told(seat: number): Told {
    const { evidence, roll } = this;
    const heard = Array.from({ length: SLOTS_HEARD }, () => evidence.nodeIds.filter(() => roll(3) !== 0));
    const isLiar = seat === this.liar;
    // A lie needs something to lie about.
    if (isLiar && heard[0]!.length === 0) heard[0] = [1n];
    const inSlot = (slot: number): bigint[] => heard[slot] ?? [];
    if (isLiar && this.strategy === "hide") {
      return { heard: inSlot, seen: (slot) => (slot === 0 ? inSlot(0).slice(1) : inSlot(slot)) };
    }
    if (isLiar && this.strategy === "unlist") return { heard: inSlot, unlisted: [0] };
    if (isLiar && this.strategy === "invent") {
      return { heard: inSlot, seen: (slot) => (slot < SLOTS_HEARD ? evidence.nodeIds : []) };
    }
    return { heard: inSlot };
  }

  /** A slot is up if as many hold a heartbeat for it as no liars alone could be. */
  private truth(nodeId: bigint): bigint {
    let bitmap = 0n;
    for (let slot = 0; slot < SLOTS_HEARD; slot++) {
      const holders = SEATS.filter((seat) => this.hasBatch(seat, nodeId, slot));
      if (holders.length >= THRESHOLD) bitmap |= 1n << BigInt(slot);
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
    const isLiar = seat === this.liar;
    const observation = evidence.observation(said);
    const otherObservation =
      isLiar && this.strategy === "twoObservations" ? await evidence.otherObservation(EPOCH, seat) : observation;
    await this.attempt(seat, at.proofs.proveTwoObservations(observation, otherObservation, seat));
    for (const slot of said.batches.keys()) {
      const batch = evidence.batch(said, EPOCH, slot);
      const isDouble = isLiar && this.strategy === "twoBatches" && slot === 0;
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

  private async accuseOfSighting(challengeId: string, seat: number): Promise<void> {
    const { at, evidence } = this;
    const said = this.said[seat]!;
    const sightings = evidence.sightings(said);
    await this.attempt(
      seat,
      at.challenges.proveFalseSighting(challengeId, seat, evidence.observation(said), sightings),
    );
  }

  /** Only the liar can be convicted; whether this accusation does it, the contract says. */
  private async attempt(seat: number, sent: Promise<unknown>): Promise<void> {
    try {
      await sent;
    } catch {
      return;
    }
    expect(seat, "an honest attestor was convicted").to.equal(this.liar);
    expect(this.strategy, "an honest attestor was convicted").not.to.equal("honest");
    this.guilty.add(seat);
  }
}
