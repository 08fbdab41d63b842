import { ZeroAddress } from "ethers";

import type { Memory, Twins } from "./execute.js";
import type { Range } from "./kernels.js";
import { Mode, type Operator, type Program, type Region, type SumNode } from "./program.js";
import { siblingsOf, type Tree, type Word } from "./tree.js";

export interface Target {
  region: Region;
  position: number;
  lane: number;
}

export interface Witness {
  operator: Operator;
  operatorIndex: number | bigint;
  sumPath: SumNode[];
  kernel: string;
  shown: Word;
  words: Word[];
  siblings: Word[];
}

/** What a prover knows: trees by region, and the addresses of kernels by code hash. */
export interface Knowledge {
  program: Program;
  twins: Twins;
  kernels: ReadonlyMap<string, string>;
  /** Words before the target, as committed. */
  memory: Pick<Memory, "read">;
  trees: readonly Tree[];
}

const NO_OPERATOR: Operator = {
  kernelCodeHash: "0x" + "00".repeat(32),
  words: 0,
  usedWords: 0,
  mode: Mode.Lane,
  pieceLog2: 0,
  laneBits: 0,
  params: "0x",
};

/** Evidence about a word, made from a committed trace, right or wrong. */
export function makeWitness(known: Knowledge, { region, position, lane }: Target): Witness {
  const { program, twins, kernels, trees } = known;
  const tree = trees[region]!;
  const pad: Witness = {
    operator: NO_OPERATOR,
    operatorIndex: 0,
    sumPath: [],
    kernel: ZeroAddress,
    shown: tree.node(0, position),
    words: [],
    siblings: siblingsOf(tree, 0, position),
  };
  if (position >= program.wordsOf(region)) return pad;

  const address = program.baseOf(region) + position;
  const { index, start } = program.operatorAt(address);
  const operator = program.operators[index]!;
  const located = { ...pad, operator, operatorIndex: index, sumPath: program.sumPath(index) };
  const offset = address - start;
  if (offset >= operator.usedWords) return located;

  const height = operator.pieceLog2;
  const piece = Math.floor(offset / 2 ** height);
  const firstWord = start + piece * 2 ** height;
  const twin = twins.get(operator.kernelCodeHash)!;
  const kernelLane = operator.mode === Mode.Lane ? lane : 0;
  const first = twin.first(operator.params, piece, kernelLane);
  const firstWords = first.flatMap((range) => known.memory.read(range, firstWord));
  const ranges = [...first, ...twin.reads(operator.params, piece, kernelLane, firstWords)];
  const proven = ranges.filter(({ start: from, log2 }) => from + 2 ** log2 <= firstWord);

  const shownAt = Math.floor(position / 2 ** height);
  return {
    ...located,
    kernel: kernels.get(operator.kernelCodeHash) ?? ZeroAddress,
    shown: tree.node(height, shownAt),
    words: proven.flatMap((range) => known.memory.read(range, firstWord)),
    siblings: [...siblingsOf(tree, height, shownAt), ...proven.flatMap((range) => rangeSiblings(known, range))],
  };
}

function rangeSiblings({ program, trees }: Knowledge, { start, log2 }: Range): Word[] {
  const { region, position } = program.placeOf(start);
  return siblingsOf(trees[region]!, log2, position / 2 ** log2);
}
