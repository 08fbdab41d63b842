import { argMax } from "@millrace/tensor";

import { axisOf, numberOf } from "./attributes.ts";
import type { Conversion } from "./Conversion.ts";
import { floatConvolution, qLinearConv } from "./convolutions.ts";
import { binary, clip, clipBounds, qLinearBinary, qLinearUnary, unary } from "./elementwise.ts";
import { byCode, quantisedFloats, recoded, requantised } from "./floats.ts";
import { FUNCTIONS } from "./functions.ts";
import { concat, pad, placed, qLinearConcat } from "./joins.ts";
import { ElementType, type OnnxNode } from "./OnnxModel.ts";
import {
  averagePool,
  globalAveragePool,
  maxPool,
  qLinearAveragePool,
  qLinearGlobalAveragePool,
  reduceMean,
} from "./pools.ts";
import { gemm, matMulOfFloats, qGemm, qLinearMatMul } from "./products.ts";
import { toFloat } from "./quantise.ts";
import { quantisationAt, quantisedConstantAt } from "./scales.ts";
import { flatten, gather, reshape, shapeOf, slice, split, squeeze, transpose, unsqueeze } from "./shapes.ts";
import { qLinearSoftmax, softmaxOf } from "./softmax.ts";
import { unfit } from "./unfit.ts";
import { expectKind, type Floats, isSame, nameOf, scalarOf, UNSIGNED_OFFSET, type Value } from "./values.ts";
import { dimsOf, laidOut, wholeRows } from "./views.ts";

/** What an operator gives: one value, or one for each of its outputs. */
export type Converter = (conversion: Conversion, node: OnnxNode) => Value | readonly Value[];

const plus = (left: number, right: number): number => left + right;
const times = (left: number, right: number): number => left * right;

/** Converters by domain and operator. */
export const CONVERTERS: ReadonlyMap<string, Converter> = new Map<string, Converter>([
  ["QuantizeLinear", quantizeLinear],
  ["DequantizeLinear", dequantizeLinear],
  ["com.microsoft.QuantizeLinear", quantizeLinear],
  ["com.microsoft.DequantizeLinear", dequantizeLinear],

  ["QLinearMatMul", qLinearMatMul],
  ["com.microsoft.QGemm", qGemm],
  ["Gemm", gemm],
  ["MatMul", matMulOfFloats],
  ["QLinearConv", qLinearConv],
  ["Conv", floatConvolution],

  ["MaxPool", maxPool],
  ["AveragePool", averagePool],
  ["com.microsoft.QLinearAveragePool", qLinearAveragePool],
  ["GlobalAveragePool", globalAveragePool],
  ["com.microsoft.QLinearGlobalAveragePool", qLinearGlobalAveragePool],
  ["ReduceMean", reduceMean],

  ["Add", binary(plus, "Add")],
  ["Sub", binary((left, right) => left - right)],
  ["Mul", binary(times, "Mul")],
  ["Div", binary((left, right) => left / right)],
  ["Pow", binary(Math.pow)],
  ["Min", binary(Math.min)],
  ["Max", binary(Math.max)],
  ["com.microsoft.QLinearAdd", qLinearBinary(plus, "Add")],
  ["com.microsoft.QLinearMul", qLinearBinary(times, "Mul")],

  ["Relu", clip(() => ({ low: 0 }))],
  ["Clip", clip(clipBounds)],
  ...Object.entries(FUNCTIONS).map(([name, of]): [string, Converter] => [name, unary(of)]),
  ...["Gelu", "QuickGelu"].flatMap((name): [string, Converter][] => {
    const of = FUNCTIONS[name];
    return of === undefined ? [] : [[`com.microsoft.${name}`, unary(of)]];
  }),
  ...["LeakyRelu", "Sigmoid"].flatMap((name): [string, Converter][] => {
    const of = FUNCTIONS[name];
    return of === undefined ? [] : [[`com.microsoft.QLinear${name}`, qLinearUnary(of)]];
  }),
  ["Softmax", softmax],
  ["com.microsoft.QLinearSoftmax", qLinearSoftmax],
  ["ArgMax", argMaxOf],

  ["Flatten", flatten],
  ["Reshape", reshape],
  ["Transpose", transpose],
  ["Squeeze", squeeze],
  ["Unsqueeze", unsqueeze],
  ["Slice", slice],
  ["Split", split],
  ["Gather", gather],
  ["Concat", concat],
  ["com.microsoft.QLinearConcat", qLinearConcat],
  ["Pad", pad],
  ["Identity", passOn],
  ["Dropout", dropout],
  ["Cast", cast],
  ["Shape", shapeOf],
  ["Constant", constant],
]);

