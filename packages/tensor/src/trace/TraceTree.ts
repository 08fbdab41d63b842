import { TensorError } from "../errors.ts";
import { TensorInstance } from "../wasm/TensorModule.ts";
import { ceilLog2, fromHex, type Hex, REGION_WORDS, toHex, WORD_BYTES, ZERO_WORD } from "../words.ts";
import { type NodeSource, siblingsOf } from "./NodeSource.ts";
import { childCount, childHeight } from "./openingHeights.ts";

/** Roots of empty trees by height: a zero word, then the hash of two of the former. */
const zeroRoots: Uint8Array[] = [fromHex(ZERO_WORD)];

/** A tree as one block of bytes: its levels, words first. */
export interface PackedTree {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly wordCount: number;
  readonly depth: number;
}

/**
 * The tree of one region: leaves are the raw words, an inner node is `keccak256(left ‖ right)`, words past the end are
 * zero. A node is named by its height (words have 0) and its position among the nodes of that height.
 */
export class TraceTree implements NodeSource {
  readonly depth: number;
  readonly wordCount: number;
  /** Nodes by height, without those that cover nothing but padding. */
  readonly #levels: readonly Uint8Array[];
  readonly #zeroRoots: readonly Uint8Array[];

  private constructor(levels: readonly Uint8Array[], zeros: readonly Uint8Array[]) {
    this.#levels = levels;
    this.#zeroRoots = zeros;
    this.depth = levels.length - 1;
    this.wordCount = (levels[0]?.length ?? 0) / WORD_BYTES;
  }

  /** Depth of the tree of a region of `words` words. */
  static depthOf(words: number): number {
    return ceilLog2(words);
  }

  /** Builds the tree over `words` (a copy is taken) at `depth`, by default the least that holds them. */
  static build(words: Uint8Array, depth: number = TraceTree.depthOf(words.length / WORD_BYTES)): TraceTree {
    const count = words.length / WORD_BYTES;
    if (count === 0 || count % REGION_WORDS !== 0)
      throw new TensorError("BAD_SHAPE", `a region of ${words.length} bytes`, "regions are multiples of 32 words");
    if (count > 2 ** depth)
      throw new TensorError("BAD_SHAPE", `${count} words in a tree of depth ${depth}`, "use a deeper tree");
    const instance = new TensorInstance();
    const counts = Array.from({ length: depth + 1 }, (_, height) => Math.ceil(count / 2 ** height));
    // Room for a right neighbour of the last node, which is the root of an empty subtree.
    const starts = counts.map((nodes) => instance.allocate((nodes + 1) * WORD_BYTES));
    const zeros = [...TraceTree.#zerosTo(depth, instance)];
    instance.view(starts[0] ?? 0, words.length).set(words);
    for (let height = 0; height < depth; height++) {
      const [nodes = 0, start = 0, parents = 0] = [counts[height], starts[height], starts[height + 1]];
      instance.view(start + nodes * WORD_BYTES, WORD_BYTES).set(zeros[height] as Uint8Array);
      instance.exports.hashLevel(start, parents, Math.ceil(nodes / 2));
    }
    const levels = counts.map((nodes, height) => instance.view(starts[height] ?? 0, nodes * WORD_BYTES));
    return new TraceTree(levels, zeros);
  }

  static #zerosTo(depth: number, instance: TensorInstance): readonly Uint8Array[] {
    const pair = instance.allocate(2 * WORD_BYTES);
    const parent = instance.allocate(WORD_BYTES);
    while (zeroRoots.length <= depth) {
      const last = zeroRoots[zeroRoots.length - 1] as Uint8Array;
      instance.view(pair, WORD_BYTES).set(last);
      instance.view(pair + WORD_BYTES, WORD_BYTES).set(last);
      instance.exports.hashLevel(pair, parent, 1);
      zeroRoots.push(instance.view(parent, WORD_BYTES).slice());
    }
    return zeroRoots.slice(0, depth + 1);
  }

  /** All nodes in one block of memory that another thread can take over. */
  pack(): PackedTree {
    const bytes = new Uint8Array(this.#levels.reduce((sum, level) => sum + level.length, 0));
    let start = 0;
    for (const level of this.#levels) {
      bytes.set(level, start);
      start += level.length;
    }
    return { bytes, wordCount: this.wordCount, depth: this.depth };
  }

  static unpack({ bytes, wordCount, depth }: PackedTree): TraceTree {
    let start = 0;
    const levels = Array.from({ length: depth + 1 }, (_, height) => {
      const level = bytes.subarray(start, start + Math.ceil(wordCount / 2 ** height) * WORD_BYTES);
      start += level.length;
      return level;
    });
    return new TraceTree(levels, TraceTree.#zerosTo(depth, new TensorInstance()));
  }

  get root(): Hex {
    return this.node(this.depth, 0);
  }

  /** The raw words, without padding; not to be written to. */
  get words(): Uint8Array {
    return this.#level(0);
  }

  /** Hash at `height` and `position`; at height 0 the raw word. */
  node(height: number, position: number): Hex {
    return toHex(this.nodeBytes(height, position));
  }

  nodeBytes(height: number, position: number): Uint8Array {
    if (height < 0 || height > this.depth || position < 0 || position >= 2 ** (this.depth - height))
      throw new TensorError("BAD_ADDRESS", `no node ${position} at height ${height}`, `the depth is ${this.depth}`);
    const level = this.#level(height);
    const start = position * WORD_BYTES;
    return start < level.length ? level.subarray(start, start + WORD_BYTES) : this.#zero(height);
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

  #level(height: number): Uint8Array {
    return this.#levels[height] as Uint8Array;
  }

  #zero(height: number): Uint8Array {
    return this.#zeroRoots[height] as Uint8Array;
  }
}
