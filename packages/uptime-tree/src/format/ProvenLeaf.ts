import { AbiCoder } from "ethers";

import { hashLeaf, leafTypes, leafValues, type Leaf } from "./Leaf.js";
import { rootFrom } from "./StandardTree.js";

/** A node's leaf of a report, with the path from it to the report's root. */
export interface ProvenLeaf {
  readonly leaf: Leaf;
  readonly proof: string[];
}

/** Which report, as far as a leaf can be held against it: its epoch, and the root that the chain has for it. */
export interface ReportRoot {
  readonly epoch: number;
  readonly root: string;
}

/** Whether it is the leaf of a node in a report, as contracts see it: they refuse what is not. */
export function isLeafIn({ epoch, root }: ReportRoot, nodeId: bigint, { leaf, proof }: ProvenLeaf): boolean {
  if (leaf.epoch !== epoch || leaf.nodeId !== nodeId) return false;
  try {
    // Throws for what no call could carry, though it may hash to the same.
    AbiCoder.defaultAbiCoder().encode([...leafTypes, "bytes32[]"], [...leafValues(leaf), proof]);
    return rootFrom(hashLeaf(leaf), proof) === root.toLowerCase();
  } catch {
    return false;
  }
}
