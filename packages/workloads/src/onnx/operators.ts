import { argMax, matMul, rescale } from "@millrace/tensor";

import { type Conversion, paddedColumns } from "./Conversion.ts";
import type { OnnxNode, OnnxTensor } from "./OnnxModel.ts";
import { convolve, flattened, maxPool } from "./images.ts";
import {
  type Accumulated,
  expectKind,
  isUnsigned,
  type Quantised,
  scalarOf,
  unfit,
  UNSIGNED_OFFSET,
  type Value,
} from "./values.ts";

export type Converter = (conversion: Conversion, node: OnnxNode) => Value;

/** Converters by domain and operator. */
export const CONVERTERS: ReadonlyMap<string, Converter> = new Map<string, Converter>([
  ["QuantizeLinear", quantizeLinear],
  ["DequantizeLinear", dequantizeLinear],
  ["QLinearMatMul", qLinearMatMul],
  ["com.microsoft.QGemm", qGemm],
  ["Gemm", gemm],
  ["MatMul", floatMatMul],
  ["QLinearConv", qLinearConv],
  ["Conv", floatConvolution],
  ["MaxPool", maxPoolOf],
  ["Relu", relu],
  ["ArgMax", argMaxOf],
  ["Flatten", passOn],
  ["Reshape", passOn],
  ["Identity", passOn],
]);

const operand = (conversion: Conversion, node: OnnxNode, index: number): Value | undefined =>
  conversion.value(node.inputs[index]);

interface Quantisation {
  readonly scale: number;
  readonly zero: number;
  readonly isUnsigned: boolean;
}

/** Scale and zero point at two neighbouring inputs; without a zero point values are unsigned, and zero is zero. */
function quantisationAt(conversion: Conversion, node: OnnxNode, index: number): Quantisation {
  const { value: scale } = scalarOf(node, "scale", operand(conversion, node, index));
  const given = operand(conversion, node, index + 1);
  if (given === undefined) return { scale, zero: -UNSIGNED_OFFSET, isUnsigned: true };
  const zero = scalarOf(node, "zero point", given);
  const unsigned = isUnsigned(zero);
  return { scale, zero: zero.value - (unsigned ? UNSIGNED_OFFSET : 0), isUnsigned: unsigned };
}

function assertSameQuantisation(node: OnnxNode, held: Quantisation, named: Quantisation): void {
  if (!isSame(held, named)) throw unfit(node, "its scale is not the one that its operand was quantised with");
}

function isSame(a: Quantisation, b: Quantisation): boolean {
  return a.scale === b.scale && a.zero === b.zero && a.isUnsigned === b.isUnsigned;
}

function quantizeLinear(conversion: Conversion, node: OnnxNode): Value {
  const value = expectKind(node, "operand", operand(conversion, node, 0), "floatInput", "quantised", "accumulated");
  const to = quantisationAt(conversion, node, 1);
  if (value.kind === "floatInput") return conversion.quantisedInput(value, to);
  if (value.kind === "accumulated") return requantised(conversion, node, value, to);
  if (!isSame(value, to)) throw unfit(node, "it changes one quantisation into another");
  return { ...value, isFloat: false };
}

function dequantizeLinear(conversion: Conversion, node: OnnxNode): Value {
  const value = expectKind(node, "operand", operand(conversion, node, 0), "quantised", "constant");
  if (value.kind === "quantised") {
    if (!isSame(value, quantisationAt(conversion, node, 1)))
      throw unfit(node, "its scale is not the one that the values were quantised with");
    return { ...value, isFloat: true };
  }
  const { value: scale } = scalarOf(node, "scale", operand(conversion, node, 1));
  const zero = operand(conversion, node, 2);
  return {
    kind: "quantisedConstant",
    tensor: value.tensor,
    scale,
    zero: zero === undefined ? 0 : scalarOf(node, "zero point", zero).value,
  };
}

/** `com.microsoft.QGemm`: left, scale, zero, right, scale, zero, bias, result's scale, zero. */
function qGemm(conversion: Conversion, node: OnnxNode): Value {
  const sum = accumulate(conversion, node, {
    left: expectKind(node, "left operand", operand(conversion, node, 0), "quantised"),
    leftQuantisation: quantisationAt(conversion, node, 1),
    right: expectKind(node, "right operand", operand(conversion, node, 3), "constant").tensor,
    rightScale: scalarOf(node, "scale", operand(conversion, node, 4)).value,
    rightZero: scalarOf(node, "zero point", operand(conversion, node, 5)).value,
    bias: biasOf(node, operand(conversion, node, 6)),
  });
  if (operand(conversion, node, 7) === undefined) return sum;
  return requantised(conversion, node, sum, quantisationAt(conversion, node, 7));
}

