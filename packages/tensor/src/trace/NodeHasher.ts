import { TensorInstance } from "../wasm/TensorModule.ts";
import { WORD_BYTES } from "../words.ts";
import { heightAbove, LEAF_LOG2 } from "./heights.ts";
import { LOWEST_KEPT, levelOf, nodesAt, type RegionNodes, wordCountOf } from "./RegionNodes.ts";
import { zeroRoot } from "./zeroRoots.ts";

/** Words of a block, as a logarithm: what is hashed at a time, so that memory does not grow with the region. */
const BLOCK_LOG2 = 12;

const BLOCK_WORDS = 2 ** BLOCK_LOG2;

export function blocksOf(region: RegionNodes): number {
  return Math.ceil(wordCountOf(region) / BLOCK_WORDS);
}

/** Blocks of which every word is among the first `words`. */
export function wholeBlocks(region: RegionNodes, words: number): number {
  return words >= wordCountOf(region) ? blocksOf(region) : Math.floor(Math.max(words, 0) / BLOCK_WORDS);
}

/** Fills in the nodes of regions, a block at a time and in any order, in a WebAssembly memory of its own. */
export class NodeHasher {
  readonly #instance = new TensorInstance();
  /** Two levels of a block, one hashed into the other, each with room for a right neighbour of its last node. */
  #scratch: readonly [number, number];

  constructor() {
    this.#scratch = this.#allocate(BLOCK_WORDS);
  }

  /** The nodes over one block of words. */
  hashBlock(region: RegionNodes, block: number): void {
    const first = block * BLOCK_WORDS;
    const words = region.words.subarray(first * WORD_BYTES, (first + BLOCK_WORDS) * WORD_BYTES);
    this.#hash(words, 0, Math.min(BLOCK_LOG2, region.depth), region.leafLog2, (height, nodes) => {
      if (height >= LOWEST_KEPT) levelOf(region, height).set(nodes, (first / 2 ** height) * WORD_BYTES);
    });
  }

  /** The nodes over all blocks, when every block has been hashed. */
  hashTop(region: RegionNodes): void {
    if (region.depth <= BLOCK_LOG2) return;
    const blocks = levelOf(region, BLOCK_LOG2);
    if (blocks.length / WORD_BYTES > BLOCK_WORDS) this.#scratch = this.#allocate(blocks.length / WORD_BYTES);
    this.#hash(blocks, BLOCK_LOG2, region.depth, region.leafLog2, (height, nodes) => {
      levelOf(region, height).set(nodes);
    });
  }

  /** Nodes below height 5 over 32 words, by height, without the words. */
  hashUnder(words: Uint8Array, leafLog2: number): Map<number, Uint8Array> {
    const levels = new Map<number, Uint8Array>();
    this.#hash(words, 0, LOWEST_KEPT - 1, leafLog2, (height, nodes) => levels.set(height, nodes.slice()));
    return levels;
  }

  #hash(
    nodes: Uint8Array,
    from: number,
    to: number,
    leafLog2: number,
    onLevel: (height: number, nodes: Uint8Array) => void,
  ): void {
    const { exports } = this.#instance;
    let [below, above] = this.#scratch;
    let count = nodes.length / WORD_BYTES;
    this.#instance.view(below, nodes.length).set(nodes);
    for (let height = from; height < to;) {
      const next = heightAbove(height, leafLog2);
      // Words are whole leaves, and whole pairs; above them a level may end in half a pair.
      if (height > 0 && count % 2 !== 0)
        this.#instance.view(below + count * WORD_BYTES, WORD_BYTES).set(zeroRoot(height, leafLog2));
      count = nodesAt(count, next - height);
      if (next - height === LEAF_LOG2) exports.hashLeaves(below, above, count);
      else exports.hashLevel(below, above, count);
      onLevel(next, this.#instance.view(above, count * WORD_BYTES));
      [below, above] = [above, below];
      height = next;
    }
  }

  #allocate(nodes: number): readonly [number, number] {
    const size = (nodes + 1) * WORD_BYTES;
    return [this.#instance.allocate(size), this.#instance.allocate(size)];
  }
}
