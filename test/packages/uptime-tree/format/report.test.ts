import { StandardMerkleTree } from "@openzeppelin/merkle-tree";
import { expect } from "chai";
import { hexlify, id, Wallet } from "ethers";
import fc from "fast-check";

import {
  BadDataFileError,
  bitmapOf,
  buildReport,
  DataCommitment,
  decodeDataFile,
  encodeDataFile,
  evidenceLeaves,
  evidenceLeafTypes,
  isDataChunk,
  leafTypes,
  leafValues,
  NodeTable,
  noSightings,
  slotsSeen,
  type NodeRow,
} from "@millrace/uptime-tree/format";

import { attestors, fileOf, observe } from "./formatWorld.js";

const row = (index: number): NodeRow => ({
  provider: new Wallet(id(`provider ${index}`)).address,
  units: 1 + index,
  weight: 10,
  active: index % 5 !== 4,
  capacityPassed: index % 7 !== 6,
  rewardBefore: BigInt(index) * 1_000n,
});

/** Five nodes more than a chunk, three slots, all attestors. */
async function smallFile() {
  const nodes = NodeTable.from(Array.from({ length: 37 }, (_, index) => row(index)));
  const all = Array.from({ length: 37 }, (_, index) => BigInt(index + 1));
  const observations = await Promise.all(
    attestors.map(async (wallet, i) => {
      const heard = [all, all.filter((nodeId) => Number(nodeId) % 4 >= i), i < 2 ? all : []];
      return (await observe(wallet, 3, 37, heard)).observation;
    }),
  );
  return fileOf(nodes, 3, observations);
}

describe("uptime report", () => {
  it("should count a slot as up exactly when enough observations have it", () => {
    const size = fc.record({ nodes: fc.integer({ min: 1, max: 4 }), slots: fc.integer({ min: 1, max: 240 }) });
    fc.assert(
      fc.property(size, fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 9 }), fc.gen(), (is, n, u, gen) => {
        const bytes = () => gen(fc.uint8Array, { minLength: 32 * is.nodes, maxLength: 32 * is.nodes });
        const observations = Array.from({ length: n }, bytes);
        const seen = slotsSeen(observations, u, is.slots, is.nodes);
        for (let nodeId = 1; nodeId <= is.nodes; nodeId++) {
          const bitmaps = observations.map((each) => bitmapOf(each, nodeId));
          let expected = 0n;
          for (let slot = 0; slot < is.slots; slot++) {
            const count = bitmaps.filter((bitmap) => ((bitmap >> BigInt(slot)) & 1n) === 1n).length;
            if (count >= u) expected |= 1n << BigInt(slot);
          }
          expect(bitmapOf(seen, nodeId)).to.equal(expected);
        }
      }),
      { numRuns: 40 },
    );
  });

  it("should refuse a threshold of nobody and observations of other nodes", () => {
    expect(() => slotsSeen([noSightings(2)], 0, 3, 2)).to.throw(RangeError);
    expect(() => slotsSeen([noSightings(3)], 1, 3, 2)).to.throw(RangeError);
  });

  it("should share the pot by points, rounded down, in leaves that add up (T-40)", async () => {
    const { report, leaves } = buildReport(await smallFile());
    let before = 0n;
    let paid = 0n;
    for (let index = 0; index < leaves.count; index++) {
      const leaf = leaves.leaf(index);
      const { units, weight, active, capacityPassed, rewardBefore } = row(index);
      const slots = leaf.bitmap.toString(2).replaceAll("0", "").length;
      expect(leaf.points).to.equal(active && capacityPassed ? BigInt(units * weight * slots) : 0n);
      expect(leaf.pointsBefore).to.equal(before);
      const reward = leaf.rawCumulativeReward - rewardBefore;
      expect(reward).to.equal((1_000_003n * leaf.points) / report.totalPoints);
      before += leaf.points;
      paid += reward;
    }
    expect(before).to.equal(report.totalPoints);
    expect(paid <= 1_000_003n && paid > 1_000_003n - 37n).to.equal(true);
  });

  it("should have leaves and evidence in trees of StandardMerkleTree", async () => {
    const file = await smallFile();
    const { report, leaves, tree, evidence } = buildReport(file);
    const rows = Array.from({ length: leaves.count }, (_, index) => leafValues(leaves.leaf(index)));
    const reference = StandardMerkleTree.of(rows, [...leafTypes]);
    expect(report.root).to.equal(reference.root);
    for (const index of rows.keys()) expect(tree.proof(index)).to.deep.equal(reference.getProof(index));
    const all = file.observations.flatMap(evidenceLeaves).map(({ attestor, slot, root }) => [attestor, slot, root]);
    expect(report.evidenceRoot).to.equal(StandardMerkleTree.of(all, [...evidenceLeafTypes]).root);
    expect(evidence.root).to.equal(report.evidenceRoot);
  });

  describe("data file", () => {
    it("should give the same report after reading it, to the byte", async () => {
      const { report, bytes } = buildReport(await smallFile());
      const again = buildReport(decodeDataFile(bytes));
      expect(again.report).to.deep.equal(report);
      expect(hexlify(again.bytes)).to.equal(hexlify(bytes));
    });

    it("should be refused, or give another report, whatever byte changes", async () => {
      const { report, bytes } = buildReport(await smallFile());
      for (let at = 0; at < bytes.length; at += 1 + (at % 13)) {
        const changed = Uint8Array.from(bytes);
        changed[at] = (changed[at] ?? 0) ^ 0x80;
        expect(new DataCommitment(changed).dataHash, `byte ${at}`).not.to.equal(report.dataHash);
        try {
          expect(hexlify(encodeDataFile(decodeDataFile(changed)))).to.equal(hexlify(changed));
        } catch (error) {
          expect(error).to.be.instanceOf(BadDataFileError);
        }
      }
      expect(() => decodeDataFile(bytes.subarray(1))).to.throw(BadDataFileError);
      expect(() => decodeDataFile(new Uint8Array(0))).to.throw(BadDataFileError);
    });

    it("should be provable by chunks, the last one by its true length", async () => {
      const { report, data } = buildReport(await smallFile());
      const last = Math.ceil(data.length / 1024) - 1;
      for (const chunk of [0, 1, last]) {
        expect(isDataChunk(report.dataHash, data.length, chunk, data.chunk(chunk), data.proof(chunk))).to.equal(true);
      }
      expect(isDataChunk(report.dataHash, data.length, 1, data.chunk(0), data.proof(0))).to.equal(false);
      expect(isDataChunk(report.dataHash, data.length + 1, last, data.chunk(last), data.proof(last))).to.equal(false);
    });
  });
});
