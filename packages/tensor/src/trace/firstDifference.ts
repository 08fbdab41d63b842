import type { Hex } from "../words.ts";
import { childCount, childHeight } from "./children.ts";
import type { TraceTree } from "./TraceTree.ts";
import type { WordTree } from "./WordTree.ts";

/** First word in which two trees of one depth and kind differ, or undefined if they are equal. */
export function firstDifference<Tree extends WordTree>(mine: Tree, theirs: Tree): number | undefined {
  const same = (height: number, position: number): boolean =>
    Buffer.compare(mine.nodeBytes(height, position), theirs.nodeBytes(height, position)) === 0;
  if (same(mine.depth, 0)) return undefined;
  let position = 0;
  for (let height = mine.depth - 1; height >= mine.leafLog2; height--) {
    position *= 2;
    if (same(height, position)) position += 1;
  }
  let word = position * 2 ** mine.leafLog2;
  while (same(0, word)) word += 1;
  return word;
}

/** A child of an opened branch that differs from mine. */
export interface DifferentChild {
  /** Index among the children shown. */
  readonly index: number;
  readonly height: number;
  /** Position among all nodes of its height; at height 0 the word's offset in its region. */
  readonly position: number;
  readonly hash: Hex;
}

/** First child, of those shown when the branch at `height` and `position` was opened, that differs from my tree's. */
export function firstDifferentChild(
  mine: TraceTree,
  height: number,
  position: number,
  children: readonly string[],
): DifferentChild | undefined {
  const below = childHeight(height);
  const first = position * childCount(height);
  const index = children.findIndex((child, i) => child.toLowerCase() !== mine.node(below, first + i));
  const hash = children[index];
  if (hash === undefined) return undefined;
  return { index, height: below, position: first + index, hash: hash.toLowerCase() as Hex };
}
