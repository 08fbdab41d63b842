export { assertProvable } from "./assertProvable.js";
export {
  type Bundle,
  decodeBundle,
  encodeBundle,
  type EncodedBundle,
  INPUT_FILE,
  JOB_FILE,
  readBundle,
  writeBundle,
} from "./bundle.js";
export { TensorError, type TensorErrorCode } from "./errors.js";
export { execute, type ExecuteOptions } from "./execute.js";
export { type Alteration, executeInWorker, type WorkerOptions } from "./executeInWorker.js";
export { kernelCodeHash, kernelCodeHashes, kernelName } from "./kernels/codeHashes.js";
export type { Extent, Kernel, Range, TraceMemory } from "./kernels/Kernel.js";
export { encodeParams } from "./kernels/params.js";
export { kernelByCodeHash, kernelByName } from "./kernels/registry.js";
export { argMax, type ArgMaxOptions } from "./operators/argMax.js";
export { matMul, type MatMulOptions } from "./operators/matMul.js";
export {
  BLOCK_TRIANGLES,
  type Camera,
  type Light,
  nearestHits,
  shade,
  type ShadeOptions,
  type Vector3,
} from "./operators/rays.js";
export { requantise, type RequantiseOptions } from "./operators/requantise.js";
export { softmax, type SoftmaxOptions } from "./operators/softmax.js";
export { transpose } from "./operators/transpose.js";
export { Mode, type OperatorDescriptor, operatorLeaf } from "./program/descriptor.js";
export { InputWriter, readRow } from "./program/InputWriter.js";
export {
  type OperatorOpening,
  type PlacedOperator,
  Program,
  programHash,
  type ProgramHeader,
  Region,
} from "./program/Program.js";
export { ProgramBuilder } from "./program/ProgramBuilder.js";
export { programFromJson, type ProgramJson, programToJson } from "./program/programJson.js";
export { type SumNode, SumTree } from "./program/SumTree.js";
export { rowsOf, type Shape, type Tensor } from "./program/Tensor.js";
export { type DifferentChild, firstDifference, firstDifferentChild } from "./trace/firstDifference.js";
export { keccak256Hex } from "./trace/keccak.js";
export { type NodeSource, siblingsOf } from "./trace/NodeSource.js";
export { OpenedTree } from "./trace/OpenedTree.js";
export { childCount, childHeight, openingHeights } from "./trace/openingHeights.js";
export { TraceTree } from "./trace/TraceTree.js";
export { buildTraces, type Execution, rootsOf, type TraceRoots, type Traces, treeOf } from "./trace/traces.js";
export {
  type CommittedTrace,
  differentLane,
  findFraud,
  makeWitness,
  type OperatorArgument,
  type Witness,
  type WitnessOptions,
  type WordAddress,
} from "./witness.js";
export { fromHex, type Hex, type LaneBits, toHex, WORD_BYTES, ZERO_WORD } from "./words.js";
