import { matMul, type Tensor } from "@millrace/tensor";

import { numberOf } from "./attributes.ts";
import { multipliedBatches } from "./batches.ts";
import type { Conversion } from "./Conversion.ts";
import { requantised } from "./floats.ts";
import type { OnnxNode, OnnxTensor } from "./OnnxModel.ts";
import { int8Parts, quantisationAt, quantisedConstantAt, sumScales } from "./scales.ts";
import { unfit } from "./unfit.ts";
import {
  type Accumulated,
  expectKind,
  isSame,
  nameOf,
  type Quantised,
  type QuantisedConstant,
  type Value,
} from "./values.ts";
import { dimsOf, laidOut, paddedColumns } from "./views.ts";

/** `com.microsoft.QGemm`: left, scale, zero, right, scale, zero, bias, result's scale, zero. */
export function qGemm(conversion: Conversion, node: OnnxNode): Value {
  const sum = accumulate(conversion, node, {
    left: quantisedAt(conversion, node, 0),
    right: weightsAt(conversion, node, 3, numberOf(node, "transB", 0) === 1 ? 0 : 1),
    bias: biasOf(node, conversion, 6),
  });
  if (conversion.operand(node, 7) === undefined) return sum;
  return requantised(conversion, node, sum, quantisationAt(conversion, node, 7));
}

/** Left, scale, zero, right, scale, zero, result's scale, zero. */
export function qLinearMatMul(conversion: Conversion, node: OnnxNode): Value {
  const left = quantisedAt(conversion, node, 0);
  const sum =
    conversion.operand(node, 3)?.kind === "quantised"
      ? multipliedBatches(conversion, node, left, quantisedAt(conversion, node, 3))
      : accumulate(conversion, node, { left, right: weightsAt(conversion, node, 3, 1), bias: undefined });
  return requantised(conversion, node, sum, quantisationAt(conversion, node, 6));
}

/** A product of floats that are quantised numbers: computed as those. */
export function gemm(conversion: Conversion, node: OnnxNode): Value {
  if (numberOf(node, "beta", 1) !== 1) throw unfit(node, "its beta is not 1");
  const bias = conversion.operand(node, 2);
  return floatProduct(
    conversion,
    node,
    bias === undefined ? undefined : expectKind(node, "bias", bias, "quantisedConstant").tensor,
  );
}

export function matMulOfFloats(conversion: Conversion, node: OnnxNode): Value {
  const [left, right] = [0, 1].map((index) => conversion.operand(node, index));
  if (left?.kind === "quantised" && right?.kind === "quantised")
    return multipliedBatches(conversion, node, left, right);
  return floatProduct(conversion, node, undefined);
}

function floatProduct(conversion: Conversion, node: OnnxNode, bias: OnnxTensor | undefined): Value {
  const left = expectKind(node, "left operand", conversion.operand(node, 0), "quantised");
  const right = expectKind(node, "right operand", conversion.operand(node, 1), "quantisedConstant");
  return accumulate(conversion, node, { left, right, bias });
}

/** The operand at an index, whose scale and zero point follow it. */
export function quantisedAt(conversion: Conversion, node: OnnxNode, index: number): Quantised {
  const value = expectKind(node, "operand", conversion.operand(node, index), "quantised");
  if (!isSame(value, quantisationAt(conversion, node, index + 1)))
    throw unfit(node, "its scale is not the one that its operand was quantised with");
  return value;
}

/** Constant weights at an index, whose scales and zero points follow them. */
export function weightsAt(conversion: Conversion, node: OnnxNode, index: number, axis: number): QuantisedConstant {
  const { tensor } = expectKind(node, "weights", conversion.operand(node, index), "constant");
  return quantisedConstantAt(conversion, node, tensor, index + 1, axis);
}

export function biasOf(node: OnnxNode, conversion: Conversion, index: number): OnnxTensor | undefined {
  const value = conversion.operand(node, index);
  return value === undefined ? undefined : expectKind(node, "bias", value, "constant").tensor;
}

interface Product {
  readonly left: Quantised;
  readonly right: QuantisedConstant;
  readonly bias: OnnxTensor | undefined;
}

/** `Σ (left − its zero) · right + bias`, exact: what the zero point takes off is a constant of each column. */
function accumulate(conversion: Conversion, node: OnnxNode, { left, right, bias }: Product): Accumulated {
  if (numberOf(node, "alpha", 1) !== 1 || numberOf(node, "transA", 0) !== 0)
    throw unfit(node, "it scales or transposes its left operand");
  const name = nameOf(node);
  const dims = dimsOf(left);
  const { tensor: rows } = laidOut(conversion.builder, node, `${name}.rows`, left, "rows");
  const columns = weightColumns(node, right, dims.at(-1) ?? 0);
  if (bias !== undefined && bias.values.length !== columns.length)
    throw unfit(node, `its bias has ${bias.values.length} elements for ${columns.length} columns`);

  const width = paddedColumns(columns.length);
  const offsets = Array.from({ length: width }, (_, column) => {
    const sum = (columns[column] ?? []).reduce((total, weight) => total + weight, 0);
    return (bias?.values[column] ?? 0) - left.zero * sum;
  });
  let sum: Tensor | undefined;
  for (const [part, weights] of int8Parts(columns).entries()) {
    const suffix = part === 0 ? "" : `.${part}`;
    const padded = Array.from({ length: width }, (_, column) => {
      const row = new Int8Array(rows.columns);
      row.set(weights[column] ?? []);
      return row;
    });
    sum = matMul(conversion.builder, `${name}.sum${suffix}`, {
      left: rows,
      right: conversion.constant(`${name}.weights${suffix}`, 8, padded),
      laneBits: 32,
      addend: sum ?? conversion.constant(`${name}.bias`, 32, [offsets]),
    });
  }
  const tensor = sum as Tensor;
  const axes = [...laidOutRows(dims), { size: columns.length, row: 0, column: 1 }];
  return { kind: "accumulated", tensor, axes, scales: columnScales(sumScales(left, right), columns.length) };
}

/** One scale, if all are the same. */
function columnScales(scales: readonly number[], columns: number): readonly number[] {
  return scales.every((scale) => scale === scales[0]) ? scales.slice(0, 1) : scales.slice(0, columns);
}

/** All axes but the last of a value whose rows stand one after another. */
function laidOutRows(dims: readonly number[]): { size: number; row: number; column: number }[] {
  let row = 1;
  return dims
    .slice(0, -1)
    .reverse()
    .map((size) => {
      const axis = { size, row, column: 0 };
      row *= size;
      return axis;
    })
    .reverse();
}

/** The columns of a matrix of weights, less their zero points. */
function weightColumns(node: OnnxNode, { tensor, scales, zeros, axis }: QuantisedConstant, inner: number): number[][] {
  const [rows = 0, columns = 0] = tensor.dims;
  const isTransposed = numberOf(node, "transB", 0) === 1;
  const [depth, width] = isTransposed ? [columns, rows] : [rows, columns];
  if (tensor.dims.length !== 2 || depth !== inner || width === 0)
    throw unfit(node, `its weights are ${tensor.dims.join(" × ")} for ${inner} columns`);
  if (Math.max(scales.length, zeros.length) > 1 && axis !== (isTransposed ? 0 : 1))
    throw unfit(node, "its weights are quantised by row", "quantise them by column, or by tensor");
  return Array.from({ length: width }, (_, column) =>
    Array.from({ length: depth }, (__, k) => {
      const at = isTransposed ? column * depth + k : k * width + column;
      return (tensor.values[at] ?? 0) - (zeros[zeros.length === 1 ? 0 : column] ?? 0);
    }),
  );
}
