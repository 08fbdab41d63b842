import { childHeight, LEAF_LOG2, OpenedTree, siblingsOf, TraceTree } from "@millrace/tensor";
import { expect } from "chai";
import fc from "fast-check";

import { randomWords } from "./referenceTree.js";

describe("OpenedTree", () => {
  const words = randomWords(480, 5);
  const mine = TraceTree.build(words);

  /** What the openings of a path to a word show of a tree that is mine up to that word. */
  function opened(wrong: number): { theirs: TraceTree; shown: OpenedTree } {
    const other = words.slice();
    for (let word = wrong; word < 480; word++) other[word * 32] = 255 - other[word * 32]!;
    const theirs = TraceTree.build(other);
    const shown = new OpenedTree(mine, theirs.root);
    for (let height = mine.depth; height > 0; height = childHeight(height)) {
      const position = Math.floor(wrong / 2 ** height);
      shown.open(height, position, theirs.openingChildren(height, position));
    }
    return { theirs, shown };
  }

  it("knows every sibling of a path that was opened, and of what lies before it", () => {
    fc.assert(
      fc.property(fc.nat(479), fc.nat(479), (a, b) => {
        const [before, wrong] = [Math.min(a, b), Math.max(a, b)];
        const { theirs, shown } = opened(wrong);
        expect(shown.node(shown.depth, 0)).to.equal(theirs.root);
        for (const word of [before, wrong])
          for (let height = 0; height < mine.depth; height++) {
            const position = Math.floor(word / 2 ** height);
            expect(siblingsOf(shown, position, height)).to.deep.equal(theirs.siblings(position, height));
            if (height === 0 || height >= LEAF_LOG2)
              expect(shown.node(height, position)).to.equal(theirs.node(height, position));
          }
      }),
      { numRuns: 50 },
    );
  });

  it("gives the siblings from a child to the branch above it", () => {
    const { theirs, shown } = opened(100);
    const beside = [2, 0, 1, 1].map((at, i) => theirs.node(5 + i, at));
    for (const height of [5, 6, 7, 8, 9])
      expect(siblingsOf(shown, 3, 5, height)).to.deep.equal(beside.slice(0, height - 5));
  });

  it("has no nodes between words and leaves either", () => {
    const { shown } = opened(7);
    for (const height of [1, 2]) expect(() => shown.node(height, 0)).to.throw("a leaf holds 8 words");
  });

  it("refuses an opening of another size", () => {
    expect(() => new OpenedTree(mine, mine.root).open(9, 0, [])).to.throw("0 children at height 9");
    expect(() => new OpenedTree(mine, mine.root).open(5, 0, mine.openingChildren(9, 0))).to.throw("16 children");
  });
});
