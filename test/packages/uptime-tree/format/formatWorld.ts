import { id, Wallet } from "ethers";

import type { NodeTable } from "@millrace/uptime-tree/format";
import {
  BatchTree,
  heartbeatHash,
  markSeen,
  noSightings,
  signBatch,
  signObservation,
  uptimeDomain,
  type EpochFile,
  type Heartbeat,
  type Observation,
  type SignedBatch,
} from "@millrace/uptime-tree/format";

export const domain = uptimeDomain(31_337, "0x00000000000000000000000000000000000000aa");
export const configDigest = id("configuration");
export const attestors = ["a", "b", "c", "d"].map((name) => new Wallet(id(name)));
export const agent = new Wallet(id("agent"));

export const heartbeat = (epoch: number, slot: number, nodeIds: readonly bigint[]): Heartbeat => ({
  epoch,
  slot,
  nodeIds,
  blockNumber: 7n,
  blockHash: id("block"),
});

/** What an attestor does that hears the given nodes, by slot. */
export async function observe(
  wallet: Wallet,
  epoch: number,
  nodeCount: number,
  heard: readonly (readonly bigint[])[],
): Promise<{ observation: Observation; batches: (SignedBatch | undefined)[]; trees: (BatchTree | undefined)[] }> {
  const sightings = noSightings(nodeCount);
  const batchRoots = new Uint8Array(32 * heard.length);
  const batches: (SignedBatch | undefined)[] = [];
  const trees: (BatchTree | undefined)[] = [];
  for (const [slot, nodeIds] of heard.entries()) {
    if (nodeIds.length === 0) {
      batches.push(undefined);
      trees.push(undefined);
      continue;
    }
    const hash = heartbeatHash(domain, heartbeat(epoch, slot, nodeIds));
    const tree = new BatchTree(nodeIds.map((nodeId) => ({ nodeId, heartbeatHash: hash })));
    batches.push(await signBatch(wallet, domain, { epoch, slot, root: tree.root }));
    trees.push(tree);
    batchRoots.set(Buffer.from(tree.root.slice(2), "hex"), 32 * slot);
    for (const nodeId of nodeIds) markSeen(sightings, nodeId, slot);
  }
  const attestor = wallet.address;
  const content = { epoch, attestor, batchRoots, sightings };
  return { observation: await signObservation(wallet, domain, configDigest, content), batches, trees };
}

/** A data file of some observations. */
export function fileOf(nodes: NodeTable, slotsPerEpoch: number, observations: readonly Observation[]): EpochFile {
  return {
    chainId: 31_337n,
    oracle: "0x00000000000000000000000000000000000000AA",
    epoch: 3,
    slotsPerEpoch,
    threshold: 2,
    pot: 1_000_003n,
    previousReport: id("previous"),
    registryDigest: id("registry"),
    configDigest,
    nodes,
    observations: [...observations].sort((a, b) => (BigInt(a.attestor) < BigInt(b.attestor) ? -1 : 1)),
  };
}
