import type { Extent, Kernel, Range, TraceMemory } from "./Kernel.ts";
import { isNarrow } from "./fastPath.ts";
import { lanesLog2, lowBits, rangeAt, toLane, unsignedLane } from "./kernelMath.ts";
import { field, log2Field } from "./params.ts";

const LANE_LOG2 = 8;

/** Twin of `Gather.sol`, whose page explains it. */
export const gather: Kernel = {
  name: "Gather",

  first(params: Uint8Array, piece: number): Range {
    const row = BigInt(piece) >> BigInt(log2Field(params, 4));
    return rangeAt(field(params, 0) + (row >> BigInt(lanesLog2(log2Field(params, 1)))), 0);
  },

  reads(params: Uint8Array, piece: number, _lane: number, firstWords: readonly bigint[]): Range[] {
    const rowLog2 = log2Field(params, 4);
    const index = unsignedLane(firstWords[0], log2Field(params, 1), BigInt(piece) >> BigInt(rowLog2));
    if (index >= field(params, 3)) return [];
    return [rangeAt(field(params, 2) + (index << BigInt(rowLog2)) + lowBits(BigInt(piece), rowLog2), 0)];
  },

  compute(_params: Uint8Array, _piece: number, _lane: number, words: readonly bigint[]): bigint[] {
    return toLane(words[1] ?? 0n, LANE_LOG2);
  },

  laneBits: () => 256,

  extents(params: Uint8Array, usedWords: number): Extent[] {
    const rowLog2 = log2Field(params, 4);
    const rows = Math.ceil(usedWords / 2 ** rowLog2);
    return [
      { start: Number(field(params, 0)), words: Math.ceil(rows / 2 ** lanesLog2(log2Field(params, 1))) },
      { start: Number(field(params, 2)), words: Number(field(params, 3)) * 2 ** rowLog2 },
    ];
  },

  run({ instance, base }: TraceMemory, params: Uint8Array, start: number, usedWords: number): boolean {
    const indexLog2 = log2Field(params, 1);
    if (!isNarrow(indexLog2)) return false;
    instance.exports.gather(
      base + 32 * start,
      usedWords,
      base + 32 * Number(field(params, 0)),
      indexLog2,
      base + 32 * Number(field(params, 2)),
      Number(field(params, 3)),
      log2Field(params, 4),
    );
    return true;
  },
};