function quantizeLinear(conversion: Conversion, node: OnnxNode): Value {
  const kinds = ["floatInput", "quantised", "accumulated", "floats", "joined", "softmax"] as const;
  const value = expectKind(node, "operand", conversion.operand(node, 0), ...kinds);
  const to = quantisationAt(conversion, node, 1);
  switch (value.kind) {
    case "floatInput":
      return conversion.quantisedInput(value, to);
    case "accumulated":
      return requantised(conversion, node, value, to);
    case "floats":
      return quantisedFloats(conversion, node, value, to);
    case "joined":
      return placed(conversion, node, value, to);
    case "softmax":
      return softmaxOf(conversion, value.node, value.operand, to);
    case "quantised":
      return recoded(conversion, node, value, to);
  }
}

function dequantizeLinear(conversion: Conversion, node: OnnxNode): Value {
  const value = expectKind(node, "operand", conversion.operand(node, 0), "quantised", "constant");
  if (value.kind === "constant")
    return quantisedConstantAt(conversion, node, value.tensor, 1, numberOf(node, "axis", 1));
  // Without a zero point it is zero, of the type that the values have.
  const hasZero = conversion.operand(node, 2) !== undefined;
  const { scale } = quantisationAt(conversion, node, 1);
  const { isUnsigned } = value;
  const unshifted = { scale, zero: isUnsigned ? -UNSIGNED_OFFSET : 0, isUnsigned };
  if (!isSame(value, hasZero ? quantisationAt(conversion, node, 1) : unshifted))
    throw unfit(node, "its scale is not the one that the values were quantised with");
  return { ...value, isFloat: true };
}

/** A softmax of floats waits for the scale of its result. */
function softmax(conversion: Conversion, node: OnnxNode): Value {
  return { kind: "softmax", node, operand: expectKind(node, "operand", conversion.operand(node, 0), "quantised") };
}

function argMaxOf(conversion: Conversion, node: OnnxNode): Value {
  const value = expectKind(node, "operand", conversion.operand(node, 0), "quantised", "floats");
  const source = value.kind === "floats" ? ranked(conversion, node, value) : value;
  const dims = dimsOf(source);
  const axis = axisOf(node, numberOf(node, "axis", 0), dims.length);
  if (axis !== dims.length - 1) throw unfit(node, `its axis is ${axis}, not the last`, "transpose before it");
  if (numberOf(node, "select_last_index", 0) === 1) throw unfit(node, "it wants the last of equal values");
  const { tensor } = laidOut(conversion.builder, node, `${nameOf(node)}.rows`, source, "rows");
  const operand = { ...tensor, columns: dims[axis] ?? 0 };
  const result = argMax(conversion.builder, nameOf(node), { operand, laneBits: 32, output: true });
  return { kind: "classes", tensor: result, dims: dims.slice(0, -1) };
}

/** Codes in the order of the floats that they stand for: what is equal is equal, what is greater is greater. */
function ranked(
  conversion: Conversion,
  node: OnnxNode,
  { sources, of }: Floats,
): Extract<Value, { kind: "quantised" }> {
  const [source, second] = sources;
  if (second !== undefined) throw unfit(node, "its operand depends on two quantised values", "quantise it before");
  const floats = Array.from({ length: 256 }, (_, i) => of(toFloat(i - 128, source), 0));
  const order = [...new Set(floats)].sort((a, b) => a - b);
  const ranks = floats.map((value) => order.indexOf(value) - 128);
  const ranking = { ...node, outputs: [`${nameOf(node)}.ranks`] };
  return { ...source, tensor: byCode(conversion, ranking, wholeRows(source.tensor), ranks) };
}

/** Leaves its operand as it is, unless it is told to learn. */
function dropout(conversion: Conversion, node: OnnxNode): Value {
  const training = conversion.operand(node, 2);
  if (training !== undefined && scalarOf(node, "training mode", training).value !== 0)
    throw unfit(node, "it drops numbers at random", "export the model for inference");
  return passOn(conversion, node);
}

/** Floats stay floats; what shapes are made of, and classes, are whole numbers of any type. */
function cast(conversion: Conversion, node: OnnxNode): Value {
  const value = passOn(conversion, node);
  const type = numberOf(node, "to", ElementType.Float);
  const isWhole = value.kind === "constant" || value.kind === "classes";
  if (!isWhole && type !== ElementType.Float) throw unfit(node, `it makes elements of type ${type} of floats`);
  return value;
}

/** What leaves its operand as it is. */
function passOn(conversion: Conversion, node: OnnxNode): Value {
  const value = conversion.operand(node, 0);
  if (value === undefined) throw unfit(node, "it has no operand");
  return value;
}

function constant(_: Conversion, node: OnnxNode): Value {
  const tensor = node.attributes.get("value");
  if (typeof tensor === "object" && "dims" in tensor) return { kind: "constant", tensor };
  const [values] = ["value_float", "value_floats", "value_int", "value_ints"].flatMap((attribute) => {
    const given = node.attributes.get(attribute);
    return typeof given === "number" ? [[given]] : Array.isArray(given) ? [given as number[]] : [];
  });
  if (values === undefined) throw unfit(node, "it has no number as its value");
  const isWhole = node.attributes.has("value_int") || node.attributes.has("value_ints");
  return { kind: "constant", tensor: { name: nameOf(node), type: isWhole ? 7 : 1, dims: [values.length], values } };
}
