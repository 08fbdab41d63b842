import { BinaryTree, firstDifference, TraceTree, type WordTree } from "@millrace/tensor";
import { expect } from "chai";
import fc from "fast-check";

import { randomWords } from "./referenceTree.js";

const WORDS = 480;
const DEPTH = 9;

const KINDS = [
  { name: "TraceTree", build: (words: Uint8Array, depth: number): WordTree => TraceTree.build(words, depth) },
  { name: "BinaryTree", build: (words: Uint8Array, depth: number): WordTree => BinaryTree.build(words, depth) },
];

for (const { name, build } of KINDS)
  describe(`firstDifference of two ${name}s`, () => {
    const words = randomWords(WORDS, 5);
    const mine = build(words, DEPTH);
    const changed = (at: readonly number[]): WordTree => {
      const other = words.slice();
      for (const word of at) other[word * 32 + (word % 32)]! ^= 1 << (word % 8);
      return build(other, DEPTH);
    };

    it("finds a word at every place of a leaf, alone and with all after it", () => {
      for (const leaf of [0, 1, 3, 4, 31, 59])
        for (let i = 0; i < 8; i++) {
          const word = 8 * leaf + i;
          expect(firstDifference(mine, changed([word]))).to.equal(word);
          const all = Array.from({ length: WORDS - word }, (_, k) => word + k);
          expect(firstDifference(mine, changed(all))).to.equal(word);
        }
    });

    it("finds the first of several changed words", () => {
      fc.assert(
        fc.property(fc.uniqueArray(fc.nat(WORDS - 1), { minLength: 1, maxLength: 5 }), (at) => {
          expect(firstDifference(mine, changed(at))).to.equal(Math.min(...at));
        }),
        { numRuns: 30 },
      );
    });

    it("finds a word past the end of mine", () => {
      const longer = new Uint8Array(2 ** DEPTH * 32);
      longer.set(words);
      longer[505 * 32] = 1;
      expect(firstDifference(mine, build(longer, DEPTH))).to.equal(505);
    });

    it("is undefined for equal trees", () => {
      expect(firstDifference(mine, changed([]))).to.equal(undefined);
    });
  });
