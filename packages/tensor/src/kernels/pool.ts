import type { Extent, Kernel, Range, TraceMemory } from "./Kernel.ts";
import { elementOf, laneBitsOf, lowBits, saturated, scaled, toLane } from "./kernelMath.ts";
import { field, hasFlag, log2Field, signedField } from "./params.ts";
import { isFastPool, poolArguments, PoolFlag, summaryOf, type Window, windowOf, windowRanges } from "./poolWindow.ts";

function windowAt(params: Uint8Array, piece: number, lane: number): Window | undefined {
  const rowLog2 = log2Field(params, 12);
  const element = elementOf(lowBits(BigInt(piece), rowLog2), lane, log2Field(params, 6));
  return windowOf(params, BigInt(piece) >> BigInt(rowLog2), element);
}

/** Twin of `Pool.sol`, whose page explains it. */
export const pool: Kernel = {
  name: "Pool",

  first: () => undefined,

  reads(params: Uint8Array, piece: number, lane: number): Range[] {
    const window = windowAt(params, piece, lane);
    return window === undefined ? [] : windowRanges(params, window);
  },

  compute(params: Uint8Array, piece: number, lane: number, words: readonly bigint[]): bigint[] {
    const window = windowAt(params, piece, lane);
    const laneLog2 = log2Field(params, 6);
    if (window === undefined) return [0n];
    const { greatest, sum } = summaryOf(window, words, laneLog2);
    const value = hasFlag(params, 13, PoolFlag.Max)
      ? greatest
      : scaled(BigInt.asIntN(32, sum), signedField(params, 14, 32), field(params, 15));
    return toLane(saturated(value, laneLog2), laneLog2);
  },

  laneBits: (params) => laneBitsOf(log2Field(params, 6)),

  extents(params: Uint8Array): Extent[] {
    const rows = Number(field(params, 1) * field(params, 2));
    return [{ start: Number(field(params, 0)), words: rows * 2 ** log2Field(params, 5) }];
  },

  run({ instance, base }: TraceMemory, params: Uint8Array, start: number, usedWords: number): boolean {
    if (!isFastPool(params)) return false;
    instance.exports.pool(...poolArguments(params, base, start, usedWords));
    return true;
  },
};
