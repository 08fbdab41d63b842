import { TensorError } from "../errors.ts";
import { REGION_WORDS, WORD_BYTES } from "../words.ts";
import { OPENING_STEP } from "./children.ts";

/**
 * What is kept of a region's tree: its words, and the nodes from height 5 up. Those between are few hashes for any 32
 * words, made again when they are asked for; of a tree whose leaves are words, they would be as long as the words.
 */
export interface RegionNodes {
  /** Raw words, without padding. */
  readonly words: Uint8Array;
  readonly depth: number;
  /** Words of a leaf, as a logarithm. */
  readonly leafLog2: number;
  /** Nodes of heights 5 to `depth`, lowest first, without those that cover nothing but padding. */
  readonly nodes: Uint8Array;
}

export const LOWEST_KEPT = OPENING_STEP;

export function wordCountOf({ words }: RegionNodes): number {
  return words.length / WORD_BYTES;
}

/** Nodes at `height` that cover at least one of `wordCount` words. */
export function nodesAt(wordCount: number, height: number): number {
  return Math.ceil(wordCount / 2 ** height);
}

/** Bytes of the kept nodes of a region. */
export function keptBytes(wordCount: number, depth: number): number {
  let nodes = 0;
  for (let height = LOWEST_KEPT; height <= depth; height++) nodes += nodesAt(wordCount, height);
  return nodes * WORD_BYTES;
}

/** The kept nodes of one height. */
export function levelOf(region: RegionNodes, height: number): Uint8Array {
  const wordCount = wordCountOf(region);
  let start = 0;
  for (let below = LOWEST_KEPT; below < height; below++) start += nodesAt(wordCount, below) * WORD_BYTES;
  return region.nodes.subarray(start, start + nodesAt(wordCount, height) * WORD_BYTES);
}

export function assertRegion(words: Uint8Array, depth: number): void {
  const count = words.length / WORD_BYTES;
  if (count === 0 || count % REGION_WORDS !== 0)
    throw new TensorError("BAD_SHAPE", `a region of ${words.length} bytes`, "regions are multiples of 32 words");
  if (count > 2 ** depth)
    throw new TensorError("BAD_SHAPE", `${count} words in a tree of depth ${depth}`, "use a deeper tree");
}
