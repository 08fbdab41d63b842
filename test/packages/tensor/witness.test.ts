import {
  buildTraces,
  execute,
  findFraud,
  type Kernel,
  type KernelSet,
  LEAF_LOG2,
  makeWitness,
  Mode,
  ownKernels,
  PIECE_LOG2S,
  type Program,
  ProgramBuilder,
  type Range,
  Region,
  toHex,
  type Traces,
  treeOf,
  type Witness,
  type WordAddress,
} from "@millrace/tensor";
import { expect } from "chai";

import { numbersFrom, randomProgram } from "./randomProgram.js";
import { foldNode, foldWords, rootOf } from "./referenceTree.js";

const PROGRAMS = 3;

const IN_WORDS = 64;

/** Computes whole pieces, of as many words as its one byte of params says, and reads ranges of every size. */
const pieces: Kernel = {
  name: "Pieces",
  first: (_, piece) => ({ start: (2 * piece) % IN_WORDS, log2: 1 }),
  reads: (_, piece) => [0, 2, 3, 4, 5].map((log2) => ({ start: (2 ** log2 * piece) % IN_WORDS, log2 })),
  compute: ([log2 = 0], piece, _, words) =>
    Array.from({ length: 2 ** log2 }, (__, i) => words.reduce((sum, word) => 31n * sum + word, BigInt(piece + i))),
  laneBits: () => 256,
  extents: () => [{ start: 0, words: IN_WORDS }],
  run: () => false,
};

/** Ranges that a witness shows, as the chain asks its kernel for them. */
function shownRanges(program: Program, kernels: KernelSet, at: WordAddress, witness: Witness): Range[] {
  const address = program.region(at.region).start + at.position;
  const { operator } = program.openOperatorAt(address);
  if (address >= operator.start + operator.usedWords) return [];
  const kernel = kernels.byCodeHash(operator.kernelCodeHash);
  const piece = Math.floor((address - operator.start) / 2 ** operator.pieceLog2);
  const pieceStart = operator.start + piece * 2 ** operator.pieceLog2;
  const isShown = ({ start, log2 }: Range): boolean => start + 2 ** log2 <= pieceStart;
  const first = kernel.first(operator.params, piece, at.lane);
  const count = first === undefined ? 0 : 2 ** first.log2;
  const firstWords = Array.from({ length: count }, (_, i) => (isShown(first!) ? BigInt(witness.words[i]!) : 0n));
  const ranges = kernel.reads(operator.params, piece, at.lane, firstWords);
  return [...(first === undefined ? [] : [first]), ...ranges].filter(isShown);
}

/** Folds all that a witness shows to the roots, as the chain does; gives the logarithms of its ranges. */
function assertFolds(
  program: Program,
  kernels: KernelSet,
  traces: Traces,
  at: WordAddress,
  witness: Witness,
): number[] {
  let [words, siblings] = [witness.words, witness.siblings];
  const takeSiblings = (height: number, depth: number): string[] => {
    const count = height < LEAF_LOG2 ? 8 - 2 ** height + depth - LEAF_LOG2 : depth - height;
    const taken = siblings.slice(0, count);
    siblings = siblings.slice(count);
    return taken;
  };
  const tree = treeOf(traces, at.region)!;
  const height = witness.kernel === `0x${"00".repeat(20)}` ? 0 : witness.operator.pieceLog2;
  const beside = takeSiblings(height, tree.depth);
  const position = Math.floor(at.position / 2 ** height);
  const root =
    height === 0 ? foldWords([witness.shown], position, beside, LEAF_LOG2) : foldNode(witness.shown, position, beside);
  expect(root).to.equal(tree.root);
  const ranges = shownRanges(program, kernels, at, witness);
  for (const { start, log2 } of ranges) {
    const { region, offset } = program.locate(start);
    const read = treeOf(traces, region)!;
    const shown = words.slice(0, 2 ** log2);
    words = words.slice(2 ** log2);
    expect(foldWords(shown, offset / 2 ** log2, takeSiblings(log2, read.depth), LEAF_LOG2)).to.equal(read.root);
  }
  expect([words, siblings]).to.deep.equal([[], []]);
  return ranges.map(({ log2 }) => log2);
}

