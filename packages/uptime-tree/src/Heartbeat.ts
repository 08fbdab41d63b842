import { TypedDataEncoder, verifyTypedData, type Signer, type TypedDataDomain } from "ethers";

import { heartbeatTypes } from "./typedData.js";

/** "These nodes run": bound to a recent block, whose timestamp decides the slot. */
export interface Heartbeat {
  readonly nodeIds: readonly bigint[];
  readonly blockNumber: bigint;
  readonly blockHash: string;
}

/** Body of `POST /heartbeats`. */
export interface HeartbeatBody {
  readonly nodeIds: readonly string[];
  readonly blockNumber: string;
  readonly blockHash: string;
  readonly signature: string;
}

/** Signs a heartbeat with the agent's key; the result is what an attestor takes. */
export async function signHeartbeat(
  signer: Signer,
  domain: TypedDataDomain,
  heartbeat: Heartbeat,
): Promise<HeartbeatBody> {
  return {
    nodeIds: heartbeat.nodeIds.map(String),
    blockNumber: String(heartbeat.blockNumber),
    blockHash: heartbeat.blockHash,
    signature: await signer.signTypedData(domain, heartbeatTypes, heartbeat),
  };
}

/** The key that signed a heartbeat. Throws on a malformed signature. */
export function heartbeatSigner(domain: TypedDataDomain, heartbeat: Heartbeat, signature: string): string {
  return verifyTypedData(domain, heartbeatTypes, heartbeat, signature);
}

/** Name of a heartbeat as evidence: its EIP-712 digest. */
export function heartbeatHash(domain: TypedDataDomain, heartbeat: Heartbeat): string {
  return TypedDataEncoder.hash(domain, heartbeatTypes, heartbeat);
}
