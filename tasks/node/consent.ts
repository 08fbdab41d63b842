import { decodeError, parseHex, agentConsentTypes } from "@millrace/sdk";

import type { Session } from "../lib/Session.js";

/** The signature by which an agent agrees to speak for a provider; empty when both are the same key. */
export async function agentConsent(session: Session, agent: string, given: string | undefined): Promise<string> {
  if (given !== undefined) return parseHex(given, "consent", 65);
  const { contracts, provider, chainId } = await session.protocol();
  const { address } = await session.account();
  if (agent === address) return "0x";
  const verifyingContract = await contracts.nodes.getAddress();
  const domain = { name: "Millrace Nodes", version: "1", chainId, verifyingContract };
  try {
    const signer = await provider.getSigner(agent);
    return await signer.signTypedData(domain, agentConsentTypes, { provider: address, agent });
  } catch (error) {
    throw decodeError(error);
  }
}
