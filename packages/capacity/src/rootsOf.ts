import { WORD_BYTES } from "@millrace/tensor";

import type { Challenge } from "./Challenge.ts";
import { ProductEngine } from "./ProductEngine.ts";

/** Roots of consecutive products, computed in the caller's thread. */
export function rootsOf(challenge: Challenge, first = 0, count = challenge.products - first): Uint8Array {
  const engine = new ProductEngine(challenge);
  const roots = new Uint8Array(count * WORD_BYTES);
  for (let i = 0; i < count; i++) roots.set(engine.compute(first + i), i * WORD_BYTES);
  return roots;
}
