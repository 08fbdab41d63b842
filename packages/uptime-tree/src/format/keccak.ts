import { createKeccak } from "hash-wasm";

// WebAssembly: about ten times the speed of keccak in JavaScript, which is what a tree of a million leaves is made of.
const hasher = await createKeccak(256);

/** keccak256 of some bytes. */
export function keccak(data: Uint8Array): Uint8Array {
  return hasher.init().update(data).digest("binary");
}
