/** The RISC-V machine that arbitrary programs run on: reference, interpreter, states, witnesses, programs, traces. */

export { encodeState, readState, STATE_BYTES, type StateFields } from "./encodeState.ts";
export {
  type Corruption,
  Execution,
  type ExecutionOptions,
  type FinalState,
  hashState,
  type Trace,
} from "./execution/Execution.ts";
export { HashTree, joinHashes } from "./execution/HashTree.ts";
export { bitsFor, PairTree } from "./execution/PairTree.ts";
export { ExecutionWorker } from "./execution/ExecutionWorker.ts";
export { isDistance, openingsOf, segmentBits } from "./execution/segments.ts";
export { LEAF_BYTES, Machine, Status } from "./Machine.ts";
export { type LeafProof, MemoryTree } from "./MemoryTree.ts";
export { frameInput, unframeOutput } from "./program/frame.ts";
export { type Layout, layoutOf, MAX_JOB_DEPTH, MIN_JOB_DEPTH } from "./program/layout.ts";
export { loadElf } from "./program/loadElf.ts";
export {
  inputRoot,
  type MachineProgram,
  MAX_JOB_STEPS,
  programOfElf,
  type ProgramOptions,
  programRoot,
  startMachine,
} from "./program/MachineProgram.ts";
export { type ElfProgram, MAX_ELF_BYTES, readElf, type Segment } from "./program/readElf.ts";
export { Rv32Error, type Rv32ErrorCode } from "./Rv32Error.ts";
export { type StepWitness, stepWitness } from "./stepWitness.ts";
export { type Control, PAGE_BYTES, WasmMachine } from "./WasmMachine.ts";
