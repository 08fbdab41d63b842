import { keccak256, toBeHex, toUtf8Bytes } from "ethers";

import { mixParams } from "./kernels.js";
import { Mode, type Operator, Program } from "./program.js";
import type { Word } from "./tree.js";

/** Random numbers that a seed reproduces. */
export class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** A whole number from 0 to `bound − 1`. */
  below(bound: number): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let x = this.#state;
    x = Math.imul(x ^ (x >>> 15), x | 1);
    x ^= x + Math.imul(x ^ (x >>> 7), x | 61);
    return ((x ^ (x >>> 14)) >>> 0) % bound;
  }

  /** The same for bounds above 2^32: no position is impossible, not all are as likely. */
  belowLarge(bound: number): number {
    return bound <= 2 ** 32 ? this.below(bound) : Math.floor((this.below(2 ** 32) / 2 ** 32) * bound);
  }

  pick<T>(items: readonly T[]): T {
    return items[this.below(items.length)]!;
  }

  chance(percent: number): boolean {
    return this.below(100) < percent;
  }

  word(): Word {
    return keccak256(toUtf8Bytes(`word ${this.below(2 ** 31)} ${this.below(2 ** 31)}`));
  }
}

export interface RandomCase {
  program: Program;
  input: Map<number, Word>;
}

/** Words of a piece: one, or whole leaves of the trace's tree up to a block. */
const PIECE_LOG2S = [0, 3, 4, 5];

/** Most words that a program may have. */
const MAX_WORDS = 2 ** 40;

/**
 * A program of the mixing kernel: any mode and width, reads in every direction, gathers, pads, operators across regions,
 * with nothing in them or full.
 * @param isHuge - one operator is as long as programs may be, or some power of two shorter; little of it is used
 */
export function randomCase(random: Random, mixHash: Word, isHuge = false): RandomCase {
  const inWords = random.pick([32, 64, 96, 256]);
  const sizes = Array.from({ length: 1 + random.below(5) }, () => 32 * (1 + random.below(3)));
  if (isHuge) {
    const others = inWords + sizes.reduce((sum, words) => sum + words, 0);
    const room = random.chance(30) ? MAX_WORDS - others : 2 ** (12 + random.below(28));
    sizes[random.below(sizes.length)]! += Math.floor(room / 32) * 32;
  }
  const total = inWords + sizes.reduce((sum, words) => sum + words, 0);
  const operators = sizes.map((words) => randomOperator(random, mixHash, words, inWords, total));
  const outWords = 32 * (1 + random.belowLarge((total - inWords) / 32));
  const input = new Map<number, Word>();
  for (let i = 0; i < inWords; i++) {
    if (random.chance(70)) input.set(i, random.chance(50) ? random.word() : toBeHex(random.below(12), 32));
  }
  return { program: new Program(operators, inWords, outWords), input };
}

function randomOperator(random: Random, mixHash: Word, words: number, inWords: number, total: number): Operator {
  const mode = random.pick([Mode.Lane, Mode.Piece]);
  const pieceLog2 = mode === Mode.Lane ? 0 : random.pick(PIECE_LOG2S);
  const laneBits = random.pick([8, 16, 32, 64, 128, 256]);
  const pieces = words / 2 ** pieceLog2;
  const isFull = words <= 96 && laneBits >= 64 && random.chance(15);
  const usedWords = (isFull ? pieces : Math.min(random.belowLarge(pieces + 1), 6)) * 2 ** pieceLog2;
  const anyStart = (log2: number): number => random.belowLarge((total + 64) / 2 ** log2) * 2 ** log2;

  const reads = Array.from({ length: random.below(4) }, () => {
    const log2 = random.below(6);
    return { start: anyStart(log2), stride: random.pick([0, 1]) * 2 ** log2, log2 };
  });
  if (inWords === 256 && random.chance(50)) reads.push({ start: 0, stride: 0, log2: 8 });
  if (random.chance(10)) reads.push({ start: 2 ** 40 + 1, stride: 0, log2: 7 });
  const rowLog2 = random.below(4);
  const params = mixParams({
    laneBits: mode === Mode.Lane ? laneBits : 0,
    pieceLog2,
    gathers: random.chance(40),
    indexAt: anyStart(0),
    tableAt: anyStart(rowLog2),
    rows: 1 + random.below(20),
    rowLog2,
    reads,
  });
  return { kernelCodeHash: mixHash, words, usedWords, mode, pieceLog2, laneBits, params };
}
