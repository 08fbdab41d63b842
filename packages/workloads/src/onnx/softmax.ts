import { requantise, softmax as softmaxOperator } from "@millrace/tensor";

import { axisOf, numberOf } from "./attributes.ts";
import type { Conversion } from "./Conversion.ts";
import { assertQuantisedAs } from "./elementwise.ts";
import type { OnnxNode } from "./OnnxModel.ts";
import { quantisationAt } from "./scales.ts";
import { unfit } from "./unfit.ts";
import { expectKind, nameOf, type Quantisation, type Quantised, type Value } from "./values.ts";
import { dimsOf, laidOut, permuted, wholeRows } from "./views.ts";

/** Codes that a code can lie below the greatest. */
const ENTRIES = 256;

const MOST_CLASSES = 256;

/** Opset from which on a softmax is over one axis. */
const ONE_AXIS = 13;

const MOST_ONE = 2 ** 16 - 1;

/** `com.microsoft.QLinearSoftmax`: operand, scale, zero, result's scale, zero. */
export function qLinearSoftmax(conversion: Conversion, node: OnnxNode): Value {
  const value = expectKind(node, "operand", conversion.operand(node, 0), "quantised");
  assertQuantisedAs(conversion, node, value, 1);
  return softmaxOf(conversion, node, value, quantisationAt(conversion, node, 3));
}

/** The axis that it is over. Before opset 13 it was over that one and all behind it, and by default from the second on. */
function axisFor({ opset }: Conversion, node: OnnxNode, rank: number): number {
  const isOld = numberOf(node, "opset", opset) < ONE_AXIS;
  const axis = axisOf(node, numberOf(node, "axis", isOld && node.domain === "" ? 1 : -1), rank);
  if (isOld && axis !== rank - 1)
    throw unfit(
      node,
      `before opset ${ONE_AXIS} it is over all axes from ${axis} on`,
      "convert the model with onnx.version_converter, or name the last axis",
    );
  return axis;
}

/**
 * Softmax from codes to codes: exponentials are whole numbers of a table, so that results may differ from those of
 * floats by one where these are near the middle between two codes.
 */
export function softmaxOf(conversion: Conversion, node: OnnxNode, value: Quantised, to: Quantisation): Quantised {
  const name = nameOf(node);
  const { length } = value.axes;
  const axis = axisFor(conversion, node, length);
  const order = [...Array(length).keys()].filter((i) => i !== axis).concat(axis);
  const { tensor, axes } = laidOut(conversion.builder, node, `${name}.rows`, permuted(value, order), "rows");
  const classes = dimsOf(value)[axis] ?? 0;
  const one = Math.floor(Math.fround(1 / to.scale));
  if (classes > MOST_CLASSES) throw unfit(node, `it is over ${classes} classes`, `at most ${MOST_CLASSES} can be`);
  if (one > MOST_ONE) throw unfit(node, `its result has the scale ${to.scale}`, "1 / 256 is usual");
  const wide = requantise(conversion.builder, `${name}.wide`, { operand: wholeRows(tensor), laneBits: 32 });
  const exponentials = Array.from({ length: ENTRIES }, (_, i) => Math.round(MOST_ONE * Math.exp(-i * value.scale)));
  const result = softmaxOperator(conversion.builder, name, {
    logits: { ...wide, columns: classes },
    table: conversion.constant(`${name}.exponentials`, 16, [exponentials]),
    shift: 0,
    one,
    zero: to.zero,
  });
  const { scale, zero, isUnsigned } = to;
  const quantised = { kind: "quantised", tensor: result, axes, scale, zero, isUnsigned, isFloat: false } as const;
  return permuted(
    quantised,
    order.map((_, i) => order.indexOf(i)),
  );
}
