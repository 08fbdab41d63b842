import type { ShownLeaf } from "./shownLeaves.js";

/**
 * Two leaves under one root that cannot both be there, as `LeafRules.excludeEachOther`: of one index, or of which the
 * second does not begin with the sum at which the first ends. The first of them comes first.
 * @param shown all different
 */
export function findFalsePair(shown: readonly ShownLeaf[]): readonly [first: ShownLeaf, second: ShownLeaf] | undefined {
  const byIndex = new Map<number, ShownLeaf>();
  for (const each of shown) {
    const same = byIndex.get(each.leaf.index);
    if (same !== undefined) return [same, each];
    byIndex.set(each.leaf.index, each);
  }
  for (const first of shown) {
    const second = byIndex.get(first.leaf.index + 1);
    if (second !== undefined && first.leaf.pointsBefore + first.leaf.points !== second.leaf.pointsBefore)
      return [first, second];
  }
  return undefined;
}
