import { keccak, WORD } from "./words.js";

/**
 * Root of OpenZeppelin's `StandardMerkleTree` over the hashes of leaves, one after the other: an array in which
 * the children of i are 2i + 1 and 2i + 2, filled from its end with the leaves in ascending order.
 */
export function rootOf(leaves: Uint8Array): Uint8Array {
  const count = leaves.length / WORD;
  if (count === 0) return keccak("millrace.uptime.empty");
  const tree = new Uint8Array(WORD * (2 * count - 1));
  ascending(leaves).forEach((leaf, i) => {
    tree.set(leaves.subarray(WORD * leaf, WORD * (leaf + 1)), tree.length - WORD * (i + 1));
  });
  const pair = new Uint8Array(2 * WORD);
  for (let node = count - 2; node >= 0; node--) {
    const left = WORD * (2 * node + 1);
    const inOrder = compare(tree, left, tree, left + WORD) <= 0;
    pair.set(tree.subarray(left, left + WORD), inOrder ? 0 : WORD);
    pair.set(tree.subarray(left + WORD, left + 2 * WORD), inOrder ? WORD : 0);
    tree.set(keccak(pair), WORD * node);
  }
  return tree.slice(0, WORD);
}

/** Numbers of the leaves, the smallest hash first. */
function ascending(leaves: Uint8Array): Uint32Array {
  const view = new DataView(leaves.buffer, leaves.byteOffset, leaves.byteLength);
  // The first 52 bits as a number decide nearly always, and are quick to compare.
  const heads = Float64Array.from(
    { length: leaves.length / WORD },
    (_, i) => view.getUint32(WORD * i) * 2 ** 20 + (view.getUint32(WORD * i + 4) >>> 12),
  );
  return Uint32Array.from(heads.keys()).sort(
    (a, b) => (heads[a] ?? 0) - (heads[b] ?? 0) || compare(leaves, WORD * a, leaves, WORD * b),
  );
}

function compare(a: Uint8Array, atA: number, b: Uint8Array, atB: number): number {
  for (let i = 0; i < WORD; i++) {
    const difference = (a[atA + i] ?? 0) - (b[atB + i] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}
