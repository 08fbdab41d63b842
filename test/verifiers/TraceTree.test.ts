import { expect } from "chai";
import { toBeHex, ZeroHash } from "ethers";
import fc from "fast-check";
import hre from "hardhat";

import type { TraceTreeHarness } from "../../typechain-types/index.js";
import { rootOf, siblingsOf, WordTree } from "./support/tree.js";

const { ethers } = await hre.network.create();

const word = fc.bigInt({ min: 0n, max: 2n ** 256n - 1n }).map((value) => toBeHex(value, 32));
const leaves = fc
  .integer({ min: 0, max: 6 })
  .chain((log2) => fc.array(word, { minLength: 2 ** log2, maxLength: 2 ** log2 }));

describe("TraceTree", () => {
  let trees: TraceTreeHarness;

  before(async () => {
    trees = await ethers.deployContract("TraceTreeHarness");
  });

  it("should fold as the readable version does", async () => {
    const path = fc.array(word, { maxLength: 36 });
    await fc.assert(
      fc.asyncProperty(word, fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }), path, async (node, position, siblings) => {
        expect(await trees.fold(node, position, siblings)).to.equal(
          await trees.foldReference(node, position, siblings),
        );
      }),
      { numRuns: 50 },
    );
  });

  it("should take roots as the readable version and the reference outside do", async () => {
    await fc.assert(
      fc.asyncProperty(leaves, async (words) => {
        const root = rootOf(words);
        expect(await trees.rootReference(words)).to.equal(root);
        expect(await trees.rootOf(words)).to.equal(root);
        expect(await trees.rootOfMemory(words)).to.equal(root);
      }),
      { numRuns: 50 },
    );
  });

  it("should fold every leaf of a tree to its root", async () => {
    const tree = new WordTree(3, new Map([0, 3, 6].map((i) => [i, toBeHex(i + 1, 32)])));
    for (let i = 0; i < 8; i++) {
      expect(await trees.fold(tree.node(0, i), i, siblingsOf(tree, 0, i))).to.equal(tree.root);
      const elsewhere = await trees.fold(toBeHex(99, 32), i, siblingsOf(tree, 0, i));
      expect(elsewhere).to.not.equal(tree.root);
    }
    expect(await trees.fold(ZeroHash, 0, [])).to.equal(ZeroHash);
  });
});
