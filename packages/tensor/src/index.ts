export { assertExecutable, MAX_TRACE_WORDS } from "./assertExecutable.ts";
export { assertProvable } from "./assertProvable.ts";
export {
  type Bundle,
  decodeBundle,
  decodeJob,
  encodeBundle,
  type EncodedBundle,
  INPUT_FILE,
  JOB_FILE,
  readBundle,
  writeBundle,
} from "./bundle.ts";
export { ProgramError, type ProgramPlace, TensorError, type TensorErrorCode } from "./errors.ts";
export { execute, type ExecuteOptions, referenceLanes } from "./execute.ts";
export { type Alteration, executeInWorker, type Progress, type WorkerOptions } from "./executeInWorker.ts";
export { kernelCodeHash, kernelCodeHashes } from "./kernels/codeHashes.ts";
export type { Extent, Kernel, Range, TraceMemory } from "./kernels/Kernel.ts";
export { elementOf, lanesLog2, lowBits, rangeAt, toLane } from "./kernels/kernelMath.ts";
export { KernelSet, type KnownKernel } from "./kernels/KernelSet.ts";
export { encodeParams, field, log2Field } from "./kernels/params.ts";
export { kernelByName, ownKernels } from "./kernels/registry.ts";
export { argMax, type ArgMaxOptions } from "./operators/argMax.ts";
export { add, type ElementwiseOptions, maximum, minimum, multiply, select } from "./operators/elementwise.ts";
export { gather, type GatherOptions } from "./operators/gather.ts";
export { hashChain, type HashChainOptions, random, type RandomOptions } from "./operators/hashes.ts";
export { layerNorm, type LayerNormOptions } from "./operators/layerNorm.ts";
export { lookup, type LookupOptions } from "./operators/lookup.ts";
export {
  convolution,
  convolutionGradient,
  type ConvolutionGradientOptions,
  type ConvolutionOptions,
  flippedFilters,
  planes,
} from "./operators/convolution.ts";
export { type Filters, type Images, imageInput, imagesOf, type ImageSizes } from "./operators/images.ts";
export { matMul, type MatMulOptions } from "./operators/matMul.ts";
export {
  BLOCK_TRIANGLES,
  type Camera,
  type Light,
  nearestHits,
  type NearestHitsOptions,
  shade,
  type ShadeOptions,
  type Vector3,
} from "./operators/rays.ts";
export { type MomentumOptions, momentumStep } from "./operators/momentum.ts";
export { pool, poolGradient, type PoolOptions } from "./operators/pool.ts";
export { rearrange, type RearrangeOptions, type SourceCoordinate } from "./operators/rearrange.ts";
export { requantise, type RequantiseOptions } from "./operators/requantise.ts";
export { rescale, type RescaleOptions } from "./operators/rescale.ts";
export { bounce, type BounceOptions, cameraRays, shadeRays, type ShadeRaysOptions } from "./operators/scene.ts";
export { softmax, type SoftmaxOptions } from "./operators/softmax.ts";
export { columnSums, rowSums, type SumOptions } from "./operators/sum.ts";
export { transpose } from "./operators/transpose.ts";
export { Mode, type OperatorDescriptor, operatorLeaf, PIECE_LOG2S } from "./program/descriptor.ts";
export { progressEvery } from "./progressEvery.ts";
export { InputWriter, readRow } from "./program/InputWriter.ts";
export {
  type OperatorOpening,
  type PlacedOperator,
  Program,
  programHash,
  type ProgramHeader,
  Region,
} from "./program/Program.ts";
export { assertLaneBits, assertSame, ProgramBuilder } from "./program/ProgramBuilder.ts";
export { programFromJson, type ProgramJson, programToJson } from "./program/programJson.ts";
export { type SumNode, SumTree } from "./program/SumTree.ts";
export { rowLog2Of, rowsOf, type Shape, type Tensor } from "./program/Tensor.ts";
export { BinaryTree } from "./trace/BinaryTree.ts";
export { type DifferentChild, firstDifference, firstDifferentChild } from "./trace/firstDifference.ts";
export { LEAF_LOG2 } from "./trace/heights.ts";
export { keccak256Hex } from "./trace/keccak.ts";
export { type NodeSource, siblingsOf } from "./trace/NodeSource.ts";
export { OpenedTree } from "./trace/OpenedTree.ts";
export { childCount, childHeight } from "./trace/children.ts";
export { TraceTree } from "./trace/TraceTree.ts";
export { WordTree } from "./trace/WordTree.ts";
export { buildTraces, type Execution, rootsOf, type TraceRoots, type Traces, treeOf } from "./trace/traces.ts";
export { TensorInstance } from "./wasm/TensorModule.ts";
export {
  differentLane,
  findFraud,
  makeWitness,
  type OperatorArgument,
  type Witness,
  type WitnessOptions,
  type WordAddress,
} from "./witness.ts";
export { fromHex, type Hex, type LaneBits, toHex, WORD_BYTES, ZERO_WORD } from "./words.ts";
