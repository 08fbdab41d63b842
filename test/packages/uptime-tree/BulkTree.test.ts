import { StandardMerkleTree } from "@openzeppelin/merkle-tree";
import { expect } from "chai";
import { hexlify } from "ethers";
import fc from "fast-check";

import { EMPTY_ROOT } from "@millrace/uptime-tree/format";
import { BulkTree, bulkTreeOf, type LeafWriter } from "@millrace/uptime-tree/bulk";
import { LeafTable, NodeTable } from "@millrace/uptime-tree/format";

/** Writes words as they are ABI-encoded. */
function writer(leaves: readonly (readonly bigint[])[]): LeafWriter {
  return (index, view, at) => {
    leaves[index].forEach((word, i) => {
      for (let k = 0; k < 4; k++)
        view.setBigUint64(at + 32 * i + 8 * k, BigInt.asUintN(64, word >> BigInt(192 - 64 * k)));
    });
  };
}

function check(leaves: readonly bigint[][], words: number): void {
  const mine = new BulkTree(leaves.length, 32 * words, writer(leaves));
  const reference = StandardMerkleTree.of([...leaves], Array<string>(words).fill("uint256"));
  expect(mine.root, `${leaves.length} leaves of ${words} words`).to.equal(reference.root);
  for (const i of leaves.keys()) expect(mine.proof(i)).to.deep.equal(reference.getProof(i));
}

describe("BulkTree", () => {
  it("should have root and proofs of StandardMerkleTree for random leaves of any length", () => {
    const word = fc.bigInt({ min: 0n, max: 2n ** 256n - 1n });
    const leaves = fc
      .integer({ min: 1, max: 9 })
      .chain((words) =>
        fc.array(fc.array(word, { minLength: words, maxLength: words }), { minLength: 1, maxLength: 40 }),
      );
    fc.assert(
      fc.property(leaves, (some) => {
        check(some, some[0].length);
      }),
      { numRuns: 25 },
    );
  });

  it("should have them at every number of leaves around powers of two (T-58)", () => {
    for (const count of [1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 33, 64, 65]) {
      check(Array.from({ length: count }, (_, i) => [BigInt(i), 7n]), 2); // prettier-ignore
    }
  });

  it("should have them for more leaves than one block, and for equal leaves", () => {
    const leaves = Array.from({ length: 4_100 }, (_, i) => [BigInt(i % 4_050)]);
    const reference = StandardMerkleTree.of(leaves, ["uint256"]);
    const mine = new BulkTree(leaves.length, 32, writer(leaves));
    expect(mine.root).to.equal(reference.root);
    for (const i of [0, 49, 50, 4_095, 4_096, 4_099]) {
      expect(StandardMerkleTree.verify(mine.root, ["uint256"], leaves[i], mine.proof(i))).to.be.true;
    }
  });

  it("should have no proof of a leaf that is not there", () => {
    const empty = new BulkTree(0, 32, writer([]));
    expect(empty.root).to.equal(EMPTY_ROOT);
    expect(() => empty.proof(0)).to.throw(RangeError);
    expect(() => new BulkTree(1, 32, writer([[1n]])).proof(1)).to.throw(RangeError);
  });

  it("should give the root and proofs of a report's own tree, for any report", () => {
    const nodes = fc.array(
      fc.record({
        provider: fc.uint8Array({ minLength: 20, maxLength: 20 }).map((bytes) => hexlify(bytes)),
        units: fc.nat(65_535),
        weight: fc.nat(2 ** 32 - 1),
        active: fc.boolean(),
        capacityPassed: fc.boolean(),
        rewardBefore: fc.bigInt({ min: 0n, max: 2n ** 127n }),
      }),
      { minLength: 1, maxLength: 20 },
    );
    fc.assert(
      fc.property(nodes, fc.uint8Array({ minLength: 640, maxLength: 640 }), (rows, noise) => {
        const table = NodeTable.from(rows);
        const facts = { epoch: 9, slotsPerEpoch: 240, threshold: 1, pot: 2n ** 90n, nodes: table };
        const leaves = LeafTable.aggregate(facts, [noise.slice(0, 32 * rows.length)]);
        const [bulk, plain] = [bulkTreeOf(leaves), leaves.tree()];
        expect(bulk.root).to.equal(plain.root);
        for (const i of rows.keys()) expect(bulk.proof(i)).to.deep.equal(plain.proof(i));
      }),
      { numRuns: 20 },
    );
  });
});
