import { hashLeaf, leafTypes, leafValues, rootFrom } from "@millrace/uptime-tree/format";
import { AbiCoder } from "ethers";

import type { AttestorClient, ProvenLeaf } from "./AttestorClient.js";

/** A report that stands. */
interface Posted {
  readonly epoch: number;
  readonly root: string;
}

/**
 * A node's leaf of a final report, from the first attestor that shows it. One that shows something else is passed over:
 * the contract would refuse it, and refuse it again for as long as the same attestor is asked first.
 */
export async function leafOf(
  attestors: readonly AttestorClient[],
  report: Posted,
  nodeId: bigint,
): Promise<ProvenLeaf | undefined> {
  for (const attestor of attestors) {
    const proven = await attestor.leaf(report.epoch, nodeId);
    if (proven !== undefined && isIn(report, nodeId, proven)) return proven;
  }
  return undefined;
}

function isIn({ epoch, root }: Posted, nodeId: bigint, { leaf, proof }: ProvenLeaf): boolean {
  if (leaf.epoch !== epoch || leaf.nodeId !== nodeId) return false;
  try {
    // Throws for what no call could carry, though it may hash to the same.
    AbiCoder.defaultAbiCoder().encode([...leafTypes, "bytes32[]"], [...leafValues(leaf), proof]);
    return rootFrom(hashLeaf(leaf), proof) === root.toLowerCase();
  } catch {
    return false;
  }
}
