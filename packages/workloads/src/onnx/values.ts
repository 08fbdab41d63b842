import type { Tensor } from "@millrace/tensor";

import { ElementType, type OnnxNode, type OnnxTensor } from "./OnnxModel.ts";
import { unfit } from "./unfit.ts";
import type { Axis, View } from "./views.ts";

/** What codes stand for: `scale · (code − zero)`. Unsigned codes are held less 128, as is their zero. */
export interface Quantisation {
  readonly scale: number;
  readonly zero: number;
  readonly isUnsigned: boolean;
}

/** Numbers whose codes are held as int8. */
export interface Quantised extends View, Quantisation {
  readonly kind: "quantised";
  /** Whether the model takes them for floats, between DequantizeLinear and QuantizeLinear. */
  readonly isFloat: boolean;
}

/** Floats that are a function of one or two codes each: they wait for QuantizeLinear, which makes a table of it. */
export interface Floats {
  readonly kind: "floats";
  /** One or two, laid out alike. */
  readonly sources: readonly [Quantised] | readonly [Quantised, Quantised];
  /** In single precision, of the floats that the codes stand for. */
  readonly of: (left: number, right: number) => number;
  /** Set if it is no more than this: then the runtime computes from codes to codes. */
  readonly operation?: "Add" | "Mul";
}

/** Sums `scale · int32` that wait for their requantisation, between a product of floats and QuantizeLinear. */
export interface Accumulated extends View {
  readonly kind: "accumulated";
  /** One for all, or one for each column of the tensor, again and again. */
  readonly scales: readonly number[];
  /** Numbers that each is the sum of, if their mean is meant. */
  readonly count?: number;
  /** Bounds that the model clips the floats to. */
  readonly low?: number;
  readonly high?: number;
}

/** Parts of one value that are still quantised each in its own way. */
export interface Joined {
  readonly kind: "joined";
  readonly parts: readonly Quantised[];
  readonly axis: number;
}

/** A softmax that waits for the scale of its result. */
export interface PendingSoftmax {
  readonly kind: "softmax";
  readonly node: OnnxNode;
  readonly operand: Quantised;
}

export interface Constant {
  readonly kind: "constant";
  readonly tensor: OnnxTensor;
}

/** A constant of floats that is held as whole numbers: what DequantizeLinear makes of one. */
export interface QuantisedConstant {
  readonly kind: "quantisedConstant";
  readonly tensor: OnnxTensor;
  /** One, or one for each index of `axis`. */
  readonly scales: readonly number[];
  readonly zeros: readonly number[];
  readonly axis: number;
}

/** Floats that the buyer gives, before they are quantised. */
export interface FloatInput {
  readonly kind: "floatInput";
  readonly name: string;
  /** The row is the example's, the column the number's in what the buyer gives. */
  readonly axes: readonly Axis[];
  readonly first?: View["first"];
  /** What the model makes of each, in single precision, before it quantises them. */
  readonly of: (value: number) => number;
}

/** The least index of the greatest of a row. */
export interface Classes {
  readonly kind: "classes";
  readonly tensor: Tensor;
  readonly dims: readonly number[];
}

export type Value =
  Quantised | Floats | Accumulated | Joined | PendingSoftmax | Constant | QuantisedConstant | FloatInput | Classes;

export const UNSIGNED_OFFSET = 128;

const NAMES: Readonly<Record<Value["kind"], string>> = {
  quantised: "a quantised value",
  floats: "a function of quantised values",
  accumulated: "a sum that is not quantised yet",
  joined: "a concatenation that is not quantised yet",
  softmax: "a softmax that is not quantised yet",
  constant: "a constant that is not quantised",
  quantisedConstant: "a quantised constant",
  floatInput: "the model's input, not quantised yet",
  classes: "a class",
};

/** The value, if it is of the kind that the operator takes. */
export function expectKind<Kind extends Value["kind"]>(
  node: OnnxNode,
  what: string,
  value: Value | undefined,
  ...kinds: readonly Kind[]
): Extract<Value, { kind: Kind }> {
  if (value === undefined || !(kinds as readonly string[]).includes(value.kind))
    throw unfit(
      node,
      `its ${what} is ${value === undefined ? "missing" : NAMES[value.kind]}, not ${kinds.map((kind) => NAMES[kind]).join(" or ")}`,
      "quantise this part of the model too: see op_types_to_quantize of quantize_static, and docs/onnx.md",
    );
  return value as Extract<Value, { kind: Kind }>;
}

/** A constant with one element. */
export function scalarOf(node: OnnxNode, what: string, value: Value | undefined): OnnxTensor & { value: number } {
  const { tensor } = expectKind(node, what, value, "constant");
  if (tensor.values.length !== 1)
    throw unfit(
      node,
      `its ${what} has ${tensor.values.length} elements`,
      "quantise by channel only the weights of convolutions and products",
    );
  return { ...tensor, value: tensor.values[0] ?? 0 };
}

export function isUnsigned({ type }: OnnxTensor): boolean {
  return type === ElementType.Uint8;
}

export function isSame(a: Quantisation, b: Quantisation): boolean {
  return a.scale === b.scale && a.zero === b.zero && a.isUnsigned === b.isUnsigned;
}

/** Nodes may have no name; what they give always has one. */
export function nameOf(node: OnnxNode): string {
  return node.outputs[0] ?? node.name;
}
