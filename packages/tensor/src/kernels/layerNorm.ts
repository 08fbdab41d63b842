import type { Extent, Kernel, Range, TraceMemory } from "./Kernel.ts";
import {
  elementOf,
  laneBitsOf,
  lanesLog2,
  lowBits,
  minimum,
  rangeAt,
  saturated,
  signedLane,
  toLane,
} from "./kernelMath.ts";
import { field, log2Field } from "./params.ts";
import { integerSqrt } from "./rayMath.ts";

const INT16 = 4;
const MAX_LANES = 1_024n;
const MAX_SHIFT = 32n;

/** Lanes that count: what was asked for, at most those of a row, and at most what the gas suffices for. */
function lanesOf(params: Uint8Array): bigint {
  const ofRow = 1n << BigInt(log2Field(params, 2) + lanesLog2(log2Field(params, 1)));
  return minimum(field(params, 3), minimum(ofRow, MAX_LANES));
}

function cellOf(params: Uint8Array, piece: number, lane: number): { row: bigint; column: bigint } {
  const rowLog2 = log2Field(params, 9);
  return {
    row: BigInt(piece) >> BigInt(rowLog2),
    column: elementOf(lowBits(BigInt(piece), rowLog2), lane, log2Field(params, 8)),
  };
}

function normal(params: Uint8Array, words: readonly bigint[], column: bigint, gamma: bigint): bigint {
  const shift = field(params, 7);
  if (shift > MAX_SHIFT) return 0n;
  const [laneLog2, lanes] = [log2Field(params, 1), lanesOf(params)];
  const at = (index: bigint): bigint =>
    BigInt.asIntN(16, signedLane(words[Number(index >> BigInt(lanesLog2(laneLog2)))], laneLog2, index));
  let [sum, squares] = [0n, 0n];
  for (let i = 0n; i < lanes; i++) {
    sum += at(i);
    squares += at(i) ** 2n;
  }
  const deviation = integerSqrt(lanes * squares - sum * sum + BigInt.asUintN(32, field(params, 6)));
  const divisor = (deviation > 1n ? deviation : 1n) << shift;
  const numerator = (lanes * at(column) - sum) * gamma;
  return (numerator < 0n ? numerator - divisor / 2n : numerator + divisor / 2n) / divisor;
}

/** Twin of `LayerNorm.sol`, whose page explains it. */
export const layerNorm: Kernel = {
  name: "LayerNorm",

  first: () => undefined,

  reads(params: Uint8Array, piece: number, lane: number): Range[] {
    const { row, column } = cellOf(params, piece, lane);
    if (column >= lanesOf(params)) return [];
    const rowLog2 = log2Field(params, 2);
    const word = column >> BigInt(lanesLog2(INT16));
    return [
      rangeAt(field(params, 0) + (row << BigInt(rowLog2)), rowLog2),
      rangeAt(field(params, 4) + word, 0),
      rangeAt(field(params, 5) + word, 0),
    ];
  },

  compute(params: Uint8Array, piece: number, lane: number, words: readonly bigint[]): bigint[] {
    const { column } = cellOf(params, piece, lane);
    const laneLog2 = log2Field(params, 8);
    if (column >= lanesOf(params)) return [0n];
    const gammaAt = 2 ** log2Field(params, 2);
    const value =
      normal(params, words, column, signedLane(words[gammaAt], INT16, column)) +
      signedLane(words[gammaAt + 1], INT16, column);
    return toLane(saturated(value, laneLog2), laneLog2);
  },

  laneBits: (params) => laneBitsOf(log2Field(params, 8)),

  extents(params: Uint8Array, usedWords: number): Extent[] {
    const rows = Math.ceil(usedWords / 2 ** log2Field(params, 9));
    const columnWords = Math.ceil(Number(lanesOf(params)) / 2 ** lanesLog2(INT16));
    return [
      { start: Number(field(params, 0)), words: rows * 2 ** log2Field(params, 2) },
      { start: Number(field(params, 4)), words: columnWords },
      { start: Number(field(params, 5)), words: columnWords },
    ];
  },

  run({ instance, base }: TraceMemory, params: Uint8Array, start: number, usedWords: number): boolean {
    const [inLog2, outLog2] = [log2Field(params, 1), log2Field(params, 8)];
    if (inLog2 < 3 || inLog2 > 4 || outLog2 < 3 || outLog2 > 5) return false;
    const at = (index: number): number => base + 32 * Number(field(params, index));
    const shift = field(params, 7);
    instance.exports.layerNorm(
      base + 32 * start,
      usedWords,
      at(0),
      inLog2,
      log2Field(params, 2),
      Number(lanesOf(params)),
      at(4),
      at(5),
      Number(BigInt.asUintN(32, field(params, 6))),
      Number(shift > MAX_SHIFT ? MAX_SHIFT + 1n : shift),
      outLog2,
      log2Field(params, 9),
    );
    return true;
  },
};
