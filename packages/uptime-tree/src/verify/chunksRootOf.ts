import { rootOf } from "./rootOf.js";
import { encode, keccak, WORD } from "./words.js";

const CHUNK_BYTES = 1_024;
/** Chunks after which progress is told. */
const OFTEN = 4_096;

/** Root over `(uint32 chunk, bytes32 keccak256(chunk))` of the chunks of some bytes; the last one may be short. */
export function chunksRootOf(bytes: Uint8Array, progress?: (share: number) => void): Uint8Array {
  const count = Math.ceil(bytes.length / CHUNK_BYTES);
  const leaves = new Uint8Array(WORD * count);
  for (let chunk = 0; chunk < count; chunk++) {
    const hash = keccak(bytes.subarray(CHUNK_BYTES * chunk, CHUNK_BYTES * (chunk + 1)));
    leaves.set(keccak(keccak(encode([chunk, hash]))), WORD * chunk);
    if (chunk % OFTEN === 0) progress?.(chunk / count);
  }
  return rootOf(leaves);
}

/** The same with the last chunk filled up with zeros, as observations commit their sightings. */
export function filledChunksRootOf(bytes: Uint8Array, progress?: (share: number) => void): Uint8Array {
  const filled = new Uint8Array(Math.ceil(bytes.length / CHUNK_BYTES) * CHUNK_BYTES);
  filled.set(bytes);
  return chunksRootOf(filled, progress);
}
