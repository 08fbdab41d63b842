import { WORD_BYTES } from "../words.ts";
import { blocksOf, NodeHasher } from "./NodeHasher.ts";
import { assertRegion, keptBytes, type RegionNodes } from "./RegionNodes.ts";

/** Hashes the whole tree over `words`, of which it takes a copy. */
export function hashRegion(words: Uint8Array, depth: number, leafLog2: number): RegionNodes {
  assertRegion(words, depth);
  const nodes = new Uint8Array(keptBytes(words.length / WORD_BYTES, depth));
  const region = { words: words.slice(), depth, leafLog2, nodes };
  const hasher = new NodeHasher();
  for (let block = 0; block < blocksOf(region); block++) hasher.hashBlock(region, block);
  hasher.hashTop(region);
  return region;
}
