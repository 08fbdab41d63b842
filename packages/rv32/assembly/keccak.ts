/** One implementation for all trees: that of the tensor traces. */
export { hashLevel, keccak64 } from "../../tensor/assembly/keccak";
