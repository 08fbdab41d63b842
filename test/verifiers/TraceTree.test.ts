import { expect } from "chai";
import { concat, keccak256, toBeHex, ZeroHash } from "ethers";
import fc from "fast-check";
import hre from "hardhat";

import type { TraceTreeHarness } from "../../typechain-types/index.js";
import { hashPair, rootOf, siblingsOf, WordTree, type Word } from "./support/tree.js";

const { ethers } = await hre.network.create();

const LEAF_WORDS = 8;
const word = fc.bigInt({ min: 0n, max: 2n ** 256n - 1n }).map((value) => toBeHex(value, 32));
const wordsOf = (log2: number): fc.Arbitrary<Word[]> => fc.array(word, { minLength: 2 ** log2, maxLength: 2 ** log2 });

describe("TraceTree", () => {
  let trees: TraceTreeHarness;

  before(async () => {
    trees = await ethers.deployContract("TraceTreeHarness");
  });

  /** 64 words that differ, and their tree. */
  function tree() {
    const words = Array.from({ length: 64 }, (_, i) => toBeHex(i + 1, 32));
    return { words, tree: new WordTree(6, new Map(words.entries())) };
  }

  it("should fold a range anywhere as the readable version does", async () => {
    const ranges = fc
      .record({ log2: fc.integer({ min: 0, max: 6 }), hashes: fc.array(word, { maxLength: 37 }) })
      .chain(({ log2, hashes }) =>
        fc.record({
          words: wordsOf(log2),
          position: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }).map((at) => (at >> BigInt(log2)) << BigInt(log2)),
          others: fc.array(word, {
            minLength: Math.max(0, LEAF_WORDS - 2 ** log2),
            maxLength: Math.max(0, LEAF_WORDS - 2 ** log2),
          }),
          hashes: fc.constant(hashes),
        }),
      );
    await fc.assert(
      fc.asyncProperty(ranges, async ({ words, position, others, hashes }) => {
        const siblings = [...others, ...hashes];
        const root = await trees.foldReference(words, position, siblings);
        expect(await trees.foldRange(words, position, siblings)).to.equal(root);
        if (words.length === 1) expect(await trees.fold(words[0]!, 0, position, siblings)).to.equal(root);
      }),
      { numRuns: 100 },
    );
  });

  it("should take roots as the readable version and the reference outside do", async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 3, max: 8 }).chain(wordsOf), async (words) => {
        const root = rootOf(words);
        expect(await trees.rootReference(words)).to.equal(root);
        expect(await trees.rootOf(words)).to.equal(root);
        expect(await trees.rootOfMemory(words)).to.equal(root);
      }),
      { numRuns: 50 },
    );
  });

  it("should hash the eight words of a leaf at once, and two nodes as a pair", async () => {
    const { words } = tree();
    const leaves = Array.from({ length: 8 }, (_, i) => keccak256(concat(words.slice(8 * i, 8 * i + 8))));
    expect(await trees.rootOf(words.slice(0, 8))).to.equal(leaves[0]);
    expect(await trees.rootOf(words.slice(0, 16))).to.equal(hashPair(leaves[0]!, leaves[1]!));
    expect(rootOf(words)).to.equal(
      [4, 2, 1].reduce(
        (level, count) => Array.from({ length: count }, (_, i) => hashPair(level[2 * i]!, level[2 * i + 1]!)),
        leaves,
      )[0],
    );
  });

  it("should fold every range at every place of a leaf, and every node, to the root", async () => {
    const { words, tree: whole } = tree();
    for (let log2 = 0; log2 <= 6; log2++) {
      for (let position = 0; position < 64; position += 2 ** log2) {
        const range = words.slice(position, position + 2 ** log2);
        const siblings = siblingsOf(whole, log2, position / 2 ** log2);
        expect(siblings.length).to.equal(Number(await trees.siblingsOf(log2, 6)));
        expect(await trees.foldRange(range, position, siblings)).to.equal(whole.root);
        const changed = range.with(-1, ZeroHash);
        expect(await trees.foldRange(changed, position, siblings)).to.not.equal(whole.root);
        if (log2 === 1 || log2 === 2) continue;
        const node = whole.node(log2, position / 2 ** log2);
        expect(await trees.fold(node, log2, position / 2 ** log2, siblings)).to.equal(whole.root);
      }
    }
  });

  it("should have seven siblings of a word in its leaf, six of two, four of four", async () => {
    const counts = await Promise.all([0, 1, 2, 3, 4, 5].map((height) => trees.siblingsOf(height, 5)));
    expect(counts).to.deep.equal([9n, 8n, 6n, 2n, 1n, 0n]);
    expect(await trees.siblingsOf(0, 40)).to.equal(44n);
    expect(await trees.siblingsOf(0, 3)).to.equal(7n);
  });

  it("should refuse fewer siblings than a leaf has others", async () => {
    const { words } = tree();
    for (const count of [1, 2, 4]) {
      const others = words.slice(count, LEAF_WORDS);
      expect(await trees.foldRange(words.slice(0, count), 0, others)).to.equal(rootOf(words.slice(0, LEAF_WORDS)));
      await expect(trees.foldRange(words.slice(0, count), 0, others.slice(1))).to.revert(ethers);
    }
    await expect(trees.fold(words[0]!, 0, 0, words.slice(1, 7))).to.revert(ethers);
  });
});
