export { type Digit, digitSplit, type DigitSplit, takeDigits } from "./digits.js";
export {
  buildInference,
  decodeInference,
  type InferenceAbout,
  type InferenceJob,
  type InferenceOptions,
  predictionAccuracy,
} from "./inference.js";
export { bunnyMesh, type Mesh, parseObj } from "./mesh.js";
export { accuracyOf, predict, type Weights } from "./network.js";
export {
  buildRendering,
  decodeRendering,
  RENDERING_DEFAULTS,
  type RenderingAbout,
  type RenderingJob,
  type RenderingOptions,
} from "./rendering.js";
export { type Result, type ResultFile, resultFiles, type WorkloadAbout } from "./resultFiles.js";
export {
  buildTraining,
  decodeTraining,
  TRAINING_DEFAULTS,
  type TrainingAbout,
  type TrainingJob,
  type TrainingOptions,
} from "./training.js";
export { WorkloadError } from "./WorkloadError.js";
