import type { ImageSizes, Tensor } from "@millrace/tensor";

import { WorkloadError } from "../WorkloadError.ts";
import { describeNode, ElementType, type OnnxNode, type OnnxTensor } from "./OnnxModel.ts";

/**
 * Numbers `scale · (q − zero)` whose q are held as int8. Unsigned q are held less 128, as is their zero.
 *
 * Columns are padded to whole words; what stands in the pads is nobody's business.
 */
export interface Quantised {
  readonly kind: "quantised";
  readonly tensor: Tensor;
  /** Columns that count. */
  readonly columns: number;
  /** Of pictures, whose rows these are. */
  readonly sizes?: ImageSizes;
  readonly scale: number;
  readonly zero: number;
  readonly isUnsigned: boolean;
  /** Whether the model takes them for floats, between DequantizeLinear and QuantizeLinear. */
  readonly isFloat: boolean;
}

/** Sums `scale · int32` that wait for their requantisation, between a product of floats and QuantizeLinear. */
export interface Accumulated {
  readonly kind: "accumulated";
  readonly tensor: Tensor;
  readonly columns: number;
  /** Of pictures, whose rows these are. */
  readonly sizes?: ImageSizes;
  readonly scale: number;
  readonly isRelu: boolean;
}

export interface Constant {
  readonly kind: "constant";
  readonly tensor: OnnxTensor;
}

/** A constant of floats that is held as whole numbers: what DequantizeLinear makes of one. */
export interface QuantisedConstant {
  readonly kind: "quantisedConstant";
  readonly tensor: OnnxTensor;
  readonly scale: number;
  readonly zero: number;
}

/** Floats that the buyer gives, before they are quantised. */
export interface FloatInput {
  readonly kind: "floatInput";
  readonly name: string;
  readonly columns: number;
  /** Channels, height and width of pictures. */
  readonly picture?: readonly [channels: number, height: number, width: number];
}

/** The least index of the greatest of a row. */
export interface Classes {
  readonly kind: "classes";
  readonly tensor: Tensor;
}

export type Value = Quantised | Accumulated | Constant | QuantisedConstant | FloatInput | Classes;

export const UNSIGNED_OFFSET = 128;

/** The value, if it is of the kind that the operator takes. */
export function expectKind<Kind extends Value["kind"]>(
  node: OnnxNode,
  what: string,
  value: Value | undefined,
  ...kinds: readonly Kind[]
): Extract<Value, { kind: Kind }> {
  if (value === undefined || !(kinds as readonly string[]).includes(value.kind))
    throw unfit(node, `its ${what} is ${value === undefined ? "missing" : `a ${value.kind} value`}`);
  return value as Extract<Value, { kind: Kind }>;
}

/** A constant with one element. */
export function scalarOf(node: OnnxNode, what: string, value: Value | undefined): OnnxTensor & { value: number } {
  const { tensor } = expectKind(node, what, value, "constant");
  if (tensor.values.length !== 1)
    throw unfit(node, `its ${what} has ${tensor.values.length} elements: quantisation by channel is not converted`);
  return { ...tensor, value: tensor.values[0] ?? 0 };
}

export function isUnsigned({ type }: OnnxTensor): boolean {
  return type === ElementType.Uint8;
}

export function unfit(node: OnnxNode, why: string): WorkloadError {
  return new WorkloadError(
    `${describeNode(node)} cannot be converted: ${why}`,
    "quantise the model by tensor, as int8",
  );
}
