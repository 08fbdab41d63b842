import type { Extent, Kernel, Range, TraceMemory } from "./Kernel.ts";
import { elementwiseWords, isNarrow } from "./fastPath.ts";
import { elementOf, laneBitsOf, lanesLog2, rangeAt, saturated, signedLane, toLane } from "./kernelMath.ts";
import { field, log2Field, signedField } from "./params.ts";

const SIGNIFICANT_BITS = 24;
const SHIFT_LIMIT = 64n;

/** `value / 2^shift` rounded to the nearest whole number, ties to even. */
function roundEven(value: bigint, shift: bigint): bigint {
  if (shift === 0n) return value;
  const quotient = value >> shift;
  const rest = value - (quotient << shift);
  const half = 1n << (shift - 1n);
  return rest > half || (rest === half && quotient % 2n === 1n) ? quotient + 1n : quotient;
}

/** The value rounded to 24 significant bits. */
function toFloat(value: bigint): bigint {
  const spare = BigInt(value.toString(2).length - SIGNIFICANT_BITS);
  return spare <= 0n ? value : roundEven(value, spare) << spare;
}

/** Twin of `Rescale.sol`, whose page explains it. */
export const rescale: Kernel = {
  name: "Rescale",

  first: () => undefined,

  reads(params: Uint8Array, piece: number, lane: number): Range[] {
    const element = elementOf(BigInt(piece), lane, log2Field(params, 2));
    return [rangeAt(field(params, 0) + (element >> BigInt(lanesLog2(log2Field(params, 1)))), 0)];
  },

  compute(params: Uint8Array, piece: number, lane: number, words: readonly bigint[]): bigint[] {
    const laneLog2 = log2Field(params, 2);
    const element = elementOf(BigInt(piece), lane, laneLog2);
    const operand = BigInt.asIntN(32, signedLane(words[0], log2Field(params, 1), element));
    const float = toFloat(operand < 0n ? -operand : operand);
    const product = toFloat(float * BigInt.asUintN(24, field(params, 3)));
    const shift = field(params, 4);
    const magnitude = shift >= SHIFT_LIMIT ? 0n : roundEven(product, shift);
    let value = (operand < 0n ? -magnitude : magnitude) + signedField(params, 5, 32);
    const [low, high] = [signedField(params, 6, 32), signedField(params, 7, 32)];
    if (value < low) value = low;
    if (value > high) value = high;
    return toLane(saturated(value, laneLog2), laneLog2);
  },

  laneBits: (params) => laneBitsOf(log2Field(params, 2)),

  extents(params: Uint8Array, usedWords: number): Extent[] {
    const words = elementwiseWords(usedWords, log2Field(params, 2), log2Field(params, 1));
    return [{ start: Number(field(params, 0)), words }];
  },

  run({ instance, base }: TraceMemory, params: Uint8Array, start: number, usedWords: number): boolean {
    const [inLog2, outLog2] = [log2Field(params, 1), log2Field(params, 2)];
    if (!isNarrow(inLog2, outLog2)) return false;
    const shift = field(params, 4);
    instance.exports.rescale(
      base + 32 * start,
      usedWords << lanesLog2(outLog2),
      outLog2,
      base + 32 * Number(field(params, 0)),
      inLog2,
      Number(BigInt.asUintN(24, field(params, 3))),
      Number(shift > SHIFT_LIMIT ? SHIFT_LIMIT : shift),
      Number(signedField(params, 5, 32)),
      Number(signedField(params, 6, 32)),
      Number(signedField(params, 7, 32)),
    );
    return true;
  },
};
