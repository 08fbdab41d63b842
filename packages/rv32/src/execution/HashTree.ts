import { keccak_256 } from "@noble/hashes/sha3.js";

/** A small binary tree over hashes. */
export class HashTree {
  /** From the leaves up to the root. */
  readonly #levels: readonly (readonly Uint8Array[])[];

  /** @param leaves - as many as a power of two */
  constructor(leaves: readonly Uint8Array[]) {
    let level = leaves;
    const levels = [level];
    while (level.length > 1) {
      const below = level;
      level = Array.from({ length: below.length / 2 }, (_, i) =>
        joinHashes(nodeOf(below, 2 * i), nodeOf(below, 2 * i + 1)),
      );
      levels.push(level);
    }
    this.#levels = levels;
  }

  get root(): Uint8Array {
    return nodeOf(this.#levels.at(-1) ?? [], 0);
  }

  /** Siblings of a leaf, bottom up. */
  siblings(index: number): Uint8Array[] {
    return this.#levels.slice(0, -1).map((nodes, height) => nodeOf(nodes, Math.floor(index / 2 ** height) ^ 1));
  }
}

/** The node above two. */
export function joinHashes(left: Uint8Array, right: Uint8Array): Uint8Array {
  return keccak_256(Buffer.concat([left, right]));
}

function nodeOf(nodes: readonly Uint8Array[], index: number): Uint8Array {
  const node = nodes[index];
  if (node === undefined) throw new RangeError(`the tree has no node ${index} there`);
  return node;
}
