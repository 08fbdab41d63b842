export { type Digit, digitSplit, type DigitSplit, takeDigits } from "./digits.ts";
export {
  buildInference,
  decodeInference,
  type InferenceAbout,
  type InferenceJob,
  type InferenceOptions,
  predictionAccuracy,
} from "./inference.ts";
export { bunnyMesh, type Mesh, parseObj } from "./mesh.ts";
export { accuracyOf, predict, type Weights } from "./network.ts";
export { buildOnnx, decodeOnnx, type OnnxAbout, type OnnxJob, type OnnxOptions } from "./onnx/build.ts";
export { type OnnxModel, parseOnnx } from "./onnx/OnnxModel.ts";
export {
  buildRendering,
  decodeRendering,
  RENDERING_DEFAULTS,
  type RenderingAbout,
  type RenderingJob,
  type RenderingOptions,
} from "./rendering.ts";
export { type Result, type ResultFile, resultFiles, type WorkloadAbout } from "./resultFiles.ts";
export {
  buildTraining,
  decodeTraining,
  TRAINING_DEFAULTS,
  type TrainingAbout,
  type TrainingJob,
  type TrainingOptions,
} from "./training.ts";
export {
  buildTransformer,
  decodeTransformer,
  type TransformerAbout,
  type TransformerJob,
  type TransformerOptions,
} from "./transformer/build.ts";
export { transform } from "./transformer/reference.ts";
export {
  type HeadWeights,
  type NormWeights,
  randomTransformer,
  type TransformerSize,
  type TransformerWeights,
} from "./transformer/weights.ts";
export { WorkloadError } from "./WorkloadError.ts";
