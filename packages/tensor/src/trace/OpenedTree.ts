import { TensorError } from "../errors.ts";
import { fromHex, type Hex, toHex } from "../words.ts";
import { keccak256 } from "./keccak.ts";
import type { NodeSource } from "./NodeSource.ts";
import { childCount, childHeight } from "./openingHeights.ts";
import type { TraceTree } from "./TraceTree.ts";

/**
 * What a challenger knows of a tree that its provider withholds: the root, the children that openings showed, and, for
 * everything before the first difference, my own honest tree.
 */
export class OpenedTree implements NodeSource {
  readonly depth: number;
  readonly #mine: TraceTree;
  readonly #shown = new Map<string, Hex>();

  constructor(mine: TraceTree, root: string) {
    this.depth = mine.depth;
    this.#mine = mine;
    this.#shown.set(key(mine.depth, 0), root.toLowerCase() as Hex);
  }

  /** Adds the children that an opening of the branch at `height` and `position` showed, and all nodes between. */
  open(height: number, position: number, children: readonly string[]): this {
    const count = childCount(height);
    if (children.length !== count)
      throw new TensorError("BAD_ADDRESS", `${children.length} children at height ${height}`, `there are ${count}`);
    let level = children.map((child) => child.toLowerCase() as Hex);
    for (let [at, first] = [childHeight(height), position * count]; ; at++, first /= 2) {
      level.forEach((hash, i) => this.#shown.set(key(at, first + i), hash));
      if (at === height) return this;
      level = Array.from({ length: level.length / 2 }, (_, i) => fold(level[2 * i] as Hex, level[2 * i + 1] as Hex));
    }
  }

  node(height: number, position: number): Hex {
    return this.#shown.get(key(height, position)) ?? this.#mine.node(height, position);
  }
}

function key(height: number, position: number): string {
  return `${height}:${position}`;
}

function fold(left: Hex, right: Hex): Hex {
  return toHex(keccak256(fromHex(left), fromHex(right)));
}