describe("makeWitness", () => {
  const kernels = ownKernels.with({ kernel: pieces, codeHash: `0x${"ab".repeat(32)}` });
  const options = { kernelAddress: () => `0x${"22".repeat(20)}`, kernels };

  it(`shows what folds to the roots, of a lane of every operator of ${PROGRAMS} random programs`, () => {
    const sizes = new Set<number>();
    for (let seed = 1; seed <= PROGRAMS; seed++) {
      const { program, input } = randomProgram(seed);
      const traces = buildTraces(program, input, execute(program, input));
      const below = numbersFrom(seed);
      for (const { start, usedWords, laneBits } of program.operators) {
        const { region, offset } = program.locate(start + below(usedWords));
        const at = { region, position: offset, lane: below(256 / laneBits) };
        const witness = makeWitness(program, traces, at, options);
        for (const log2 of assertFolds(program, kernels, traces, at, witness)) sizes.add(log2);
      }
    }
    expect([...sizes]).to.include.members([0, 1, 2, 6]);
  });

  it("shows a word past the end of a region", () => {
    const { program, input } = randomProgram(1);
    const traces = buildTraces(program, input, execute(program, input));
    const { words } = program.region(Region.Output);
    const { depth, root } = traces.output;
    for (const position of [words, words + 3, 2 ** depth - 1]) {
      const { shown, siblings } = makeWitness(program, traces, { region: Region.Output, position, lane: 0 }, options);
      expect(siblings).to.have.length(depth + 4);
      expect(foldWords([shown], position, siblings, LEAF_LOG2)).to.equal(root);
    }
  });

  for (const pieceLog2 of PIECE_LOG2S)
    it(`shows pieces of 2^${pieceLog2} words, and words of their pad`, () => {
      const builder = new ProgramBuilder(kernels);
      builder.input("input", { rows: IN_WORDS, columns: 1, laneBits: 256 });
      builder.add({
        ...{ name: "pieces", kernel: "Pieces", shape: { rows: 150, columns: 1, laneBits: 256 }, reads: [] },
        ...{ params: () => Uint8Array.of(pieceLog2), mode: Mode.Piece, pieceLog2, output: true },
      });
      const program = builder.build();
      const below = numbersFrom(pieceLog2);
      const input = Uint8Array.from({ length: program.header.inWords * 32 }, () => below(256));
      const execution = execute(program, input, { kernels });
      const honest = buildTraces(program, input, execution);
      const { usedWords, words } = program.operators[0]!;
      const count = 2 ** pieceLog2;
      for (const position of [0, 1, 7, 31, 100, usedWords - 1, ...(usedWords < words ? [usedWords] : [])]) {
        const output = execution.output.slice();
        output[32 * position + 5]! ^= 4;
        const committed = buildTraces(program, input, { ...execution, output });
        const at = findFraud(program, honest, committed)!;
        expect(at).to.deep.equal({ region: Region.Output, position, lane: 0 });
        const witness = makeWitness(program, committed, at, options);
        const sizes = assertFolds(program, kernels, committed, at, witness);
        if (position >= usedWords) {
          expect(BigInt(witness.shown)).to.not.equal(0n);
          continue;
        }
        expect(sizes).to.deep.equal([1, 0, 2, 3, 4, 5]);
        const piece = Math.floor(position / count);
        const computed = pieces.compute(Uint8Array.of(pieceLog2), piece, 0, witness.words.map(BigInt));
        const honestWords = Array.from({ length: count }, (_, i) =>
          toHex(execution.output.subarray(32 * (count * piece + i), 32 * (count * piece + i + 1))),
        );
        expect(computed.map((word) => BigInt.asUintN(256, word))).to.deep.equal(honestWords.map(BigInt));
        const right = pieceLog2 === 0 ? honestWords[0]! : rootOf(honestWords, LEAF_LOG2);
        expect(witness.shown).to.not.equal(right);
        expect(makeWitness(program, honest, at, options).shown).to.equal(right);
      }
    });
});
