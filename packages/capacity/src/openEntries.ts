import { type Hex, toHex } from "@millrace/tensor";

import { type Challenge, type Entry, type Opening, productLog2 } from "./Challenge.ts";
import { ProductEngine } from "./ProductEngine.ts";
import { ResultTree } from "./ResultTree.ts";

/** Opens entries of results whose products have these roots; computes the products that they lie in again. */
export function openEntries(challenge: Challenge, roots: Uint8Array, entries: readonly Entry[]): Opening[] {
  const engine = new ProductEngine(challenge);
  const tree = new ResultTree(challenge, roots);
  const height = productLog2(challenge);
  let computed = -1;
  return entries.map(({ product, position }) => {
    if (product !== computed) engine.compute(product);
    computed = product;
    const word = position % 2 ** height;
    const siblings: Hex[] = [];
    for (let level = 0; level < height; level++)
      siblings.push(toHex(engine.node(level, Math.floor(word / 2 ** level) ^ 1)));
    return { word: toHex(engine.node(0, word)), siblings: [...siblings, ...tree.siblings(product)] };
  });
}
