import { keccak256 } from "../trace/keccak.ts";
import { ceilLog2, type Hex, toHex } from "../words.ts";

/** A node of the sum tree, or a sibling on a path: what it commits to and how many words lie under it. */
export interface SumNode {
  readonly hash: Hex;
  readonly length: number;
}

interface RawNode {
  readonly hash: Uint8Array;
  readonly length: number;
}

const INNER_TAG = Uint8Array.of(1);
const EMPTY: RawNode = { hash: new Uint8Array(32), length: 0 };

function uint64(value: number): Uint8Array {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(value));
  return bytes;
}

function join(left: RawNode, right: RawNode): RawNode {
  return {
    hash: keccak256(INNER_TAG, left.hash, uint64(left.length), right.hash, uint64(right.length)),
    length: left.length + right.length,
  };
}

/**
 * Tree over a program's operators that commits to their lengths as well: an operator's first word is the sum of the
 * lengths to its left, so ranges can neither overlap nor leave gaps. Empty leaves are `(0, 0)`.
 */
export class SumTree {
  readonly depth: number;
  readonly #levels: RawNode[][];
  /** Roots of empty subtrees by height. */
  readonly #empties: RawNode[] = [];

  constructor(leaves: readonly { readonly leaf: Uint8Array; readonly words: number }[]) {
    this.depth = ceilLog2(leaves.length);
    this.#levels = [leaves.map(({ leaf, words }) => ({ hash: leaf, length: words }))];
    let empty = EMPTY;
    this.#empties.push(empty);
    for (let height = 0; height < this.depth; height++) {
      const below = this.#levels[height] ?? [];
      const pairs = Math.ceil(below.length / 2);
      this.#levels.push(
        Array.from({ length: pairs }, (_, i) => join(below[2 * i] ?? empty, below[2 * i + 1] ?? empty)),
      );
      empty = join(empty, empty);
      this.#empties.push(empty);
    }
  }

  get root(): Hex {
    return toHex(this.#node(this.depth, 0).hash);
  }

  get totalWords(): number {
    return this.#node(this.depth, 0).length;
  }

  /** Siblings from the leaf at `index` up to the root. */
  siblings(index: number): SumNode[] {
    return Array.from({ length: this.depth }, (_, height) => {
      const { hash, length } = this.#node(height, Math.floor(index / 2 ** height) ^ 1);
      return { hash: toHex(hash), length };
    });
  }

  #node(height: number, position: number): RawNode {
    return this.#levels[height]?.[position] ?? this.#empties[height] ?? EMPTY;
  }
}