/** Left, scale, zero, right, scale, zero, result's scale, zero. */
function qLinearMatMul(conversion: Conversion, node: OnnxNode): Value {
  const sum = accumulate(conversion, node, {
    left: expectKind(node, "left operand", operand(conversion, node, 0), "quantised"),
    leftQuantisation: quantisationAt(conversion, node, 1),
    right: expectKind(node, "right operand", operand(conversion, node, 3), "constant").tensor,
    rightScale: scalarOf(node, "scale", operand(conversion, node, 4)).value,
    rightZero: scalarOf(node, "zero point", operand(conversion, node, 5)).value,
    bias: undefined,
  });
  return requantised(conversion, node, sum, quantisationAt(conversion, node, 6));
}

/** Pictures, scale, zero, filters, scale, zero, result's scale, zero, bias. */
function qLinearConv(conversion: Conversion, node: OnnxNode): Value {
  const left = expectKind(node, "operand", operand(conversion, node, 0), "quantised");
  assertSameQuantisation(node, left, quantisationAt(conversion, node, 1));
  const sum = convolve(conversion, node, nameOf(node), {
    left,
    filters: expectKind(node, "weights", operand(conversion, node, 3), "constant").tensor,
    filterScale: scalarOf(node, "scale", operand(conversion, node, 4)).value,
    filterZero: scalarOf(node, "zero point", operand(conversion, node, 5)).value,
    bias: biasOf(node, operand(conversion, node, 8)),
  });
  return requantised(conversion, node, sum, quantisationAt(conversion, node, 6));
}

/** A convolution of floats that are quantised numbers: computed as those. */
function floatConvolution(conversion: Conversion, node: OnnxNode): Value {
  const filters = expectKind(node, "weights", operand(conversion, node, 1), "quantisedConstant");
  const bias = operand(conversion, node, 2);
  return convolve(conversion, node, nameOf(node), {
    left: expectKind(node, "operand", operand(conversion, node, 0), "quantised"),
    filters: filters.tensor,
    filterScale: filters.scale,
    filterZero: filters.zero,
    bias: bias === undefined ? undefined : expectKind(node, "bias", bias, "quantisedConstant").tensor,
  });
}

function maxPoolOf(conversion: Conversion, node: OnnxNode): Value {
  const value = expectKind(node, "operand", operand(conversion, node, 0), "quantised");
  return maxPool(conversion, node, nameOf(node), value);
}

/** A product of floats that are quantised numbers: computed as those. */
function gemm(conversion: Conversion, node: OnnxNode): Value {
  if ((node.attributes.get("beta") ?? 1) !== 1) throw unfit(node, "its beta is not 1");
  return floatProduct(conversion, node, operand(conversion, node, 2));
}

function floatMatMul(conversion: Conversion, node: OnnxNode): Value {
  return floatProduct(conversion, node, undefined);
}

function floatProduct(conversion: Conversion, node: OnnxNode, bias: Value | undefined): Value {
  const left = expectKind(node, "left operand", operand(conversion, node, 0), "quantised");
  const right = expectKind(node, "right operand", operand(conversion, node, 1), "quantisedConstant");
  return accumulate(conversion, node, {
    left,
    leftQuantisation: left,
    right: right.tensor,
    rightScale: right.scale,
    rightZero: right.zero,
    bias: bias === undefined ? undefined : expectKind(node, "bias", bias, "quantisedConstant").tensor,
  });
}

function biasOf(node: OnnxNode, value: Value | undefined): OnnxTensor | undefined {
  return value === undefined ? undefined : expectKind(node, "bias", value, "constant").tensor;
}

interface Product {
  readonly left: Quantised;
  readonly leftQuantisation: Quantisation;
  readonly right: OnnxTensor;
  readonly rightScale: number;
  readonly rightZero: number;
  readonly bias: OnnxTensor | undefined;
}

/** `Σ (left − its zero) · right + bias`, exact: what the zero point takes off is a constant of each column. */
function accumulate(conversion: Conversion, node: OnnxNode, product: Product): Accumulated {
  const { left, leftQuantisation, right, rightScale, rightZero, bias } = product;
  assertSameQuantisation(node, left, leftQuantisation);
  if (left.sizes !== undefined) throw unfit(node, "it multiplies pictures: flatten them first");
  if ((node.attributes.get("alpha") ?? 1) !== 1 || (node.attributes.get("transA") ?? 0) !== 0)
    throw unfit(node, "it scales or transposes its left operand");
  const columns = weightColumns(node, right, rightZero, left.columns);
  if (bias !== undefined && bias.values.length !== columns.length)
    throw unfit(node, `its bias has ${bias.values.length} elements for ${columns.length} columns`);

  const width = paddedColumns(columns.length);
  const rows = Array.from({ length: width }, (_, column) => {
    const row = new Int8Array(left.tensor.columns);
    row.set(columns[column] ?? []);
    return row;
  });
  const offsets = rows.map((row, column) => {
    const sum = row.reduce((total, weight) => total + weight, 0);
    return (bias?.values[column] ?? 0) - left.zero * sum;
  });
  const name = nameOf(node);
  const tensor = matMul(conversion.builder, `${name}.sum`, {
    left: left.tensor,
    right: conversion.constant(`${name}.weights`, 8, rows),
    laneBits: 32,
    addend: conversion.constant(`${name}.bias`, 32, [offsets]),
  });
  const scale = Math.fround(left.scale * rightScale);
  return { kind: "accumulated", tensor, columns: columns.length, scale, isRelu: false };
}

