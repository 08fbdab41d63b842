import { TypedDataEncoder, type Signer, type TypedDataDomain } from "ethers";

import { recoverCompact, signCompact } from "./signatures.js";
import { heartbeatTypes } from "./typedData.js";

/**
 * "These nodes run in this slot." Bound to a block of the slot, so that it could not be signed before; attestors check
 * the block, the chain checks epoch and slot.
 */
export interface Heartbeat {
  readonly epoch: number;
  readonly slot: number;
  /** All nodes of a host, ascending, at most `MAX_HEARTBEAT_NODES`. */
  readonly nodeIds: readonly bigint[];
  readonly blockNumber: bigint;
  readonly blockHash: string;
}

/** A heartbeat as it is sent. */
export interface SignedHeartbeat extends Heartbeat {
  /** 64 bytes, ERC-2098. */
  readonly signature: string;
}

/** Signs a heartbeat with the agent's key. */
export async function signHeartbeat(
  signer: Signer,
  domain: TypedDataDomain,
  heartbeat: Heartbeat,
): Promise<SignedHeartbeat> {
  return { ...heartbeat, signature: await signCompact(signer, domain, heartbeatTypes, { ...heartbeat }) };
}

/** The key that signed a heartbeat. @throws {BadSignatureError} */
export function heartbeatSigner(domain: TypedDataDomain, { signature, ...heartbeat }: SignedHeartbeat): string {
  return recoverCompact(domain, heartbeatTypes, heartbeat, signature);
}

/** Name of a heartbeat as evidence: its EIP-712 digest. */
export function heartbeatHash(domain: TypedDataDomain, heartbeat: Heartbeat): string {
  const { epoch, slot, nodeIds, blockNumber, blockHash } = heartbeat;
  return TypedDataEncoder.hash(domain, { ...heartbeatTypes }, { epoch, slot, nodeIds, blockNumber, blockHash });
}
