import { childCount, childHeight, firstDifference, OpenedTree, openingHeights, TraceTree } from "@millrace/tensor";
import { keccak_256 } from "@noble/hashes/sha3.js";
import { expect } from "chai";
import fc from "fast-check";

import { TensorInstance } from "../../../packages/tensor/src/wasm/TensorModule.js";

const hex = (bytes: Uint8Array): string => `0x${Buffer.from(bytes).toString("hex")}`;

function randomWords(count: number, seed: number): Uint8Array {
  let state = seed + 1;
  return Uint8Array.from({ length: count * 32 }, () => (state = (state * 48_271) % 0x7fffffff) & 0xff);
}

/** Every node by brute force, padding written out. */
function naiveLevels(words: Uint8Array, depth: number): string[][] {
  const padded = new Uint8Array(2 ** depth * 32);
  padded.set(words);
  let level = Array.from({ length: 2 ** depth }, (_, i) => padded.slice(i * 32, i * 32 + 32));
  const levels = [level.map(hex)];
  while (level.length > 1) {
    level = Array.from({ length: level.length / 2 }, (_, i) =>
      keccak_256(Buffer.concat([level[2 * i]!, level[2 * i + 1]!])),
    );
    levels.push(level.map(hex));
  }
  return levels;
}

/** Hash of a node from the children that its opening shows. */
function fold(children: readonly string[]): string {
  let level = children.map((child) => Buffer.from(child.slice(2), "hex"));
  while (level.length > 1)
    level = Array.from({ length: level.length / 2 }, (_, i) =>
      Buffer.from(keccak_256(Buffer.concat([level[2 * i]!, level[2 * i + 1]!]))),
    );
  return hex(level[0]!);
}

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
      it(`equals the naive tree over ${count} words at depth ${depth}, node for node`, () => {
        const words = randomWords(count, count);
        const tree = TraceTree.build(words, depth);
        naiveLevels(words, depth).forEach((level, height) => {
          level.forEach((node, position) => {
            expect(tree.node(height, position)).to.equal(node);
          });
        });
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
      const copy = TraceTree.unpack(tree.pack());
      for (let height = 0; height <= 8; height++)
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
      naiveLevels(words, 14).forEach((level, height) => {
        for (const [position, node] of level.entries())
          if (node !== tree.node(height, position)) expect.fail(`height ${height}, position ${position}`);
      });
    });

    it("hashes two nodes at once to the hashes of one after another", () => {
      const instance = new TensorInstance();
      const pairs = 2 ** 10 + 1;
      const [nodes, twice, plainly] = [64, 32, 32].map((size) => instance.allocate(pairs * size));
      instance.view(nodes, pairs * 64).set(randomWords(2 * pairs, 1));
      instance.exports.hashLevel(nodes, twice, pairs);
      instance.exports.hashLevelPlainly(nodes, plainly, pairs);
      expect(Buffer.compare(instance.view(twice, pairs * 32), instance.view(plainly, pairs * 32))).to.equal(0);
    });
  });

  describe("siblings", () => {
    it("fold back to the root from any height", () => {
      const tree = TraceTree.build(randomWords(160, 9));
      fc.assert(
        fc.property(fc.nat(255), fc.nat(tree.depth), (word, height) => {
          let position = Math.floor(word / 2 ** height);
          let node: string = tree.node(height, position);
          for (const sibling of tree.siblings(position, height)) {
            node = fold(position % 2 === 0 ? [node, sibling] : [sibling, node]);
            position = Math.floor(position / 2);
          }
          expect(node).to.equal(tree.root);
        }),
      );
    });
  });

  describe("openings", () => {
    it("visit the multiples of five below the depth", () => {
      expect(openingHeights(5)).to.deep.equal([5, 0]);
      expect(openingHeights(7)).to.deep.equal([7, 5, 0]);
      expect(openingHeights(20)).to.deep.equal([20, 15, 10, 5, 0]);
      for (let depth = 5; depth <= 36; depth++) expect(childCount(depth)).to.equal(2 ** (((depth - 1) % 5) + 1));
    });

    for (const depth of [5, 6, 7, 8, 9, 10, 11])
      it(`fold to the branch they open at depth ${depth}`, () => {
        const tree = TraceTree.build(randomWords(32, depth), depth);
        for (const height of openingHeights(depth).slice(0, -1))
          expect(fold(tree.openingChildren(height, 0))).to.equal(tree.node(height, 0));
      });
  });

  describe("firstDifference", () => {
    it("finds the first of several changed words", () => {
      const words = randomWords(480, 5);
      const mine = TraceTree.build(words);
      fc.assert(
        fc.property(fc.uniqueArray(fc.nat(479), { minLength: 1, maxLength: 5 }), (changed) => {
          const other = words.slice();
          for (const word of changed) other[word * 32 + 31]! ^= 1;
          expect(firstDifference(mine, TraceTree.build(other))).to.equal(Math.min(...changed));
        }),
        { numRuns: 30 },
      );
    });

    it("is undefined for equal trees", () => {
      const words = randomWords(64, 5);
      expect(firstDifference(TraceTree.build(words), TraceTree.build(words))).to.be.undefined;
    });
  });

  describe("OpenedTree", () => {
    it("knows every sibling of a path that was opened, and of what lies before it", () => {
      const words = randomWords(480, 5);
      const mine = TraceTree.build(words);
      fc.assert(
        fc.property(fc.nat(479), fc.nat(479), (a, b) => {
          const [before, wrong] = [Math.min(a, b), Math.max(a, b)];
          const other = words.slice();
          for (let word = wrong; word < 480; word++) other[word * 32] = 255 - other[word * 32]!;
          const theirs = TraceTree.build(other);
          const opened = new OpenedTree(mine, theirs.root);
          for (let height = mine.depth; height > 0; height = childHeight(height)) {
            const position = Math.floor(wrong / 2 ** height);
            opened.open(height, position, theirs.openingChildren(height, position));
          }
          for (const word of [before, wrong])
            for (let height = 0; height < mine.depth; height++) {
              const sibling = Math.floor(word / 2 ** height) ^ 1;
              expect(opened.node(height, sibling)).to.equal(theirs.node(height, sibling));
            }
        }),
        { numRuns: 50 },
      );
    });

    it("refuses an opening of another size", () => {
      const mine = TraceTree.build(randomWords(64, 5));
      expect(() => new OpenedTree(mine, mine.root).open(6, 0, [])).to.throw("0 children at height 6");
    });
  });
});
