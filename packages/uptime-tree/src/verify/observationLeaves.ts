import { filledChunksRootOf } from "./chunksRootOf.js";
import type { ObservationFields } from "./readDataFile.js";
import { encode, keccak, WORD } from "./words.js";

/** The "slot" under which an observation commits its sightings. */
const SIGHTINGS = 255;

/** Hashes of the leaves `(address attestor, uint8 slot, bytes32 root)` of an observation. */
export function observationLeaves(observation: ObservationFields, progress?: (share: number) => void): Uint8Array {
  const { attestor, batchRoots, sightings } = observation;
  const slots = batchRoots.length / WORD;
  const leaves = new Uint8Array(WORD * (slots + 1));
  const put = (index: number, slot: number, root: Uint8Array): void => {
    leaves.set(keccak(keccak(encode([attestor, slot, root]))), WORD * index);
  };
  for (let slot = 0; slot < slots; slot++) put(slot, slot, batchRoots.subarray(WORD * slot, WORD * (slot + 1)));
  put(slots, SIGHTINGS, filledChunksRootOf(sightings, progress));
  return leaves;
}
