/** The RISC-V machine that arbitrary programs run on: reference, states, witnesses, programs. */

export { encodeState, STATE_BYTES } from "./encodeState.js";
export { loadElf } from "./loadElf.js";
export { LEAF_BYTES, Machine, Status } from "./Machine.js";
export { type LeafProof, MemoryTree } from "./MemoryTree.js";
export { Rv32Error, type Rv32ErrorCode } from "./Rv32Error.js";
export { type StepWitness, stepWitness } from "./stepWitness.js";
