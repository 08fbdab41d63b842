import { hashRegion } from "./hashRegion.ts";
import { WordTree } from "./WordTree.ts";

/** The tree of a region of a machine's memory, and as such a part of that memory's tree: leaves are the raw words. */
export class BinaryTree extends WordTree {
  declare readonly leafLog2: 0;

  /** Builds the tree over `words` (a copy is taken) at `depth`. */
  static build(words: Uint8Array, depth: number): BinaryTree {
    return new BinaryTree(hashRegion(words, depth, 0));
  }
}
