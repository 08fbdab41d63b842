import { TensorError } from "../errors.ts";
import { ceilLog2, type Hex, toHex, WORD_BYTES } from "../words.ts";
import { blocksOf, NodeHasher } from "./NodeHasher.ts";
import { type NodeSource, siblingsOf } from "./NodeSource.ts";
import { childCount, childHeight } from "./openingHeights.ts";
import { assertRegion, keptBytes, levelOf, LOWEST_KEPT, type RegionNodes, wordCountOf } from "./RegionNodes.ts";
import { zeroRoot } from "./zeroRoots.ts";

/** Hashes again what trees do not keep; one for all trees of a thread. */
let rehasher: NodeHasher | undefined;

/**
 * The tree of one region: leaves are the raw words, an inner node is `keccak256(left ‖ right)`, words past the end are
 * zero. A node is named by its height (words have 0) and its position among the nodes of that height.
 */
export class TraceTree implements NodeSource {
  readonly depth: number;
  readonly wordCount: number;
  readonly #region: RegionNodes;
  /** The 32 words that were last looked into, and the nodes over them. */
  #block: { readonly index: number; readonly levels: readonly Uint8Array[] } | undefined;

  private constructor(region: RegionNodes) {
    this.#region = region;
    this.depth = region.depth;
    this.wordCount = wordCountOf(region);
  }

  /** Depth of the tree of a region of `words` words. */
  static depthOf(words: number): number {
    return ceilLog2(words);
  }

  /** Builds the tree over `words` (a copy is taken) at `depth`, by default the least that holds them. */
  static build(words: Uint8Array, depth: number = TraceTree.depthOf(words.length / WORD_BYTES)): TraceTree {
    assertRegion(words, depth);
    const nodes = new Uint8Array(keptBytes(words.length / WORD_BYTES, depth));
    const region = { words: words.slice(), depth, nodes };
    const hasher = new NodeHasher();
    for (let block = 0; block < blocksOf(region); block++) hasher.hashBlock(region, block);
    hasher.hashTop(region);
    return new TraceTree(region);
  }

  /** The tree of a region whose nodes have all been hashed: what `pack` gave, perhaps in another thread. */
  static unpack(region: RegionNodes): TraceTree {
    return new TraceTree(region);
  }

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
    if (height < 0 || height > this.depth || position < 0 || position >= 2 ** (this.depth - height))
      throw new TensorError("BAD_ADDRESS", `no node ${position} at height ${height}`, `the depth is ${this.depth}`);
    // Regions are multiples of 32 words, so below height 5 no node covers words and padding both.
    if (position * 2 ** height >= this.wordCount) return zeroRoot(height);
    if (height === 0) return nodeOf(this.words, position);
    if (height >= LOWEST_KEPT) return nodeOf(levelOf(this.#region, height), position);
    const positions = 2 ** (LOWEST_KEPT - height);
    const nodes = this.#under(Math.floor(position / positions))[height] as Uint8Array;
    return nodeOf(nodes, position % positions);
  }

  /** Root of the subtree of `2^height` words that begins at word `start`. */
  subtreeRoot(start: number, height: number): Hex {
    return this.node(height, start / 2 ** height);
  }

  /** The `depth − height` siblings that lead from a node up to the root. */
  siblings(position: number, height = 0): Hex[] {
    return siblingsOf(this, position, height);
  }

  /** Children that an opening of the branch at `height` and `position` shows, left to right. */
  openingChildren(height: number, position: number): Hex[] {
    const count = childCount(height);
    const below = childHeight(height);
    return Array.from({ length: count }, (_, i) => this.node(below, position * count + i));
  }

  /** `2^height` raw words from `start`. */
  rangeWords(start: number, height: number): Hex[] {
    return Array.from({ length: 2 ** height }, (_, i) => this.node(0, start + i));
  }

  /** Nodes under the node at height 5 and position `index`, by height. */
  #under(index: number): readonly Uint8Array[] {
    if (this.#block?.index === index) return this.#block.levels;
    rehasher ??= new NodeHasher();
    const bytes = 2 ** LOWEST_KEPT * WORD_BYTES;
    const levels = rehasher.hashUnder(this.words.subarray(index * bytes, (index + 1) * bytes));
    this.#block = { index, levels };
    return levels;
  }
}

function nodeOf(level: Uint8Array, position: number): Uint8Array {
  return level.subarray(position * WORD_BYTES, (position + 1) * WORD_BYTES);
}
