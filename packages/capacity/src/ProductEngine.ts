import { fromHex, TensorInstance, WORD_BYTES } from "@millrace/tensor";

import { type Challenge, productLog2, rowNumber } from "./Challenge.ts";

/** Of the MatMul kernel: results are int32, and nothing is scaled, added or masked. */
const LANE_BITS_LOG2 = 5;
const NO_SCALE = 1;

/**
 * Computes products of a challenge with the WebAssembly of the tensor executor, one at a time in memory that it keeps:
 * rows are grown, multiplied, and the results hashed up to the product's root.
 */
export class ProductEngine {
  readonly #challenge: Challenge;
  readonly #instance = new TensorInstance();
  readonly #seeds: number;
  readonly #pairs: number;
  readonly #sides: readonly [number, number];
  /** Levels of the product's tree, words first. */
  readonly #levels: readonly number[];

  constructor(challenge: Challenge) {
    this.#challenge = challenge;
    const rows = 2 ** challenge.rowsLog2;
    const rowWords = 2 ** challenge.rowWordsLog2;
    const take = (words: number): number => this.#instance.allocate(words * WORD_BYTES);
    this.#seeds = take(rows);
    this.#pairs = take(2 * Math.max(rowWords, rows));
    this.#sides = [take(rows * rowWords), take(rows * rowWords)];
    const height = productLog2(challenge);
    this.#levels = Array.from({ length: height + 1 }, (_, level) => take(2 ** (height - level)));
  }

  /** Computes a product and gives its root. What `node` shows is of this product until the next. */
  compute(product: number): Uint8Array {
    const height = productLog2(this.#challenge);
    const { exports } = this.#instance;
    if (product % 100 < (this.#challenge.skippedPercent ?? 0)) this.#skip();
    else this.#multiply(product);
    for (let level = 0; level < height; level++) {
      const [nodes = 0, parents = 0] = [this.#levels[level], this.#levels[level + 1]];
      exports.hashLevel(nodes, parents, 2 ** (height - level - 1));
    }
    return this.node(height, 0).slice();
  }

  /** A hash of the last product's tree; at height 0 a word of results. */
  node(height: number, position: number): Uint8Array {
    return this.#instance.view((this.#levels[height] ?? 0) + position * WORD_BYTES, WORD_BYTES);
  }

  #multiply(product: number): void {
    const { rowsLog2, rowWordsLog2 } = this.#challenge;
    const rows = 2 ** rowsLog2;
    this.#grow(product, 0);
    this.#grow(product, 1);
    const [left, right] = this.#sides;
    const words = 2 ** productLog2(this.#challenge);
    const outRowLog2 = productLog2(this.#challenge) - rowsLog2;
    this.#instance.exports.matMul(
      ...([this.#levels[0] ?? 0, words, 0, left, rows, right, rows, rowWordsLog2] as const),
      ...([outRowLog2, LANE_BITS_LOG2, NO_SCALE, 0, 0, 0, 0] as const),
    );
  }

  #skip(): void {
    this.#instance.view(this.#levels[0] ?? 0, 2 ** productLog2(this.#challenge) * WORD_BYTES).fill(0);
  }

  /** Hashes of 64 bytes each: first the seeds of the rows, then the words of each row. */
  #grow(product: number, side: 0 | 1): void {
    const rows = 2 ** this.#challenge.rowsLog2;
    const rowWords = 2 ** this.#challenge.rowWordsLog2;
    const { exports } = this.#instance;
    const seed = fromHex(this.#challenge.seed);
    const pairs = this.#instance.view(this.#pairs, 2 * Math.max(rows, rowWords) * WORD_BYTES);
    for (let row = 0; row < rows; row++) {
      pairs.set(seed, 2 * row * WORD_BYTES);
      pairs.set(numberWord(rowNumber(product, side, row)), (2 * row + 1) * WORD_BYTES);
    }
    exports.hashLevel(this.#pairs, this.#seeds, rows);
    for (let word = 0; word < rowWords; word++) pairs.set(numberWord(BigInt(word)), (2 * word + 1) * WORD_BYTES);
    const seeds = this.#instance.view(this.#seeds, rows * WORD_BYTES);
    for (let row = 0; row < rows; row++) {
      const rowSeed = seeds.subarray(row * WORD_BYTES, (row + 1) * WORD_BYTES);
      for (let word = 0; word < rowWords; word++) pairs.set(rowSeed, 2 * word * WORD_BYTES);
      exports.hashLevel(this.#pairs, this.#sides[side] + row * rowWords * WORD_BYTES, rowWords);
    }
  }
}

function numberWord(value: bigint): Uint8Array {
  return fromHex(value.toString(16).padStart(2 * WORD_BYTES, "0"));
}
