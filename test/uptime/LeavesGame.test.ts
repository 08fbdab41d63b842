import { expect } from "chai";
import hre from "hardhat";

import { shareDown, type Leaf, type Report, type StandardTree } from "@millrace/uptime-tree/format";

import { dice } from "./dice.js";
import { Evidence, treeOfLeaves } from "./evidence.js";
import type { Statements } from "./Testimony.js";
import {
  BOND,
  BOND_WEI,
  deployUptime,
  EPOCH_SECONDS,
  POT,
  SLOTS,
  Status,
  type UptimeFixture,
} from "./uptimeFixture.js";

const { ethers, networkHelpers } = await hre.network.create();

const EPOCH = 0;
const SLOTS_HEARD = 3;
const WEIGHT = 100n;
/** What false arithmetic costs each signer, of a hundred. */
const FALSE_REPORT_PERCENT = 30n;
const WINDOW_SECONDS = 7 * EPOCH_SECONDS;

type Roll = (sides: number) => number;
/** What is wrong in a leaf; each is seen in it, in its neighbour or in the report. */
const FIELDS = [
  "epoch",
  "index",
  "nodeId",
  "provider",
  "bitmap",
  "points",
  "pointsBefore",
  "rawCumulativeReward",
] as const;

/** A quorum that is bribed signs what it likes; who sat beside it and signed nothing keeps its bond. */
describe("Reports of a bribed quorum as a game (I7)", () => {
  const { long } = hre.globalOptions;
  const deploy = async (): Promise<UptimeFixture> => await deployUptime(ethers, networkHelpers);
  const open = async (seed: number): Promise<Bribery> => {
    const at = await networkHelpers.loadFixture(deploy);
    return await Bribery.open(at, dice(seed));
  };

  for (let seed = 1; seed <= (long ? 80 : FIELDS.length); seed++) {
    const field = FIELDS[seed % FIELDS.length]!;
    it(`should void false arithmetic and slash exactly its signers: ${field}, seed ${seed}`, async () => {
      await (await open(seed)).falsify(field);
    });
  }
  for (let seed = 1; seed <= (long ? 40 : 3); seed++) {
    it(`should put every slot right when they are invented with good arithmetic, seed ${seed}`, async () => {
      await (await open(seed)).invent();
    });
  }
});

class Bribery {
  private constructor(
    private readonly at: UptimeFixture,
    private readonly evidence: Evidence,
    private readonly roll: Roll,
    private readonly said: readonly Statements[],
    private readonly bribed: readonly number[],
    private readonly report: Report,
  ) {}

  /** Honest observations of all, and a quorum that will not report what follows from them. */
  static async open(at: UptimeFixture, roll: Roll): Promise<Bribery> {
    const evidence = await Evidence.of(at);
    await at.oracle.setChallengeSeconds(WINDOW_SECONDS);
    const said: Statements[] = [];
    for (const seat of at.attestors.keys()) {
      const heard = Array.from({ length: SLOTS_HEARD }, () => evidence.nodeIds.filter(() => roll(3) !== 0));
      said.push(await evidence.tell(EPOCH, seat, { heard: (slot) => heard[slot] ?? [] }));
    }
    const bribed = [...at.attestors.keys()];
    while (bribed.length > Number((await at.oracle.setOf(EPOCH)).quorum)) bribed.splice(roll(bribed.length), 1);
    const { report } = await evidence.build(EPOCH, bribed.map((seat) => said[seat]!)); // prettier-ignore
    return new Bribery(at, evidence, roll, said, bribed, report);
  }

  /** One field of one leaf is false. */
  async falsify(field: (typeof FIELDS)[number]): Promise<void> {
    const { at, roll, bribed } = this;
    const leaves = this.leavesOf(this.anyBitmaps());
    const index = roll(leaves.length);
    const leaf = leaves[index]!;
    const wrong: Readonly<Record<(typeof FIELDS)[number], Partial<Leaf>>> = {
      epoch: { epoch: 1 + roll(5) },
      index: { index: leaf.index + 1 + roll(9) },
      nodeId: { nodeId: leaf.nodeId + 1n + BigInt(roll(9)) },
      provider: { provider: at.attestors[roll(at.attestors.length)]!.address },
      bitmap: { bitmap: leaf.bitmap | (1n << BigInt(SLOTS + roll(256 - SLOTS))) },
      points: { points: leaf.points + 1n + BigInt(roll(1_000)) },
      pointsBefore: { pointsBefore: leaf.pointsBefore + 1n + BigInt(roll(1_000)) },
      rawCumulativeReward: { rawCumulativeReward: leaf.rawCumulativeReward + 1n + BigInt(roll(1_000)) },
    };
    leaves[index] = { ...leaf, ...wrong[field] };
    const { report, tree } = await this.post(leaves);
    expect(await this.proveFalse(report, leaves, tree), "somebody can prove it").to.equal(true);
    expect(await at.oracle.statusOf(EPOCH)).to.equal(Status.Void);
    for (const seat of at.attestors.keys()) {
      const left = bribed.includes(seat) ? (BOND * (100n - FALSE_REPORT_PERCENT)) / 100n : BOND;
      expect(await at.world.bonded(at.attestors[seat]!.address), `seat ${seat}`).to.equal(left);
    }
  }

