import type { Addressable, TypedDataDomain, TypedDataField } from "ethers";

import type { Connection } from "./deployMillrace.js";

type Types = Record<string, TypedDataField[]>;

/** Votes handed over (ERC-5805). */
export const DELEGATION_TYPES: Types = {
  Delegation: [
    { name: "delegatee", type: "address" },
    { name: "nonce", type: "uint256" },
    { name: "expiry", type: "uint256" },
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
