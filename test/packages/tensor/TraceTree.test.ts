import { childCount, childHeight, LEAF_LOG2, TensorError, TraceTree } from "@millrace/tensor";
import { expect } from "chai";

import { foldNode, foldWords, hex, randomWords, referenceLevels, rootOf } from "./referenceTree.js";

const HEIGHTS = (depth: number): number[] => [0, ...Array.from({ length: depth - 2 }, (_, i) => i + LEAF_LOG2)];

describe("TraceTree", () => {
  describe("build", () => {
    for (const [count, depth] of [
      [32, 5],
      [64, 6],
      [96, 7],
      [160, 8],
      [480, 9],
      [32, 9],
    ] as const)
      it(`equals the reference over ${count} words at depth ${depth}, node for node`, () => {
        const words = randomWords(count, count);
        const tree = TraceTree.build(words, depth);
        const levels = referenceLevels(words, depth, LEAF_LOG2);
        expect([...levels.keys()]).to.deep.equal(HEIGHTS(depth));
        for (const [height, level] of levels)
          for (const [position, node] of level.entries()) expect(tree.node(height, position)).to.equal(node);
      });

    it("hashes eight words to a leaf, and has no nodes between them", () => {
      const tree = TraceTree.build(randomWords(32, 1));
      for (const height of [1, 2])
        expect(() => tree.node(height, 0))
          .to.throw(TensorError, `no nodes at height ${height}: a leaf holds 8 words`)
          .that.includes({ code: "BAD_ADDRESS", hint: "words have height 0, leaves 3" });
    });

    it("names no nodes outside", () => {
      const tree = TraceTree.build(randomWords(96, 1));
      for (const [height, position] of [
        [-1, 0],
        [8, 0],
        [3.5, 0],
        [7, 1],
        [0, 128],
        [3, 16],
        [5, -1],
      ] as const)
        expect(() => tree.node(height, position), `${height}/${position}`).to.throw(TensorError, "no node");
    });

    it("takes the least depth that holds the words", () => {
      expect(TraceTree.build(randomWords(96, 1)).depth).to.equal(7);
    });

    it("refuses a region that is not a multiple of 32 words", () => {
      expect(() => TraceTree.build(randomWords(33, 1))).to.throw("a region of 1056 bytes");
      expect(() => TraceTree.build(new Uint8Array())).to.throw("a region of 0 bytes");
    });

    it("refuses a tree too shallow for its words", () => {
      expect(() => TraceTree.build(randomWords(64, 1), 5)).to.throw("64 words in a tree of depth 5");
    });

    it("keeps every node when packed for another thread", () => {
      const tree = TraceTree.build(randomWords(96, 3), 8);
      const copy = TraceTree.unpack(structuredClone(tree.pack()));
      for (const height of HEIGHTS(8))
        for (let position = 0; position < 2 ** (8 - height); position++)
          expect(copy.node(height, position)).to.equal(tree.node(height, position));
    });

    it("is that of plain hashing over several blocks of words, with repeated words and a last block that is not whole", () => {
      const words = randomWords(2 * 4_096 + 96, 5);
      // Runs of one value, across the border of two blocks as well.
      for (const [from, to] of [
        [64, 400],
        [4_000, 4_200],
        [8_192, 8_288],
      ] as const)
        for (let word = from; word < to; word++) words.copyWithin(word * 32, from * 32, from * 32 + 32);
      const tree = TraceTree.build(words, 14);
      for (const [height, level] of referenceLevels(words, 14, LEAF_LOG2))
        for (const [position, node] of level.entries())
          if (node !== tree.node(height, position)) expect.fail(`height ${height}, position ${position}`);
    });
  });

  describe("siblings", () => {
    const tree = TraceTree.build(randomWords(160, 9));
    const wordsFrom = (first: number, count: number): string[] =>
      Array.from({ length: count }, (_, i) => tree.node(0, first + i));

    for (let height = 0; height <= tree.depth; height++)
      it(`of 2^${height} words fold back to the root from everywhere`, () => {
        const count = 2 ** height;
        const beside = height < 3 ? 8 - count + tree.depth - 3 : tree.depth - height;
        for (let position = 0; position < 2 ** (tree.depth - height); position++) {
          const siblings = tree.siblings(position, height);
          expect(siblings).to.have.length(beside);
          expect(foldWords(wordsFrom(position * count, count), position, siblings, LEAF_LOG2)).to.equal(tree.root);
          if (height < LEAF_LOG2) continue;
          expect(foldNode(tree.node(height, position), position, siblings)).to.equal(tree.root);
        }
      });

    it("of a word are the others of its leaf from left to right, then the hashes beside its path", () => {
      const siblings = tree.siblings(8 * 5 + 3);
      expect(siblings).to.deep.equal([
        ...wordsFrom(40, 3),
        ...wordsFrom(44, 4),
        tree.node(3, 4),
        tree.node(4, 3),
        tree.node(5, 0),
        tree.node(6, 1),
        tree.node(7, 1),
      ]);
      expect(tree.siblings(8 * 5 + 3, 0)).to.deep.equal(siblings);
    });
  });

  describe("openings", () => {
    /** Heights that a path visits, root first, words last. */
    const heightsFrom = (height: number): number[] =>
      height === 0 ? [0] : [height, ...heightsFrom(childHeight(height))];

    it("visit the multiples of five below the depth", () => {
      expect(heightsFrom(5)).to.deep.equal([5, 0]);
      expect(heightsFrom(7)).to.deep.equal([7, 5, 0]);
      expect(heightsFrom(20)).to.deep.equal([20, 15, 10, 5, 0]);
      for (let depth = 5; depth <= 36; depth++) expect(childCount(depth)).to.equal(2 ** (((depth - 1) % 5) + 1));
    });

    for (const depth of [5, 6, 7, 8, 9, 10, 11])
      it(`fold to the branch they open at depth ${depth}, words by leaves`, () => {
        const words = randomWords(32, depth);
        const tree = TraceTree.build(words, depth);
        for (const height of heightsFrom(depth).slice(0, -1)) {
          const children = tree.openingChildren(height, 0);
          if (height === 5) expect(children[31]).to.equal(hex(words.subarray(31 * 32)));
          expect(rootOf(children, height === 5 ? LEAF_LOG2 : 0)).to.equal(tree.node(height, 0));
        }
      });
  });
});
