import type { Addressable, TypedDataDomain, TypedDataField } from "ethers";

import type { Connection } from "./deployMillrace.js";

type Types = Record<string, TypedDataField[]>;

/** ERC-2612. */
export const PERMIT_TYPES: Types = {
  Permit: [
    { name: "owner", type: "address" },
    { name: "spender", type: "address" },
    { name: "value", type: "uint256" },
    { name: "nonce", type: "uint256" },
    { name: "deadline", type: "uint256" },
  ],
};

/** Votes handed over (ERC-5805). */
export const DELEGATION_TYPES: Types = {
  Delegation: [
    { name: "delegatee", type: "address" },
    { name: "nonce", type: "uint256" },
    { name: "expiry", type: "uint256" },
  ],
};

/** What an agent signs to work for a provider. */
export const AGENT_CONSENT_TYPES: Types = {
  AgentConsent: [
    { name: "provider", type: "address" },
    { name: "agent", type: "address" },
  ],
};

/** What an inspector signs of a node. */
export const INSPECTION_TYPES: Types = {
  Inspection: [
    { name: "nodeId", type: "uint64" },
    { name: "attributes", type: "uint256" },
    { name: "issuedAt", type: "uint48" },
    { name: "expiresAt", type: "uint48" },
  ],
};

/** EIP-712 domain of a contract, as wallets build it. */
export async function domainOf(
  { ethers }: Pick<Connection, "ethers">,
  name: string,
  contract: Addressable,
): Promise<TypedDataDomain & { chainId: bigint; verifyingContract: string }> {
  const { chainId } = await ethers.provider.getNetwork();
  return { name, version: "1", chainId, verifyingContract: await contract.getAddress() };
}
