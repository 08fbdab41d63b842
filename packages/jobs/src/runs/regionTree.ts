import { LEAF_BYTES, type MachineProgram } from "@millrace/rv32";
import { BinaryTree } from "@millrace/tensor";

/** Trees are built over whole blocks of so many bytes. */
const BLOCK_BYTES = 32 * LEAF_BYTES;

/** Levels of the memory's tree above input and output. */
export const REGION_LEVELS = 2;

/** The tree of the quarter of a machine's memory that begins with these bytes: the one of its input, or of its output. */
export function regionTree({ depth }: Pick<MachineProgram, "depth">, bytes: Uint8Array): BinaryTree {
  const padded = new Uint8Array(Math.max(1, Math.ceil(bytes.length / BLOCK_BYTES)) * BLOCK_BYTES);
  padded.set(bytes);
  return BinaryTree.build(padded, depth - REGION_LEVELS);
}
