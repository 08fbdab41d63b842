import { hexlify } from "ethers";

import { NODES_PER_CHUNK, SIGHTINGS_SLOT } from "./constants.js";
import type { Receipt, SignedBatch } from "./Batch.js";
import type { SignedHeartbeat } from "./Heartbeat.js";
import { EvidenceTree, type Observation } from "./Observation.js";
import { BITMAP_BYTES, chunkOfNode, sightingsChunk, sightingsTree } from "./Sightings.js";

/*
 * Signed messages as the contracts take them: the structs of UptimeEvidence.
 */

/** `UptimeEvidence.Receipt`. */
export interface ReceiptEvidence {
  readonly seat: number;
  readonly root: string;
  readonly heartbeatHash: string;
  readonly path: string[];
  readonly signature: string;
}

/** `UptimeEvidence.Batch`. */
export interface BatchEvidence {
  readonly epoch: number;
  readonly slot: number;
  readonly root: string;
  readonly signature: string;
}

/** `UptimeEvidence.Observation`. */
export interface ObservationEvidence {
  readonly epoch: number;
  readonly root: string;
  readonly configDigest: string;
  readonly signature: string;
}

/** `UptimeEvidence.Sightings`. */
export interface SightingsEvidence {
  readonly root: string;
  readonly rootProof: string[];
  readonly bitmaps: bigint[];
  readonly chunkProof: string[];
}

/** `UptimeEvidence.Heartbeat`. */
export interface HeartbeatEvidence {
  readonly epoch: number;
  readonly slot: number;
  readonly nodeIds: bigint[];
  readonly blockNumber: bigint;
  readonly blockHash: string;
  readonly signature: string;
}

/** A receipt, of the attestor in a seat. */
export function receiptEvidence({ root, heartbeatHash, path, signature }: Receipt, seat: number): ReceiptEvidence {
  return { seat, root, heartbeatHash, path: [...path], signature };
}

export function batchEvidence({ epoch, slot, root, signature }: SignedBatch): BatchEvidence {
  return { epoch, slot, root, signature };
}

export function heartbeatEvidence({ nodeIds, ...rest }: SignedHeartbeat): HeartbeatEvidence {
  const { epoch, slot, blockNumber, blockHash, signature } = rest;
  return { epoch, slot, nodeIds: [...nodeIds], blockNumber, blockHash, signature };
}

/** An observation by its root; the configuration is the oracle's. */
export function observationEvidence(observation: Observation, configDigest: string): ObservationEvidence {
  const { epoch, signature } = observation;
  return { epoch, root: new EvidenceTree([observation]).root, configDigest, signature };
}

/** Root that an attestor put down for a slot, and its proof under its own observation. */
export function listedEvidence(observation: Observation, slot: number): { root: string; proof: string[] } {
  return new EvidenceTree([observation]).proof(observation.attestor, slot);
}

/** The chunk of an attestor's sightings that holds a node. @throws RangeError for a node that has no place there */
export function sightingsEvidence(observation: Observation, nodeId: bigint): SightingsEvidence {
  const { sightings } = observation;
  if (nodeId < 1n || nodeId > BigInt(sightings.length / BITMAP_BYTES)) {
    throw new RangeError(`the observation has no node ${String(nodeId)}`);
  }
  const { root, proof } = listedEvidence(observation, SIGHTINGS_SLOT);
  const chunk = chunkOfNode(nodeId);
  const bytes = sightingsChunk(sightings, chunk);
  const bitmaps = Array.from({ length: NODES_PER_CHUNK }, (_, i) =>
    BigInt(hexlify(bytes.subarray(i * BITMAP_BYTES, (i + 1) * BITMAP_BYTES))),
  );
  return { root, rootProof: proof, bitmaps, chunkProof: sightingsTree(sightings).proof(chunk) };
}
