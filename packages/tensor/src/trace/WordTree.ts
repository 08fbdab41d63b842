import { TensorError } from "../errors.ts";
import { ceilLog2, type Hex, toHex, WORD_BYTES } from "../words.ts";
import { assertHeight } from "./heights.ts";
import { NodeHasher } from "./NodeHasher.ts";
import { type NodeSource, siblingsOf } from "./NodeSource.ts";
import { childCount, childHeight } from "./children.ts";
import { levelOf, LOWEST_KEPT, type RegionNodes, wordCountOf } from "./RegionNodes.ts";
import { zeroRoot } from "./zeroRoots.ts";

/** Hashes again what trees do not keep; one for all trees of a thread. */
let rehasher: NodeHasher | undefined;

/**
 * The tree over the words of one region: a leaf is the hash of `2^leafLog2` words, or a raw word where that is one, an
 * inner node is `keccak256(left ‖ right)`, words past the end are zero. A node is named by its height, the logarithm of the
 * words that it covers, and its position among the nodes of that height; words have height 0.
 */
export abstract class WordTree implements NodeSource {
  readonly depth: number;
  readonly leafLog2: number;
  readonly wordCount: number;
  readonly #region: RegionNodes;
  /** The 32 words that were last looked into, and the nodes over them. */
  #block: { readonly index: number; readonly levels: ReadonlyMap<number, Uint8Array> } | undefined;

  /** @param region - whose nodes have all been hashed */
  protected constructor(region: RegionNodes) {
    this.#region = region;
    this.depth = region.depth;
    this.leafLog2 = region.leafLog2;
    this.wordCount = wordCountOf(region);
  }

  /** Depth of the tree of a region of `words` words. */
  static depthOf(words: number): number {
    return ceilLog2(words);
  }

  /** All there is of the tree: for another thread. */
  pack(): RegionNodes {
    return this.#region;
  }

  get root(): Hex {
    return this.node(this.depth, 0);
  }

  /** The raw words, without padding; not to be written to. */
  get words(): Uint8Array {
    return this.#region.words;
  }

  /** Hash at `height` and `position`; at height 0 the raw word. */
  node(height: number, position: number): Hex {
    return toHex(this.nodeBytes(height, position));
  }

  nodeBytes(height: number, position: number): Uint8Array {
    assertHeight(height, this);
    if (position < 0 || position >= 2 ** (this.depth - height))
      throw new TensorError("BAD_ADDRESS", `no node ${position} at height ${height}`, `the depth is ${this.depth}`);
    // Regions are multiples of 32 words, so below height 5 no node covers words and padding both.
    if (position * 2 ** height >= this.wordCount) return zeroRoot(height, this.leafLog2);
    if (height === 0) return nodeOf(this.words, position);
    if (height >= LOWEST_KEPT) return nodeOf(levelOf(this.#region, height), position);
    const positions = 2 ** (LOWEST_KEPT - height);
    const nodes = this.#under(Math.floor(position / positions)).get(height) as Uint8Array;
    return nodeOf(nodes, position % positions);
  }

  /** What leads from a node, or from words, up to the root. */
  siblings(position: number, height = 0): Hex[] {
    return siblingsOf(this, position, height);
  }

  /** Children that an opening of the branch at `height` and `position` shows, left to right. */
  openingChildren(height: number, position: number): Hex[] {
    const count = childCount(height);
    const below = childHeight(height);
    return Array.from({ length: count }, (_, i) => this.node(below, position * count + i));
  }

  /** Nodes under the node at height 5 and position `index`, by height. */
  #under(index: number): ReadonlyMap<number, Uint8Array> {
    if (this.#block?.index === index) return this.#block.levels;
    rehasher ??= new NodeHasher();
    const bytes = 2 ** LOWEST_KEPT * WORD_BYTES;
    const levels = rehasher.hashUnder(this.words.subarray(index * bytes, (index + 1) * bytes), this.leafLog2);
    this.#block = { index, levels };
    return levels;
  }
}

function nodeOf(level: Uint8Array, position: number): Uint8Array {
  return level.subarray(position * WORD_BYTES, (position + 1) * WORD_BYTES);
}
