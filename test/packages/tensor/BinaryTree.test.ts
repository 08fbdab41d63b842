import { regionTree } from "@millrace/jobs";
import { frameInput, inputRoot, layoutOf, type MachineProgram, MemoryTree } from "@millrace/rv32";
import { BinaryTree, toHex } from "@millrace/tensor";
import { expect } from "chai";

import { foldNode, randomWords, referenceLevels } from "./referenceTree.js";

describe("BinaryTree", () => {
  for (const [count, depth] of [
    [32, 5],
    [96, 7],
    [160, 9],
  ] as const)
    it(`is the tree of a machine's memory that begins with ${count} words, at depth ${depth}`, () => {
      const words = randomWords(count, count);
      const memory = new Uint8Array(2 ** depth * 32);
      memory.set(words);
      const [tree, machine] = [BinaryTree.build(words, depth), new MemoryTree(memory)];
      expect(tree.root).to.equal(toHex(machine.root));
      for (let word = 0; word < 2 ** depth; word++) {
        const { leaf, siblings } = machine.proofAt(32 * word);
        expect(tree.node(0, word)).to.equal(toHex(leaf));
        expect(tree.siblings(word)).to.deep.equal(siblings.map(toHex));
      }
    });

  it("has nodes of every height, whose siblings fold back to the root", () => {
    const words = randomWords(96, 1);
    const tree = BinaryTree.build(words, 8);
    for (const [height, level] of referenceLevels(words, 8, 0))
      for (const [position, node] of level.entries()) {
        expect(tree.node(height, position)).to.equal(node);
        expect(foldNode(node, position, tree.siblings(position, height))).to.equal(tree.root);
      }
  });

  it("is that of plain hashing over several blocks of words", () => {
    const words = randomWords(4_096 + 96, 5);
    for (let word = 4_000; word < 4_150; word++) words.copyWithin(word * 32, 0, 32);
    const tree = BinaryTree.build(words, 14);
    for (const [height, level] of referenceLevels(words, 14, 0))
      for (const [position, node] of level.entries())
        if (node !== tree.node(height, position)) expect.fail(`height ${height}, position ${position}`);
  });

  it("is what a machine's input is committed to by", () => {
    const program: MachineProgram = { image: new Uint8Array(), entry: 0, depth: 12, maxSteps: 1n };
    const input = randomWords(9, 2).subarray(5);
    const region = frameInput(input, layoutOf(program.depth).regionBytes);
    expect(regionTree(program, region).root).to.equal(toHex(inputRoot(program, input)));
  });
});
