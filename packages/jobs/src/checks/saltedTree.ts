import { TensorInstance, TraceTree, WORD_BYTES } from "@millrace/tensor";

import { saltOf } from "./saltOf.js";

/** Words hashed at once: they and their salt lie side by side in memory. */
const BATCH = 4_096;

/**
 * A checker's own tree over the words of a trace: each is hashed with what only this checker of this claim has.
 */
export function saltedTree(claimId: bigint, account: string, words: Uint8Array): TraceTree {
  const salt = saltOf(claimId, account);
  const count = words.length / WORD_BYTES;
  const leaves = new Uint8Array(words.length);
  const instance = new TensorInstance();
  const from = instance.allocate(2 * BATCH * WORD_BYTES);
  const to = instance.allocate(BATCH * WORD_BYTES);
  for (let first = 0; first < count; first += BATCH) {
    const size = Math.min(BATCH, count - first);
    const pairs = instance.view(from, 2 * size * WORD_BYTES);
    for (let i = 0; i < size; i++) {
      const start = (first + i) * WORD_BYTES;
      pairs.set(salt, 2 * i * WORD_BYTES);
      pairs.set(words.subarray(start, start + WORD_BYTES), (2 * i + 1) * WORD_BYTES);
    }
    instance.exports.hashLevel(from, to, size);
    leaves.set(instance.view(to, size * WORD_BYTES), first * WORD_BYTES);
  }
  return TraceTree.build(leaves);
}
