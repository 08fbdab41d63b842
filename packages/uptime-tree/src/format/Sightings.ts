import { hexlify } from "ethers";

import { NODES_PER_CHUNK } from "./constants.js";
import { treeOf, type StandardTree } from "./StandardTree.js";
import { keccak } from "./keccak.js";
import { encodeWords } from "./Leaf.js";

/** Bytes of a node's bitmap. */
export const BITMAP_BYTES = 32;
const CHUNK_BYTES = NODES_PER_CHUNK * BITMAP_BYTES;

/** ABI types of a leaf of the sightings' tree. */
export const sightingsLeafTypes = ["uint32", "bytes32"] as const;

/**
 * What an attestor saw in an epoch: one bitmap of 32 bytes (big-endian) per node, node 1 first, zero for a node that
 * it did not see. Exactly as many as the registry had when the epoch ended.
 */
export type Sightings = Uint8Array;

/** Sightings of nobody. */
export function noSightings(nodeCount: number): Sightings {
  return new Uint8Array(nodeCount * BITMAP_BYTES);
}

/** Writes down that a node was seen in a slot. */
export function markSeen(sightings: Sightings, nodeId: bigint | number, slot: number): void {
  const at = Number(nodeId) * BITMAP_BYTES - 1 - (slot >> 3);
  sightings[at] = (sightings[at] ?? 0) | (1 << (slot & 7));
}

/** Bitmap of a node. */
export function bitmapOf(sightings: Sightings, nodeId: bigint | number): bigint {
  const end = Number(nodeId) * BITMAP_BYTES;
  return BigInt(hexlify(sightings.subarray(end - BITMAP_BYTES, end)));
}

/** Chunk that holds a node. */
export function chunkOfNode(nodeId: bigint | number): number {
  return Math.floor((Number(nodeId) - 1) / NODES_PER_CHUNK);
}

/** Bytes of a chunk; the last one is filled up with zeros. */
export function sightingsChunk(sightings: Sightings, chunk: number): Uint8Array {
  const part = sightings.subarray(chunk * CHUNK_BYTES, (chunk + 1) * CHUNK_BYTES);
  if (part.length === CHUNK_BYTES) return part;
  const padded = new Uint8Array(CHUNK_BYTES);
  padded.set(part);
  return padded;
}

/** The tree over chunks, `(uint32 chunk, bytes32 keccak256(bytes of the chunk))`. */
export function sightingsTree(sightings: Sightings): StandardTree {
  return treeOf(Math.ceil(sightings.length / CHUNK_BYTES), (chunk) =>
    encodeWords([chunk, hexlify(keccak(sightingsChunk(sightings, chunk)))]),
  );
}
