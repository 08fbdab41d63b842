import type { Extent, Kernel, Range, TraceMemory } from "./Kernel.ts";
import { elementwiseWords, isNarrow } from "./fastPath.ts";
import { elementOf, laneBitsOf, lanesLog2, lowBits, rangeAt, saturated, signedLane, toLane } from "./kernelMath.ts";
import { field, hasFlag, log2Field, signedField } from "./params.ts";

export const RescaleFlag = { Columns: 1n } as const;

const SIGNIFICANT_BITS = 24;
const SHIFT_LIMIT = 64n;

/** Of binary32, as lanes of 32 bits hold it. */
const FLOAT_LOG2 = 5;
const FRACTION_BITS = 23n;
const UNIT_EXPONENT = 150n;

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

function columnOf(params: Uint8Array, piece: number, lane: number): bigint {
  return elementOf(lowBits(BigInt(piece), log2Field(params, 9)), lane, log2Field(params, 2));
}

/** Mantissa and shift that a lane is scaled by. */
function scaleOf(
  params: Uint8Array,
  piece: number,
  lane: number,
  scales: bigint | undefined,
): { mantissa: bigint; shift: bigint } {
  if (!hasFlag(params, 8, RescaleFlag.Columns))
    return { mantissa: BigInt.asUintN(24, field(params, 3)), shift: field(params, 4) };
  const float = BigInt.asUintN(32, signedLane(scales, FLOAT_LOG2, columnOf(params, piece, lane)));
  const exponent = BigInt.asUintN(8, float >> FRACTION_BITS);
  return {
    mantissa: BigInt.asUintN(Number(FRACTION_BITS), float) | (1n << FRACTION_BITS),
    shift: exponent > UNIT_EXPONENT ? 0n : UNIT_EXPONENT - exponent,
  };
}

/** Twin of `Rescale.sol`, whose page explains it. */
export const rescale: Kernel = {
  name: "Rescale",

  first: () => undefined,

  reads(params: Uint8Array, piece: number, lane: number): Range[] {
    const element = elementOf(BigInt(piece), lane, log2Field(params, 2));
    const column = columnOf(params, piece, lane);
    return [
      rangeAt(field(params, 0) + (element >> BigInt(lanesLog2(log2Field(params, 1)))), 0),
      ...(hasFlag(params, 8, RescaleFlag.Columns)
        ? [rangeAt(field(params, 10) + (column >> BigInt(lanesLog2(FLOAT_LOG2))), 0)]
        : []),
    ];
  },

  compute(params: Uint8Array, piece: number, lane: number, words: readonly bigint[]): bigint[] {
    const laneLog2 = log2Field(params, 2);
    const element = elementOf(BigInt(piece), lane, laneLog2);
    const operand = BigInt.asIntN(32, signedLane(words[0], log2Field(params, 1), element));
    const float = toFloat(operand < 0n ? -operand : operand);
    const { mantissa, shift } = scaleOf(params, piece, lane, words[1]);
    const product = toFloat(float * mantissa);
    const magnitude = shift >= SHIFT_LIMIT ? 0n : roundEven(product, shift);
    let value = (operand < 0n ? -magnitude : magnitude) + signedField(params, 5, 32);
    const [low, high] = [signedField(params, 6, 32), signedField(params, 7, 32)];
    if (value < low) value = low;
    if (value > high) value = high;
    return toLane(saturated(value, laneLog2), laneLog2);
  },

  laneBits: (params) => laneBitsOf(log2Field(params, 2)),

  extents(params: Uint8Array, usedWords: number): Extent[] {
    const outLog2 = log2Field(params, 2);
    const rowWords = Math.min(usedWords, 2 ** log2Field(params, 9));
    return [
      { start: Number(field(params, 0)), words: elementwiseWords(usedWords, outLog2, log2Field(params, 1)) },
      ...(hasFlag(params, 8, RescaleFlag.Columns)
        ? [{ start: Number(field(params, 10)), words: elementwiseWords(rowWords, outLog2, FLOAT_LOG2) }]
        : []),
    ];
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
      hasFlag(params, 8, RescaleFlag.Columns) ? base + 32 * Number(field(params, 10)) : 0,
      // Lanes of a row, less one: a mask.
      2 ** (log2Field(params, 9) + lanesLog2(outLog2)) - 1,
    );
    return true;
  },
};
