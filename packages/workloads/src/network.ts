import { matMul, type ProgramBuilder, type Tensor } from "@millrace/tensor";

import { CLASSES, type Digit, DIGIT_PIXELS } from "./digits.ts";

/** Pixels, and one that is always bright: its weights are the hidden layer's biases. */
export const INPUTS = DIGIT_PIXELS + 1;

const BIAS = 127;

/** Hidden activations are `dot · 2^-shift`, int8. */
const HIDDEN_SHIFT = 9;

/** Two layers without more ado: pixels, a hidden layer with ReLU, a logit for each class. */
export interface Weights {
  /** `hidden` rows of 785 int8. */
  readonly first: readonly Int8Array[];
  /** Ten rows of `hidden` int8. */
  readonly second: readonly Int8Array[];
}

export function digitRow({ pixels }: Digit): Int8Array {
  const row = new Int8Array(INPUTS);
  row.set(pixels);
  row[DIGIT_PIXELS] = BIAS;
  return row;
}

export interface Layers {
  readonly first: Tensor;
  readonly second: Tensor;
}

/** Hidden activations of a batch of digits. */
export function hiddenLayer(builder: ProgramBuilder, name: string, digits: Tensor, first: Tensor): Tensor {
  return matMul(builder, name, { left: digits, right: first, laneBits: 8, shift: HIDDEN_SHIFT, relu: true });
}

/** Logits of a batch of hidden activations. */
export function outputLayer(builder: ProgramBuilder, name: string, hidden: Tensor, second: Tensor): Tensor {
  return matMul(builder, name, { left: hidden, right: second, laneBits: 32 });
}

/** What the network says without a program: the check of a result by its buyer. */
export function predict(weights: Weights, digit: Digit): number {
  const row = digitRow(digit);
  const hidden = weights.first.map((weight) => {
    const rounded = Math.floor(dot(row, weight) / 2 ** HIDDEN_SHIFT + 0.5);
    return Math.min(127, Math.max(0, rounded));
  });
  const logits = weights.second.map((weight) => dot(hidden, weight));
  return logits.indexOf(Math.max(...logits.slice(0, CLASSES)));
}

function dot(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] ?? 0) * (b[i] ?? 0);
  return sum;
}

export function accuracyOf(weights: Weights, digits: readonly Digit[]): number {
  return digits.filter((digit) => predict(weights, digit) === digit.label).length / digits.length;
}
