import { expect } from "chai";
import { toBeHex, ZeroHash } from "ethers";
import fc from "fast-check";
import hre from "hardhat";

import type { BinaryTreeHarness } from "../../typechain-types/index.js";
import { pairedRoot } from "./support/tree.js";

const { ethers } = await hre.network.create();

const word = fc.bigInt({ min: 0n, max: 2n ** 256n - 1n }).map((value) => toBeHex(value, 32));
const leaves = fc
  .integer({ min: 0, max: 6 })
  .chain((log2) => fc.array(word, { minLength: 2 ** log2, maxLength: 2 ** log2 }));

describe("BinaryTree", () => {
  let trees: BinaryTreeHarness;

  before(async () => {
    trees = await ethers.deployContract("BinaryTreeHarness");
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
        const root = pairedRoot(words);
        expect(await trees.rootReference(words)).to.equal(root);
        expect(await trees.rootOf(words)).to.equal(root);
        expect(await trees.rootOfMemory(words)).to.equal(root);
      }),
      { numRuns: 50 },
    );
  });

  it("should fold every leaf of a tree to its root", async () => {
    const nodes = Array.from({ length: 8 }, (_, i) => toBeHex(i + 1, 32));
    const root = pairedRoot(nodes);
    for (let i = 0; i < 8; i++) {
      const [pair, four] = [2 * Math.floor((i ^ 2) / 2), 4 * Math.floor((i ^ 4) / 4)];
      const siblings = [
        nodes[i ^ 1]!,
        pairedRoot(nodes.slice(pair, pair + 2)),
        pairedRoot(nodes.slice(four, four + 4)),
      ];
      expect(await trees.fold(nodes[i]!, i, siblings)).to.equal(root);
      expect(await trees.fold(toBeHex(99, 32), i, siblings)).to.not.equal(root);
    }
    expect(await trees.fold(ZeroHash, 0, [])).to.equal(ZeroHash);
  });
});
