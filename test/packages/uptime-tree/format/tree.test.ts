import { StandardMerkleTree } from "@openzeppelin/merkle-tree";
import { expect } from "chai";
import { AbiCoder, hexlify, keccak256 } from "ethers";
import fc from "fast-check";

import {
  countUp,
  EMPTY_ROOT,
  encodeWords,
  hashLeaf,
  leafTypes,
  leafValues,
  MerkleTree,
  treeOf,
  type Leaf,
  type StandardTree,
} from "@millrace/uptime-tree/format";

const bits = (n: number): fc.Arbitrary<bigint> => fc.bigInt({ min: 0n, max: 2n ** BigInt(n) - 1n });
const address = fc.uint8Array({ minLength: 20, maxLength: 20 }).map((bytes) => hexlify(bytes));

const anyLeaf: fc.Arbitrary<Leaf> = fc.record({
  epoch: fc.nat(2 ** 31 - 1),
  index: fc.nat(2 ** 31 - 1),
  nodeId: bits(64),
  provider: address,
  bitmap: bits(240),
  points: bits(128),
  pointsBefore: bits(256),
  rawCumulativeReward: bits(128),
});

const treeOfLeaves = (leaves: readonly Leaf[]): StandardTree =>
  treeOf(leaves.length, (index) => encodeWords(leafValues(leaves[index]!)));

describe("countUp", () => {
  it("should count the bits of any word", () => {
    fc.assert(
      fc.property(bits(256), (value) => {
        expect(countUp(value)).to.equal(value.toString(2).replaceAll("0", "").length);
      }),
    );
  });
});

describe("StandardTree", () => {
  it("should have root and proofs of StandardMerkleTree for any leaves", () => {
    fc.assert(
      fc.property(fc.array(anyLeaf, { minLength: 1, maxLength: 40 }), (leaves) => {
        const mine = treeOfLeaves(leaves);
        const reference = StandardMerkleTree.of(leaves.map(leafValues), [...leafTypes]);
        expect(mine.root).to.equal(reference.root);
        for (const index of leaves.keys()) expect(mine.proof(index)).to.deep.equal(reference.getProof(index));
      }),
      { numRuns: 60 },
    );
  });

  it("should have the root of StandardMerkleTree at every number of leaves around powers of two (T-58)", () => {
    const leaf = (index: number): Leaf => ({
      epoch: 1,
      index,
      nodeId: BigInt(index + 1),
      provider: "0x00000000000000000000000000000000000000ff",
      bitmap: 7n,
      points: 3n,
      pointsBefore: 3n * BigInt(index),
      rawCumulativeReward: 9n,
    });
    for (const count of [1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 33, 64, 65]) {
      const leaves = Array.from({ length: count }, (_, i) => leaf(i));
      const reference = StandardMerkleTree.of(leaves.map(leafValues), [...leafTypes]);
      expect(treeOfLeaves(leaves).root, `${count} leaves`).to.equal(reference.root);
    }
  });

  it("should fall out differently when any field of a leaf changes", () => {
    fc.assert(
      fc.property(anyLeaf, fc.constantFrom(...Array.from({ length: 8 }, (_, i) => i)), (leaf, field) => {
        const key = Object.keys(leaf)[field] as keyof Leaf;
        const changed = { ...leaf, [key]: key === "provider" ? flip(leaf.provider) : Number(leaf[key]) === 0 ? 1 : 0 };
        expect(hexlify(hashLeaf(changed as Leaf))).not.to.equal(hexlify(hashLeaf(leaf)));
      }),
    );
  });

  it("should give an epoch without nodes a root that is not zero (X-21)", () => {
    expect(treeOfLeaves([]).root).to.equal(EMPTY_ROOT);
    expect(BigInt(EMPTY_ROOT)).not.to.equal(0n);
    expect(() => treeOfLeaves([]).proof(0)).to.throw(RangeError);
  });
});

describe("MerkleTree", () => {
  it("should refuse no hashes and parts of hashes", () => {
    expect(() => new MerkleTree(new Uint8Array(0))).to.throw(RangeError);
    expect(() => new MerkleTree(new Uint8Array(33))).to.throw(RangeError);
  });

  it("should keep equal leaves apart and provable", () => {
    const one = new Uint8Array(32).fill(7);
    const tree = new MerkleTree(new Uint8Array([...one, ...one, ...one]));
    expect(tree.proof(0).length + tree.proof(1).length + tree.proof(2).length).to.equal(5);
    expect(() => tree.proof(3)).to.throw(RangeError);
  });
});

describe("encodeWords", () => {
  it("should equal the ABI encoding", () => {
    fc.assert(
      fc.property(anyLeaf, (leaf) => {
        const expected = AbiCoder.defaultAbiCoder().encode([...leafTypes], leafValues(leaf));
        expect(hexlify(encodeWords(leafValues(leaf)))).to.equal(expected);
        expect(hexlify(hashLeaf(leaf))).to.equal(keccak256(keccak256(expected)));
      }),
    );
  });
});

function flip(provider: string): string {
  return provider.endsWith("0") ? provider.slice(0, -1) + "1" : provider.slice(0, -1) + "0";
}