  /** Slots are anything, and everything computed from them is right. */
  async invent(): Promise<void> {
    const { at, evidence, said } = this;
    const leaves = this.leavesOf(this.anyBitmaps());
    const { report, tree } = await this.post(leaves);
    expect(await this.proveFalse(report, leaves, tree), "its arithmetic is right").to.equal(false);
    const { threshold } = await at.oracle.setOf(EPOCH);
    const challenges: string[] = [];
    for (const [index, leaf] of leaves.entries()) {
      const proof = tree.proof(index);
      for (let slot = 0; slot < SLOTS; slot++) {
        const holders = said.filter((each) => holds(each, leaf.nodeId, slot));
        const receipts = holders.map((each) => evidence.receipt(each, leaf.nodeId, slot));
        const isUp = ((leaf.bitmap >> BigInt(slot)) & 1n) === 1n;
        const wasUp = holders.length >= Number(threshold);
        if (!isUp && wasUp) await at.challenges.restoreSlot(report, leaf, proof, slot, receipts);
        if (!isUp || wasUp) continue;
        const args = [report, leaf, proof, slot, { value: BOND_WEI }] as const;
        challenges.push(await at.challenges.challengeSlot.staticCall(...args));
        await at.challenges.challengeSlot(...args);
      }
    }
    await networkHelpers.time.increase(WINDOW_SECONDS / 4 + 1);
    for (const challengeId of challenges) await at.challenges.clearSlot(challengeId);
    for (const leaf of leaves) {
      const corrected = await at.challenges.correctedBitmap(report.root, leaf.nodeId, leaf.bitmap);
      const truth = Array.from({ length: SLOTS }, (_, slot) => {
        const holders = said.filter((each) => holds(each, leaf.nodeId, slot)).length;
        return holders >= Number(threshold) ? 1n << BigInt(slot) : 0n;
      }).reduce((sum, bit) => sum | bit, 0n);
      expect(corrected, `node ${leaf.nodeId}`).to.equal(truth);
    }
    expect(await at.oracle.statusOf(EPOCH), "inside the window").to.equal(Status.Posted);
  }

  private anyBitmaps(): bigint[] {
    return this.evidence.nodeIds.map(() => BigInt(this.roll(2 ** (SLOTS_HEARD + 1))));
  }

  /** Leaves with some bitmaps and the arithmetic that belongs to them. */
  private leavesOf(bitmaps: readonly bigint[]): Leaf[] {
    const points = bitmaps.map(
      (bitmap, i) => BigInt(i + 1) * WEIGHT * BigInt(bitmap.toString(2).replaceAll("0", "").length),
    );
    const total = points.reduce((sum, each) => sum + each, 0n);
    return bitmaps.map((bitmap, index) => ({
      epoch: EPOCH,
      index,
      nodeId: BigInt(index + 1),
      provider: this.at.providers[index]!,
      bitmap,
      points: points[index]!,
      pointsBefore: points.slice(0, index).reduce((sum, each) => sum + each, 0n),
      rawCumulativeReward: shareDown(POT.availability, points[index]!, total),
    }));
  }

  private async post(leaves: readonly Leaf[]): Promise<{ report: Report; tree: StandardTree }> {
    const tree = treeOfLeaves(leaves);
    // The sum that the true leaves would have: one that is false does not change it.
    const totalPoints = this.leavesOf(leaves.map(({ bitmap }) => bitmap & ((1n << BigInt(SLOTS)) - 1n))).reduce(
      (sum, { points }) => sum + points,
      0n,
    );
    const report = { ...this.report, root: tree.root, totalPoints };
    await this.evidence.post(EPOCH, report, this.bribed);
    return { report, tree };
  }

  /** Holds every leaf, pair of leaves and reward against the report; true if a proof was taken. */
  private async proveFalse(report: Report, leaves: readonly Leaf[], tree: StandardTree): Promise<boolean> {
    const { proofs } = this.at;
    const attempts = leaves.flatMap((leaf, i) => {
      const [proof, next] = [tree.proof(i), leaves[i + 1]];
      return [
        () => proofs.proveFalseLeaf(report, leaf, proof),
        () => proofs.proveFalseReward(report, leaf, proof, report, leaf, []),
        ...(next === undefined ? [] : [() => proofs.proveFalsePair(report, leaf, proof, next, tree.proof(i + 1))]),
      ];
    });
    for (const attempt of attempts) {
      const isTaken = await attempt().then(
        () => true,
        () => false,
      );
      if (isTaken) return true;
    }
    return false;
  }
}

function holds({ batches }: Statements, nodeId: bigint, slot: number): boolean {
  const batch = batches.get(slot);
  if (batch === undefined) return false;
  const signed = { epoch: EPOCH, slot, root: batch.tree.root, attestor: "", signature: batch.signature };
  return batch.tree.receipt(signed, nodeId) !== undefined;
}
