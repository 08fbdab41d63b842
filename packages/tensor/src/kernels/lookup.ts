import type { Extent, Kernel, Range, TraceMemory } from "./Kernel.ts";
import { elementOf, laneBitsOf, lanesLog2, rangeAt, signedLane, toLane } from "./kernelMath.ts";
import { elementwiseWords, isNarrow } from "./fastPath.ts";
import { field, log2Field, signedField } from "./params.ts";

/** Shifts of as many bits leave only the sign of 32. */
const MAX_SHIFT = 63n;

function indexOf(params: Uint8Array, piece: number, lane: number, word: bigint | undefined): bigint {
  const element = elementOf(BigInt(piece), lane, log2Field(params, 2));
  const value = BigInt.asIntN(32, signedLane(word, log2Field(params, 1), element));
  const shift = field(params, 6);
  const index = (value >> (shift > MAX_SHIFT ? MAX_SHIFT : shift)) + signedField(params, 5, 32);
  const last = field(params, 4) - 1n;
  if (index < 0n) return 0n;
  return index > last ? last : index;
}

/** Twin of `Lookup.sol`, whose page explains it. */
export const lookup: Kernel = {
  name: "Lookup",

  first(params: Uint8Array, piece: number, lane: number): Range {
    const element = elementOf(BigInt(piece), lane, log2Field(params, 2));
    return rangeAt(field(params, 0) + (element >> BigInt(lanesLog2(log2Field(params, 1)))), 0);
  },

  reads(params: Uint8Array, piece: number, lane: number, firstWords: readonly bigint[]): Range[] {
    if (field(params, 4) === 0n) return [];
    const index = indexOf(params, piece, lane, firstWords[0]);
    return [rangeAt(field(params, 3) + (index >> BigInt(lanesLog2(log2Field(params, 2)))), 0)];
  },

  compute(params: Uint8Array, piece: number, lane: number, words: readonly bigint[]): bigint[] {
    const laneLog2 = log2Field(params, 2);
    if (field(params, 4) === 0n) return [0n];
    return toLane(signedLane(words[1], laneLog2, indexOf(params, piece, lane, words[0])), laneLog2);
  },

  laneBits: (params) => laneBitsOf(log2Field(params, 2)),

  extents(params: Uint8Array, usedWords: number): Extent[] {
    const [inLog2, outLog2] = [log2Field(params, 1), log2Field(params, 2)];
    const tableWords = Math.ceil(Number(field(params, 4)) / 2 ** lanesLog2(outLog2));
    return [
      { start: Number(field(params, 0)), words: elementwiseWords(usedWords, outLog2, inLog2) },
      { start: Number(field(params, 3)), words: tableWords },
    ];
  },

  run({ instance, base }: TraceMemory, params: Uint8Array, start: number, usedWords: number): boolean {
    const [inLog2, outLog2] = [log2Field(params, 1), log2Field(params, 2)];
    const shift = field(params, 6);
    if (!isNarrow(inLog2, outLog2) || field(params, 4) >= 2n ** 31n) return false;
    instance.exports.lookup(
      base + 32 * start,
      usedWords << lanesLog2(outLog2),
      outLog2,
      base + 32 * Number(field(params, 0)),
      inLog2,
      base + 32 * Number(field(params, 3)),
      Number(field(params, 4)),
      Number(signedField(params, 5, 32)),
      Number(shift > MAX_SHIFT ? MAX_SHIFT : shift),
    );
    return true;
  },
};
