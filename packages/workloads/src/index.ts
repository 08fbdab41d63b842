export {
  buildConvolutional,
  buildConvolutionalInference,
  CONVOLUTIONAL_DEFAULTS,
  type ConvolutionalAbout,
  convolutionalAccuracy,
  type ConvolutionalJob,
  type ConvolutionalOptions,
  type ConvolutionalWeights,
  decodeConvolutional,
} from "./convolutional.ts";
export { type Digit, digitSplit, type DigitSplit, takeDigits } from "./digits.ts";
export {
  buildInference,
  decodeInference,
  type InferenceAbout,
  type InferenceJob,
  type InferenceOptions,
  predictionAccuracy,
} from "./inference.ts";
export { accuracyOf, predict, type Weights } from "./network.ts";
export { buildOnnx, decodeOnnx, type OnnxAbout, type OnnxJob, type OnnxOptions } from "./onnx/build.ts";
export { type OnnxModel, parseOnnx } from "./onnx/OnnxModel.ts";
export { readGltf } from "./rendering/gltf.ts";
export { bunnyMesh, type Material, type Mesh, parseObj } from "./rendering/mesh.ts";
export { decodeRendering, type RenderingAbout, type RenderingJob } from "./rendering/pictures.ts";
export { buildScene, SCENE_DEFAULTS, type SceneOptions } from "./rendering/scene.ts";
export { buildRendering, RENDERING_DEFAULTS, type RenderingOptions } from "./rendering/turntable.ts";
export { type Result, type ResultFile, resultFiles, type WorkloadAbout } from "./resultFiles.ts";
export {
  buildTraining,
  decodeTraining,
  TRAINING_DEFAULTS,
  TRAINING_LARGE,
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
