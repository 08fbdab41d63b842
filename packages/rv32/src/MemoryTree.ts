import { keccak_256 } from "@noble/hashes/sha3.js";

import { LEAF_BYTES } from "./Machine.ts";

/** A leaf of a memory, with what folds it to the root. */
export interface LeafProof {
  readonly leaf: Uint8Array;
  /** Bottom up. */
  readonly siblings: readonly Uint8Array[];
}

/** The binary keccak tree over a memory: leaves of 32 bytes, used raw. A picture of the memory when it was made. */
export class MemoryTree {
  /** From the leaves up to the root. */
  readonly #levels: readonly (readonly Uint8Array[])[];

  constructor(memory: Uint8Array) {
    let level: Uint8Array[] = Array.from({ length: memory.length / LEAF_BYTES }, (_, i) =>
      memory.slice(i * LEAF_BYTES, (i + 1) * LEAF_BYTES),
    );
    const levels = [level];
    while (level.length > 1) {
      level = Array.from({ length: level.length / 2 }, (_, i) => parent(at(level, 2 * i), at(level, 2 * i + 1)));
      levels.push(level);
    }
    this.#levels = levels;
  }

  get depth(): number {
    return this.#levels.length - 1;
  }

  get root(): Uint8Array {
    return at(this.#levels[this.depth] ?? [], 0);
  }

  /** The leaf that holds an address. @throws RangeError when the address is outside */
  proofAt(address: number): LeafProof {
    const index = Math.floor(address / LEAF_BYTES);
    const siblings = this.#levels.slice(0, -1).map((nodes, height) => at(nodes, Math.floor(index / 2 ** height) ^ 1));
    return { leaf: at(this.#levels[0] ?? [], index), siblings };
  }
}

function parent(left: Uint8Array, right: Uint8Array): Uint8Array {
  return keccak_256(Buffer.concat([left, right]));
}

function at(nodes: readonly Uint8Array[], index: number): Uint8Array {
  const node = nodes[index];
  if (node === undefined) throw new RangeError(`the tree has no node ${index} there`);
  return node;
}
