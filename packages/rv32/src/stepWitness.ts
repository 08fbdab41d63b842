import { encodeState } from "./encodeState.ts";
import { LEAF_BYTES, type Machine, Status } from "./Machine.ts";
import { type LeafProof, MemoryTree } from "./MemoryTree.ts";

/** What `Rv32Machine.step` is given: a state, and the leaves of its memory that the step reads. */
export interface StepWitness {
  readonly state: Uint8Array;
  readonly code: Uint8Array;
  readonly codeSiblings: readonly Uint8Array[];
  readonly data: Uint8Array;
  readonly dataSiblings: readonly Uint8Array[];
}

const NO_PROOF: LeafProof = { leaf: new Uint8Array(LEAF_BYTES), siblings: [] };

/** A tree over a machine's memory. */
interface Tree {
  readonly root: Uint8Array;
  proofAt(address: number): LeafProof;
}

/**
 * The witness of a machine's next step.
 * @param tree - over the machine's memory as it is; made by hashing all of it if there is none
 */
export function stepWitness(machine: Machine, tree: Tree = new MemoryTree(machine.memory)): StepWitness {
  const hasCode = machine.status === Status.Running && machine.instruction() !== undefined;
  const code = hasCode ? tree.proofAt(machine.pc) : NO_PROOF;
  const access = machine.nextAccess();
  const data = access === undefined ? NO_PROOF : tree.proofAt(access);
  return {
    state: encodeState(machine, tree.root),
    code: code.leaf,
    codeSiblings: code.siblings,
    data: data.leaf,
    dataSiblings: data.siblings,
  };
}
