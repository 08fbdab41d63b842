import type { TensorInstance } from "../wasm/TensorModule.ts";

/** `2^log2` consecutive words from the absolute word address `start`. */
export interface Range {
  readonly start: number;
  readonly log2: number;
}

/** Consecutive words, of any number. */
export interface Extent {
  readonly start: number;
  readonly words: number;
}

/** A whole trace in the memory of a WebAssembly instance: word `w` lies at byte `base + 32·w`. */
export interface TraceMemory {
  readonly instance: TensorInstance;
  readonly base: number;
}

/**
 * TypeScript twin of a kernel contract: the same three functions, word for word, and a fast path over a whole operator.
 *
 * Words are unsigned 256-bit numbers. The twins are the reference: slow, exact, and compared with the contracts.
 */
export interface Kernel {
  readonly name: string;
  first(params: Uint8Array, piece: number, lane: number): Range | undefined;
  reads(params: Uint8Array, piece: number, lane: number, firstWords: readonly bigint[]): Range[];
  compute(params: Uint8Array, piece: number, lane: number, words: readonly bigint[]): bigint[];
  /** Bits of the lanes that it computes: what an operator's `laneBits` has to be for `run` to compute it. */
  laneBits(params: Uint8Array): number;
  /** All words that an operator of `usedWords` words can read, as far as they do not depend on words. */
  extents(params: Uint8Array, usedWords: number): Extent[];
  /** Words of a row of the result, if `run` can compute some rows without the others. */
  rowWords?(params: Uint8Array): number;
  /**
   * Computes an operator lane by lane, given that its extents lie before it: the words up to `end`, counted from its
   * `start`, and if it has `rowWords` only those from `from` on, which begins a row. False if these params have no fast
   * path, whatever the words.
   */
  run(memory: TraceMemory, params: Uint8Array, start: number, end: number, from?: number): boolean;
}