/** The columns of a matrix of weights as int8. */
function weightColumns(node: OnnxNode, right: OnnxTensor, zero: number, inner: number): Int8Array[] {
  const offset = isUnsigned(right) ? UNSIGNED_OFFSET : 0;
  if (zero !== offset) throw unfit(node, `the zero point of its weights is ${zero}, not ${offset}`);
  const [rows = 0, columns = 0] = right.dims;
  const isTransposed = node.attributes.get("transB") === 1;
  const [depth, width] = isTransposed ? [columns, rows] : [rows, columns];
  if (right.dims.length !== 2 || depth !== inner || width === 0)
    throw unfit(node, `its weights are ${right.dims.join(" × ")} for ${inner} columns`);
  return Array.from({ length: width }, (_, column) =>
    Int8Array.from({ length: depth }, (_, k) => {
      const at = isTransposed ? column * depth + k : k * width + column;
      return (right.values[at] ?? 0) - offset;
    }),
  );
}

function requantised(conversion: Conversion, node: OnnxNode, sum: Accumulated, to: Quantisation): Quantised {
  const tensor = rescale(conversion.builder, nameOf(node), {
    operand: sum.tensor,
    laneBits: 8,
    scale: Math.fround(sum.scale / to.scale),
    zero: to.zero,
    ...(sum.isRelu && { low: to.zero }),
  });
  const { columns, sizes } = sum;
  return { kind: "quantised", tensor, columns, ...(sizes !== undefined && { sizes }), ...to, isFloat: false };
}

function relu(conversion: Conversion, node: OnnxNode): Value {
  const value = expectKind(node, "operand", operand(conversion, node, 0), "quantised", "accumulated");
  if (value.kind === "accumulated") return { ...value, isRelu: true };
  const { tensor: operandTensor, zero } = value;
  const tensor = rescale(conversion.builder, nameOf(node), {
    operand: operandTensor,
    laneBits: 8,
    scale: 1,
    low: zero,
  });
  return { ...value, tensor };
}

function argMaxOf(conversion: Conversion, node: OnnxNode): Value {
  const { tensor, columns } = expectKind(node, "operand", operand(conversion, node, 0), "quantised");
  const axis = node.attributes.get("axis") ?? 0;
  if (axis !== 1 && axis !== -1) throw unfit(node, `its axis is ${JSON.stringify(axis)}, not the last`);
  if (node.attributes.get("select_last_index") === 1) throw unfit(node, "it wants the last of equal values");
  return {
    kind: "classes",
    tensor: argMax(conversion.builder, nameOf(node), { operand: { ...tensor, columns }, laneBits: 32, output: true }),
  };
}

/** A change of shape that leaves rows as they are. */
function passOn(conversion: Conversion, node: OnnxNode): Value {
  const value = expectKind(node, "operand", operand(conversion, node, 0), "floatInput", "quantised", "accumulated");
  if (value.kind === "floatInput" && value.picture !== undefined && node.opType !== "Identity") {
    const { kind, name, columns } = value;
    return { kind, name, columns };
  }
  if (node.opType === "Flatten" && (node.attributes.get("axis") ?? 1) !== 1) throw unfit(node, "its axis is not 1");
  if (value.kind === "quantised" && value.sizes !== undefined && node.opType !== "Identity") {
    const { height, width, channels } = value.sizes;
    assertRows(conversion, node, height * width * channels);
    return flattened(conversion, node, nameOf(node), value);
  }
  assertRows(conversion, node, value.columns);
  return value;
}

/** A reshape, if it is one, gives a row of so many columns for each example. */
function assertRows(conversion: Conversion, node: OnnxNode, expected: number): void {
  if (node.opType === "Reshape") {
    const shape = expectKind(node, "shape", operand(conversion, node, 1), "constant").tensor;
    const [, columns = 0] = Array.from(shape.values);
    if (shape.values.length !== 2 || (columns !== expected && columns !== -1))
      throw unfit(node, `it changes rows of ${expected} into ${Array.from(shape.values).join(" × ")}`);
  }
}

/** Nodes may have no name; what they give always has one. */
function nameOf(node: OnnxNode): string {
  return node.outputs[0] ?? node.name;
}
