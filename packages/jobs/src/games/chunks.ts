import { siblingsOf, type WordTree } from "@millrace/tensor";

/** Chunks have 2^8 words, or are the whole of a smaller region: `CHUNK_LOG2` of the games. */
const CHUNK_LOG2 = 8;

/** Words of one of its chunks. */
export function chunkWords(depth: number): number {
  return 2 ** Math.min(CHUNK_LOG2, depth);
}

/** A chunk of a region, with what shows that it is there. */
export function chunkOf(tree: WordTree, chunk: number): { words: string[]; siblings: string[] } {
  const count = chunkWords(tree.depth);
  const words = Array.from({ length: count }, (_, i) => tree.node(0, chunk * count + i));
  return { words, siblings: siblingsOf(tree, chunk, Math.log2(count)) };
}
