import { divided } from "./imageMath.ts";
import type { Extent, Kernel, Range, TraceMemory } from "./Kernel.ts";
import { elementOf, laneBitsOf, lanesLog2, lowBits, rangeAt, signedLane, toLane } from "./kernelMath.ts";
import { field, log2Field, signedField } from "./params.ts";

const SIZES = 7;
const COORDINATES = [13, 20, 27] as const;
const INDICES = 6;

/** Products of indices and factors stay far below 2^63. */
const MAX_FAST = 2n ** 24n;

function split(params: Uint8Array, from: number, value: bigint): bigint[] | undefined {
  const [rest, last] = divided(value, field(params, SIZES + from + 2));
  const [first, middle] = divided(rest, field(params, SIZES + from + 1));
  return first < field(params, SIZES + from) ? [first, middle, last] : undefined;
}

/** Row, counted over all blocks, and column that a lane is copied from. */
function sourceOf(params: Uint8Array, piece: number, lane: number): { row: bigint; column: bigint } | undefined {
  const rowLog2 = log2Field(params, 5);
  const element = elementOf(lowBits(BigInt(piece), rowLog2), lane, log2Field(params, 6));
  const rows = split(params, 0, BigInt(piece) >> BigInt(rowLog2));
  const columns = split(params, 3, element);
  if (rows === undefined || columns === undefined) return undefined;
  const indices = [...rows, ...columns];
  const [block, row, column] = COORDINATES.map((at) =>
    indices.reduce((sum, index, k) => sum + index * signedField(params, at + 1 + k, 32), signedField(params, at, 32)),
  ) as [bigint, bigint, bigint];
  const height = field(params, 2);
  const isBelow = (value: bigint, limit: bigint): boolean => value >= 0n && value < limit;
  if (!isBelow(block, field(params, 1)) || !isBelow(row, height) || !isBelow(column, field(params, 3)))
    return undefined;
  return { row: block * height + row, column };
}

/** Twin of `Rearrange.sol`, whose page explains it. */
export const rearrange: Kernel = {
  name: "Rearrange",

  first: () => undefined,

  reads(params: Uint8Array, piece: number, lane: number): Range[] {
    const source = sourceOf(params, piece, lane);
    if (source === undefined) return [];
    const word = source.column >> BigInt(lanesLog2(log2Field(params, 6)));
    return [rangeAt(field(params, 0) + (source.row << BigInt(log2Field(params, 4))) + word, 0)];
  },

  compute(params: Uint8Array, piece: number, lane: number, words: readonly bigint[]): bigint[] {
    const source = sourceOf(params, piece, lane);
    const laneLog2 = log2Field(params, 6);
    return toLane(source === undefined ? 0n : signedLane(words[0], laneLog2, source.column), laneLog2);
  },

  laneBits: (params) => laneBitsOf(log2Field(params, 6)),

  extents(params: Uint8Array): Extent[] {
    const rows = Number(field(params, 1) * field(params, 2));
    return [{ start: Number(field(params, 0)), words: rows * 2 ** log2Field(params, 4) }];
  },

  run({ instance, base }: TraceMemory, params: Uint8Array, start: number, usedWords: number): boolean {
    const [rowLog2, outRowLog2, laneLog2] = [log2Field(params, 4), log2Field(params, 5), log2Field(params, 6)];
    const sizes = [1, 2, 3, 7, 8, 9, 10, 11, 12].map((index) => field(params, index));
    const factors = COORDINATES.flatMap((at) =>
      Array.from({ length: INDICES + 1 }, (_, k) => signedField(params, at + k, 32)),
    );
    const isSound =
      laneLog2 >= 3 &&
      laneLog2 <= 6 &&
      field(params, 3) <= BigInt(2 ** (rowLog2 + lanesLog2(laneLog2))) &&
      [...sizes, ...factors].every((value) => value <= MAX_FAST && value >= -MAX_FAST);
    if (!isSound) return false;
    const { exports } = instance;
    const scratch = new DataView(exports.memory.buffer, exports.rearrangeScratch());
    [...sizes, ...factors].forEach((value, i) => {
      scratch.setInt32(4 * i, Number(value), true);
    });
    exports.rearrange(
      base + 32 * start,
      usedWords,
      base + 32 * Number(field(params, 0)),
      rowLog2,
      outRowLog2,
      laneLog2,
    );
    return true;
  },
};
