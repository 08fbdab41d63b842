import { type ConvolutionalAbout, convolutionalAccuracy, decodeConvolutional } from "./convolutional.ts";
import { digitSplit } from "./digits.ts";
import { decodeInference, type InferenceAbout, predictionAccuracy } from "./inference.ts";
import { accuracyOf } from "./network.ts";
import { decodeOnnx, type OnnxAbout } from "./onnx/build.ts";
import { decodeRendering, type RenderingAbout } from "./rendering/pictures.ts";
import { decodeTraining, type TrainingAbout } from "./training.ts";
import { decodeTransformer, type TransformerAbout } from "./transformer/build.ts";
import { WorkloadError } from "./WorkloadError.ts";

/** What a job is, as its job.json says under `about`. */
export type WorkloadAbout =
  TrainingAbout | ConvolutionalAbout | InferenceAbout | RenderingAbout | TransformerAbout | OnnxAbout;

export interface ResultFile {
  readonly name: string;
  readonly bytes: Uint8Array;
}

export interface Result {
  readonly files: readonly ResultFile[];
  /** One line for people. */
  readonly summary: string;
  /** Share of held-out digits that are classified rightly, where there are any. */
  readonly accuracy?: number;
}

/** The result of a job as files and a line: weights, predictions or pictures. */
export function resultFiles(about: unknown, output: Uint8Array): Result {
  const known = about as WorkloadAbout | undefined;
  if (known?.kind === "training") return trainingResult(known, output);
  if (known?.kind === "training-conv") return convolutionalResult(known, output);
  if (known?.kind === "inference") return inferenceResult(known, output);
  if (known?.kind === "rendering") return renderingResult(known, output);
  if (known?.kind === "transformer") return transformerResult(known, output);
  if (known?.kind === "onnx") return onnxResult(known, output);
  throw new WorkloadError("a job of a kind that is not known here", "read its output region yourself");
}

function trainingResult(about: TrainingAbout, output: Uint8Array): Result {
  const weights = decodeTraining(about, output);
  const { heldOut } = digitSplit();
  const accuracy = accuracyOf(weights, heldOut);
  const json = { hidden: weights.first.map((row) => [...row]), classes: weights.second.map((row) => [...row]) };
  return {
    files: [{ name: "weights.json", bytes: Buffer.from(`${JSON.stringify(json)}\n`) }],
    summary: `network trained on ${about.digits} digits: ${percent(accuracy)} of ${heldOut.length} held-out digits right`,
    accuracy,
  };
}

function convolutionalResult(about: ConvolutionalAbout, output: Uint8Array): Result {
  const weights = decodeConvolutional(about, output);
  const { heldOut } = digitSplit();
  const accuracy = convolutionalAccuracy(weights, heldOut);
  const json = { filters: weights.filters.map((row) => [...row]), classes: weights.dense.map((row) => [...row]) };
  return {
    files: [{ name: "weights.json", bytes: Buffer.from(`${JSON.stringify(json)}\n`) }],
    summary: `convolutional network trained on ${about.digits} digits: ${percent(accuracy)} of ${heldOut.length} held-out digits right`,
    accuracy,
  };
}

function inferenceResult(about: InferenceAbout, output: Uint8Array): Result {
  const predictions = decodeInference(about, output);
  const accuracy = predictionAccuracy(predictions);
  return {
    files: [{ name: "predictions.json", bytes: Buffer.from(`${JSON.stringify(predictions)}\n`) }],
    summary: `${predictions.length} held-out digits classified: ${percent(accuracy)} right`,
    accuracy,
  };
}

function renderingResult(about: RenderingAbout, output: Uint8Array): Result {
  const pictures = decodeRendering(about, output);
  return {
    files: pictures.map((bytes, i) => ({ name: `frame-${i + 1}.png`, bytes })),
    summary: `${pictures.length} pictures of ${about.width} × ${about.height} pixels`,
  };
}

function transformerResult(about: TransformerAbout, output: Uint8Array): Result {
  const rows = decodeTransformer(about, output).map((row) => [...row]);
  return {
    files: [{ name: "hidden.json", bytes: Buffer.from(`${JSON.stringify(rows)}\n`) }],
    summary: `${about.tokens} tokens through a transformer block of width ${about.hidden.columns}`,
  };
}

function onnxResult(about: OnnxAbout, output: Uint8Array): Result {
  const numbers = decodeOnnx(about, output);
  return {
    files: [{ name: "outputs.json", bytes: Buffer.from(`${JSON.stringify(numbers)}\n`) }],
    summary: `${about.rows} rows through a network of ${about.producer}: ${Object.keys(numbers).join(", ")}`,
  };
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}
