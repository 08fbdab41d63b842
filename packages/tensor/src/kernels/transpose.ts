import type { Extent, Kernel, Range, TraceMemory } from "./Kernel.ts";
import { elementOf, laneBitsOf, lanesLog2, lowBits, rangeAt, signedLane, toLane } from "./kernelMath.ts";
import { field, log2Field } from "./params.ts";

const MAX_ROWS = 2n ** 31n;

function sourceOf(params: Uint8Array, piece: number, lane: number): { row: bigint; column: bigint } {
  const rowLog2 = log2Field(params, 4);
  return {
    column: BigInt(piece) >> BigInt(rowLog2),
    row: elementOf(lowBits(BigInt(piece), rowLog2), lane, log2Field(params, 5)),
  };
}

/** Twin of `Transpose.sol`, whose page explains it. */
export const transpose: Kernel = {
  name: "Transpose",

  first: () => undefined,

  reads(params: Uint8Array, piece: number, lane: number): Range[] {
    const { row, column } = sourceOf(params, piece, lane);
    if (row >= field(params, 1) || column >= field(params, 2)) return [];
    const word = (row << BigInt(log2Field(params, 3))) + (column >> BigInt(lanesLog2(log2Field(params, 5))));
    return [rangeAt(field(params, 0) + word, 0)];
  },

  compute(params: Uint8Array, piece: number, lane: number, words: readonly bigint[]): bigint[] {
    const laneLog2 = log2Field(params, 5);
    return toLane(signedLane(words[0], laneLog2, sourceOf(params, piece, lane).column), laneLog2);
  },

  laneBits: (params) => laneBitsOf(log2Field(params, 5)),

  extents(params: Uint8Array): Extent[] {
    const columnWords = Number(field(params, 2) >> BigInt(lanesLog2(log2Field(params, 5)))) + 1;
    const rowWords = 2 ** log2Field(params, 3);
    const rows = Number(field(params, 1));
    if (rows === 0) return [];
    return [{ start: Number(field(params, 0)), words: (rows - 1) * rowWords + Math.min(rowWords, columnWords) }];
  },

  run({ instance, base }: TraceMemory, params: Uint8Array, start: number, usedWords: number): boolean {
    const laneLog2 = log2Field(params, 5);
    const [rows, columns] = [field(params, 1), field(params, 2)];
    const rowLanes = BigInt(2 ** (log2Field(params, 3) + lanesLog2(laneLog2)));
    if (laneLog2 < 3 || laneLog2 > 6 || rows >= MAX_ROWS || columns > rowLanes) return false;
    instance.exports.transpose(
      base + 32 * start,
      usedWords,
      base + 32 * Number(field(params, 0)),
      Number(rows),
      Number(columns),
      log2Field(params, 3),
      log2Field(params, 4),
      laneLog2,
    );
    return true;
  },
};
