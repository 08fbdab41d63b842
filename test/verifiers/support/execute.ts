import { toBeHex, ZeroHash } from "ethers";

import type { KernelTwin, Range } from "./kernels.js";
import { Mode, type Program, type Region } from "./program.js";
import { type Word, WordTree } from "./tree.js";

/** Kernels by code hash. */
export type Twins = ReadonlyMap<string, KernelTwin>;

/** Words by address, zeros left out. Pads past a region's end are kept apart: they have no address. */
export class Memory {
  readonly words = new Map<number, Word>();
  readonly pads = Array.from({ length: 3 }, () => new Map<number, Word>());

  constructor(readonly program: Program) {}

  at(address: number): Word {
    return this.words.get(address) ?? ZeroHash;
  }

  /** Words of a range as a kernel sees them: what lies at or after the piece is zero. */
  read(range: Range, firstWord: number): Word[] {
    const length = 2 ** range.log2;
    const isZero = range.start + length > firstWord;
    return Array.from({ length }, (_, i) => (isZero ? ZeroHash : this.at(range.start + i)));
  }

  tree(region: Region): WordTree {
    const base = this.program.baseOf(region);
    const end = base + this.program.wordsOf(region);
    const words = new Map(this.pads[region]);
    for (const [address, word] of this.words) if (address >= base && address < end) words.set(address - base, word);
    return new WordTree(this.program.depthOf(region), words);
  }

  copy(): Memory {
    const copy = new Memory(this.program);
    for (const [address, word] of this.words) copy.words.set(address, word);
    for (const [region, pads] of this.pads.entries()) {
      for (const [position, word] of pads) copy.pads[region]!.set(position, word);
    }
    return copy;
  }
}

export interface ExecuteOptions {
  /** Changes words as they are written; everything after is computed from what it returns. */
  tamper?: (address: number, word: Word) => Word;
}

/** Runs a program on its input, word by word, in the order of addresses. */
export function execute(
  program: Program,
  twins: Twins,
  input: ReadonlyMap<number, Word>,
  { tamper = (_address, word) => word }: ExecuteOptions = {},
): Memory {
  const memory = new Memory(program);
  for (const [address, word] of input) memory.words.set(address, word);
  let start = program.header.inWords;
  for (const operator of program.operators) {
    const twin = twins.get(operator.kernelCodeHash)!;
    const pieceWords = 2 ** operator.pieceLog2;
    for (let piece = 0; piece < operator.usedWords / pieceWords; piece++) {
      const firstWord = start + piece * pieceWords;
      const recompute = (lane: number): Word[] => computePiece(twin, memory, operator.params, piece, lane, firstWord);
      const words = operator.mode === Mode.Piece ? recompute(0) : [joinLanes(operator.laneBits, recompute)];
      words.forEach((word, i) => memory.words.set(firstWord + i, tamper(firstWord + i, word)));
    }
    start += operator.words;
  }
  return memory;
}

function computePiece(
  twin: KernelTwin,
  memory: Memory,
  params: string,
  piece: number,
  lane: number,
  firstWord: number,
): Word[] {
  const firstWords = twin.first(params, piece, lane).flatMap((range) => memory.read(range, firstWord));
  const ranges = twin.reads(params, piece, lane, firstWords);
  return twin.compute(params, piece, lane, [
    ...firstWords,
    ...ranges.flatMap((range) => memory.read(range, firstWord)),
  ]);
}

function joinLanes(laneBits: number, compute: (lane: number) => Word[]): Word {
  let word = 0n;
  for (let lane = 0; lane < 256 / laneBits; lane++) word = (word << BigInt(laneBits)) | BigInt(compute(lane)[0]!);
  return toBeHex(word, 32);
}
