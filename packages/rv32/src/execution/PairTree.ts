import { HashTree, joinHashes } from "./HashTree.ts";

/**
 * The tree by which a list of states is committed to: its leaves are the pairs of neighbours, so that one proof shows that
 * two states are next to each other. Beyond the list's end the last state is repeated. The siblings of a leaf are those of
 * the pair that ends with that state of the list.
 */
export class PairTree extends HashTree {
  /**
   * @param first - state before the list
   * @param states - the list, not empty
   * @param bits - the tree has 2^bits leaves; as few as hold the list if not given
   */
  constructor(first: Uint8Array, states: readonly Uint8Array[], bits = bitsFor(states.length)) {
    const last = states.at(-1) ?? first;
    const stateAt = (index: number): Uint8Array => (index < 0 ? first : (states[index] ?? last));
    super(Array.from({ length: 2 ** bits }, (_, i) => joinHashes(stateAt(i - 1), stateAt(i))));
  }
}

/** Levels of the tree over a list. */
export function bitsFor(count: number): number {
  return Math.ceil(Math.log2(count));
}
