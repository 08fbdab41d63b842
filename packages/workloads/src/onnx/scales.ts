import { numberOf } from "./attributes.ts";
import type { Conversion } from "./Conversion.ts";
import { ElementType, type OnnxNode, type OnnxTensor } from "./OnnxModel.ts";
import { unfit } from "./unfit.ts";
import {
  expectKind,
  isUnsigned,
  type Quantisation,
  type QuantisedConstant,
  scalarOf,
  UNSIGNED_OFFSET,
} from "./values.ts";

const EIGHT_BITS = "quantise to int8 or uint8";

function assertScale(node: OnnxNode, scale: number): void {
  if (!(scale > 0 && scale < Infinity)) throw unfit(node, `its scale is ${scale}`, "quantise with positive scales");
}

/** Scale and zero point at two neighbouring inputs; without a zero point values are unsigned, and zero is zero. */
export function quantisationAt(conversion: Conversion, node: OnnxNode, index: number): Quantisation {
  const { value: scale } = scalarOf(node, "scale", conversion.operand(node, index));
  assertScale(node, scale);
  const given = conversion.operand(node, index + 1);
  if (given === undefined) {
    const type = numberOf(node, "output_dtype", 0);
    if (type === ElementType.Int8) return { scale, zero: 0, isUnsigned: false };
    if (type !== 0 && type !== ElementType.Uint8) throw unfit(node, `it gives elements of type ${type}`, EIGHT_BITS);
    return { scale, zero: -UNSIGNED_OFFSET, isUnsigned: true };
  }
  const zero = scalarOf(node, "zero point", given);
  const unsigned = isUnsigned(zero);
  return { scale, zero: zero.value - (unsigned ? UNSIGNED_OFFSET : 0), isUnsigned: unsigned };
}

/** A constant of codes with its scales and zero points, which are the two inputs after those of `index`. */
export function quantisedConstantAt(
  conversion: Conversion,
  node: OnnxNode,
  tensor: OnnxTensor,
  index: number,
  axis: number,
): QuantisedConstant {
  const scales = valuesAt(conversion, node, "scale", index) ?? [1];
  const zeros = valuesAt(conversion, node, "zero point", index + 1) ?? [0];
  const { length } = scales;
  for (const scale of scales) assertScale(node, scale);
  if (numberOf(node, "block_size", 0) !== 0)
    throw unfit(node, "it has a scale for each block", "quantise by channel, or by tensor");
  const counted = axis < 0 ? axis + tensor.dims.length : axis;
  if (length !== 1 && length !== tensor.dims[counted])
    throw unfit(node, `it has ${length} scales for ${tensor.dims.join(" × ")} numbers`);
  if (zeros.length !== 1 && zeros.length !== length)
    throw unfit(node, `it has ${zeros.length} zero points for ${length} scales`);
  return { kind: "quantisedConstant", tensor, scales, zeros, axis: counted };
}

function valuesAt(conversion: Conversion, node: OnnxNode, what: string, index: number): number[] | undefined {
  const value = conversion.operand(node, index);
  return value === undefined ? undefined : Array.from(expectKind(node, what, value, "constant").tensor.values);
}

/** Scales of sums: the operand's times each of the weights', in single precision. */
export function sumScales(operand: Quantisation, { scales }: QuantisedConstant): number[] {
  return scales.map((scale) => Math.fround(operand.scale * scale));
}

/**
 * Whole numbers as summands that fit into int8: one, or two where some do not fit. Of all lists the same summand comes
 * first.
 */
export function int8Parts(lists: readonly ArrayLike<number>[]): Int8Array[][] {
  const [low, high] = [-UNSIGNED_OFFSET, UNSIGNED_OFFSET - 1];
  const clamp = (value: number): number => Math.max(low, Math.min(high, value));
  const first = lists.map((list) => Int8Array.from(list, clamp));
  const rest = lists.map((list) => Int8Array.from(list, (value) => clamp(value - clamp(value))));
  return rest.some((list) => list.some((value) => value !== 0)) ? [first, rest] : [first];
}
