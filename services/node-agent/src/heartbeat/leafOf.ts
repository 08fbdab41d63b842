import type { AttestorClient, ProvenLeaf } from "./AttestorClient.js";

/** A node's leaf of a final report, from the first attestor that shows it. */
export async function leafOf(
  attestors: readonly AttestorClient[],
  epoch: number,
  nodeId: bigint,
): Promise<ProvenLeaf | undefined> {
  for (const attestor of attestors) {
    const proven = await attestor.leaf(epoch, nodeId);
    if (proven !== undefined) return proven;
  }
  return undefined;
}
