import { fromHex, type Hex, TensorInstance, toHex, WORD_BYTES, ZERO_WORD } from "@millrace/tensor";

import { type Challenge, depthOf, productLog2 } from "./Challenge.ts";

/** The tree over all results, above the roots of the products: these are kept, the results are computed again. */
export class ResultTree {
  /** Levels from the products' roots up, padded to powers of two. */
  readonly #levels: readonly Uint8Array[];

  /** @param roots - roots of the products, one after another */
  constructor(challenge: Challenge, roots: Uint8Array) {
    const instance = new TensorInstance();
    const height = depthOf(challenge) - productLog2(challenge);
    const counts = Array.from({ length: height + 1 }, (_, level) => 2 ** (height - level));
    const starts = counts.map((count) => instance.allocate(count * WORD_BYTES));
    const [bottom = 0] = starts;
    const pad = zeroRoot(instance, productLog2(challenge));
    const level = instance.view(bottom, (counts[0] ?? 0) * WORD_BYTES);
    for (let start = roots.length; start < level.length; start += WORD_BYTES) level.set(pad, start);
    level.set(roots);
    for (let i = 0; i < height; i++) instance.exports.hashLevel(starts[i] ?? 0, starts[i + 1] ?? 0, counts[i + 1] ?? 0);
    this.#levels = counts.map((count, i) => instance.view(starts[i] ?? 0, count * WORD_BYTES));
  }

  get root(): Hex {
    return toHex(this.#levels.at(-1) ?? new Uint8Array());
  }

  /** Siblings from a product's root up to the root. */
  siblings(product: number): Hex[] {
    return this.#levels.slice(0, -1).map((nodes, level) => {
      const sibling = (Math.floor(product / 2 ** level) ^ 1) * WORD_BYTES;
      return toHex(nodes.subarray(sibling, sibling + WORD_BYTES));
    });
  }
}

/** Root of a tree of zero words. */
function zeroRoot(instance: TensorInstance, height: number): Uint8Array {
  const pair = instance.allocate(2 * WORD_BYTES);
  const parent = instance.allocate(WORD_BYTES);
  let root = fromHex(ZERO_WORD);
  for (let i = 0; i < height; i++) {
    const both = instance.view(pair, 2 * WORD_BYTES);
    both.set(root);
    both.set(root, WORD_BYTES);
    instance.exports.hashLevel(pair, parent, 1);
    root = instance.view(parent, WORD_BYTES).slice();
  }
  return root;
}
