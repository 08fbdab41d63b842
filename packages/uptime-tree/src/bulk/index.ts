import { LEAF_BYTES, type LeafTable } from "../format/LeafTable.js";
import { BulkTree } from "./BulkTree.js";

export { BulkTree, type LeafWriter } from "./BulkTree.js";

/** The tree of a report's leaves, for `buildReport`: about ten times as fast, and needs files, so not for browsers. */
export function bulkTreeOf(leaves: LeafTable): BulkTree {
  return new BulkTree(leaves.count, LEAF_BYTES, (index, view, at) => {
    leaves.write(index, view, at);
  });
}
