import type { Extent, Kernel, Range, TraceMemory } from "./Kernel.ts";
import {
  elementOf,
  laneBitsOf,
  lanesLog2,
  lowBits,
  rangeAt,
  saturated,
  scaled,
  signedLane,
  toLane,
} from "./kernelMath.ts";
import { field, hasFlag, log2Field, signedField } from "./params.ts";

export const MatMulFlag = { Relu: 1n, Addend: 2n, Broadcast: 4n, Mask: 8n } as const;

const MAX_DOT_WORDS = 256;
const INT8 = 3;

interface Cell {
  readonly row: bigint;
  readonly column: bigint;
  readonly isInside: boolean;
}

function cellOf(params: Uint8Array, piece: number, lane: number): Cell {
  const rowLog2 = log2Field(params, 5);
  const row = BigInt(piece) >> BigInt(rowLog2);
  const column = elementOf(lowBits(BigInt(piece), rowLog2), lane, log2Field(params, 6));
  return { row, column, isInside: row < field(params, 1) && column < field(params, 3) };
}

/** Sum of products of int8 lanes of the first and second half of `words`. */
function dot(words: readonly bigint[], count: number): bigint {
  if (count > MAX_DOT_WORDS || 2 * count > words.length) return 0n;
  let sum = 0n;
  for (let i = 0; i < count; i++)
    for (let lane = 0n; lane < 32n; lane++)
      sum += signedLane(words[i], INT8, lane) * signedLane(words[count + i], INT8, lane);
  return BigInt.asIntN(32, sum);
}

/** Twin of `MatMul.sol`, whose page explains it. */
export const matMul: Kernel = {
  name: "MatMul",

  first: () => undefined,

  reads(params: Uint8Array, piece: number, lane: number): Range[] {
    const { row, column, isInside } = cellOf(params, piece, lane);
    const rowLog2 = log2Field(params, 4);
    const ranges: Range[] = [];
    if (isInside) {
      ranges.push(rangeAt(field(params, 0) + (row << BigInt(rowLog2)), rowLog2));
      ranges.push(rangeAt(field(params, 2) + (column << BigInt(rowLog2)), rowLog2));
    }
    if (hasFlag(params, 9, MatMulFlag.Addend)) {
      const isRow = hasFlag(params, 9, MatMulFlag.Broadcast);
      const word = isRow ? lowBits(BigInt(piece), log2Field(params, 5)) : BigInt(piece);
      ranges.push(rangeAt(field(params, 10) + word, 0));
    }
    if (hasFlag(params, 9, MatMulFlag.Mask)) ranges.push(rangeAt(field(params, 11) + BigInt(piece), 0));
    return ranges;
  },

  compute(params: Uint8Array, piece: number, lane: number, words: readonly bigint[]): bigint[] {
    const laneLog2 = log2Field(params, 6);
    let next = cellOf(params, piece, lane).isInside ? 2 * 2 ** log2Field(params, 4) : 0;
    let value = scaled(dot(words, next / 2), signedField(params, 7, 32), field(params, 8));
    if (hasFlag(params, 9, MatMulFlag.Addend)) value += signedLane(words[next++], laneLog2, BigInt(lane));
    if (hasFlag(params, 9, MatMulFlag.Mask) && signedLane(words[next], laneLog2, BigInt(lane)) <= 0n) value = 0n;
    if (hasFlag(params, 9, MatMulFlag.Relu) && value < 0n) value = 0n;
    return toLane(saturated(value, laneLog2), laneLog2);
  },

  laneBits: (params) => laneBitsOf(log2Field(params, 6)),

  extents(params: Uint8Array, usedWords: number): Extent[] {
    const rowWords = 2 ** log2Field(params, 4);
    const outRowLog2 = log2Field(params, 5);
    const rows = Math.min(Number(field(params, 1)), Math.ceil(usedWords / 2 ** outRowLog2));
    const columns = Math.min(Number(field(params, 3)), 2 ** (outRowLog2 + lanesLog2(log2Field(params, 6))));
    const addendWords = hasFlag(params, 9, MatMulFlag.Broadcast) ? 2 ** outRowLog2 : usedWords;
    return [
      { start: Number(field(params, 0)), words: rows * rowWords },
      { start: Number(field(params, 2)), words: columns * rowWords },
      ...(hasFlag(params, 9, MatMulFlag.Addend) ? [{ start: Number(field(params, 10)), words: addendWords }] : []),
      ...(hasFlag(params, 9, MatMulFlag.Mask) ? [{ start: Number(field(params, 11)), words: usedWords }] : []),
    ];
  },

  rowWords: (params) => 2 ** log2Field(params, 5),

  run({ instance, base }: TraceMemory, params: Uint8Array, start: number, end: number, from = 0): boolean {
    const laneLog2 = log2Field(params, 6);
    const rowLog2 = log2Field(params, 4);
    if (laneLog2 < INT8 || laneLog2 > 5 || rowLog2 > 8) return false;
    const at = (index: number): number => base + 32 * Number(field(params, index));
    instance.exports.matMul(
      base + 32 * start,
      end,
      from,
      at(0),
      clamp32(field(params, 1)),
      at(2),
      clamp32(field(params, 3)),
      rowLog2,
      log2Field(params, 5),
      laneLog2,
      Number(signedField(params, 7, 32)),
      Number(field(params, 8) > 64n ? 64n : field(params, 8)),
      Number(field(params, 9) & 15n),
      hasFlag(params, 9, MatMulFlag.Addend) ? at(10) : 0,
      hasFlag(params, 9, MatMulFlag.Mask) ? at(11) : 0,
    );
    return true;
  },
};

function clamp32(value: bigint): number {
  return Number(value > 0x7fff_ffffn ? 0x7fff_ffffn : value);
}
