export { BulkTree, type LeafWriter } from "./BulkTree.js";
