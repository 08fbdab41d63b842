import { keccak_256 } from "@noble/hashes/sha3.js";

/**
 * The tree by which a list of states is committed to: its leaves are the pairs of neighbours, so that one proof shows that
 * two states are next to each other. Beyond the list's end the last state is repeated.
 */
export class PairTree {
  /** From the leaves up to the root. */
  readonly #levels: readonly (readonly Uint8Array[])[];

  /**
   * @param first - state before the list
   * @param states - the list, not empty
   * @param bits - the tree has 2^bits leaves; as few as hold the list if not given
   */
  constructor(first: Uint8Array, states: readonly Uint8Array[], bits = bitsFor(states.length)) {
    const last = states.at(-1) ?? first;
    const stateAt = (index: number): Uint8Array => (index < 0 ? first : (states[index] ?? last));
    let level = Array.from({ length: 2 ** bits }, (_, i) => join(stateAt(i - 1), stateAt(i)));
    const levels = [level];
    while (level.length > 1) {
      const below = level;
      level = Array.from({ length: below.length / 2 }, (_, i) => join(nodeOf(below, 2 * i), nodeOf(below, 2 * i + 1)));
      levels.push(level);
    }
    this.#levels = levels;
  }

  get root(): Uint8Array {
    return nodeOf(this.#levels.at(-1) ?? [], 0);
  }

  /** Siblings of the pair that ends with a state of the list, bottom up. */
  siblings(index: number): Uint8Array[] {
    return this.#levels.slice(0, -1).map((nodes, height) => nodeOf(nodes, Math.floor(index / 2 ** height) ^ 1));
  }
}

/** Levels of the tree over a list. */
export function bitsFor(count: number): number {
  return Math.ceil(Math.log2(count));
}

function join(left: Uint8Array, right: Uint8Array): Uint8Array {
  return keccak_256(Buffer.concat([left, right]));
}

function nodeOf(nodes: readonly Uint8Array[], index: number): Uint8Array {
  const node = nodes[index];
  if (node === undefined) throw new RangeError(`the tree has no node ${index} there`);
  return node;
}
