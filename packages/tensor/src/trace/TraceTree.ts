import { WORD_BYTES } from "../words.ts";
import { hashRegion } from "./hashRegion.ts";
import { LEAF_LOG2 } from "./heights.ts";
import type { RegionNodes } from "./RegionNodes.ts";
import { WordTree } from "./WordTree.ts";

/** The tree of a region of a tensor program: a leaf is the hash of eight words. */
export class TraceTree extends WordTree {
  declare readonly leafLog2: typeof LEAF_LOG2;

  /** Builds the tree over `words` (a copy is taken) at `depth`, by default the least that holds them. */
  static build(words: Uint8Array, depth: number = TraceTree.depthOf(words.length / WORD_BYTES)): TraceTree {
    return new TraceTree(hashRegion(words, depth, LEAF_LOG2));
  }

  /** The tree of a region whose nodes have all been hashed: what `pack` gave, perhaps in another thread. */
  static unpack(region: RegionNodes): TraceTree {
    return new TraceTree(region);
  }
}
