import { TensorError } from "../errors.ts";
import { fromHex, type Hex } from "../words.ts";
import { heightAbove } from "./heights.ts";
import { keccak256Hex } from "./keccak.ts";
import type { NodeSource } from "./NodeSource.ts";
import { childCount, childHeight } from "./children.ts";
import type { TraceTree } from "./TraceTree.ts";

/**
 * What a challenger knows of a tree that its provider withholds: the root, the children that openings showed, and, for
 * everything before the first difference, my own honest tree.
 */
export class OpenedTree implements NodeSource {
  readonly depth: number;
  readonly leafLog2: number;
  readonly #mine: TraceTree;
  readonly #shown = new Map<string, Hex>();

  constructor(mine: TraceTree, root: string) {
    this.depth = mine.depth;
    this.leafLog2 = mine.leafLog2;
    this.#mine = mine;
    this.#shown.set(key(mine.depth, 0), root.toLowerCase() as Hex);
  }

  /** Adds the children that an opening of the branch at `height` and `position` showed, and all nodes between. */
  open(height: number, position: number, children: readonly string[]): this {
    const count = childCount(height);
    if (children.length !== count)
      throw new TensorError("BAD_ADDRESS", `${children.length} children at height ${height}`, `there are ${count}`);
    let level = children.map((child) => child.toLowerCase() as Hex);
    for (let at = childHeight(height); ;) {
      const first = position * 2 ** (height - at);
      level.forEach((hash, i) => this.#shown.set(key(at, first + i), hash));
      if (at === height) return this;
      const above = heightAbove(at, this.leafLog2);
      level = folded(level, 2 ** (above - at));
      at = above;
    }
  }

  node(height: number, position: number): Hex {
    return this.#shown.get(key(height, position)) ?? this.#mine.node(height, position);
  }
}

function key(height: number, position: number): string {
  return `${height}:${position}`;
}

/** Hashes over as many neighbours each. */
function folded(level: readonly Hex[], count: number): Hex[] {
  return Array.from({ length: level.length / count }, (_, i) =>
    keccak256Hex(...level.slice(i * count, (i + 1) * count).map(fromHex)),
  );
}
