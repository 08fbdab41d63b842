import { agentConsentTypes } from "@millrace/sdk";

import type { Consent } from "../lib/keyConsent.js";
import type { Session } from "../lib/Session.js";

/** What an agent signs to speak for nodes of a provider. */
export async function agentConsent(session: Session, provider: string, agent: string): Promise<Consent> {
  const { contracts, chainId } = await session.protocol();
  const verifyingContract = await contracts.nodes.getAddress();
  const domain = { name: "Millrace Nodes", version: "1", chainId, verifyingContract };
  return { domain, types: agentConsentTypes, message: { provider, agent } };
}

/** The command that signs it. */
export const consentCommand = (provider: string): string => `node consent --provider ${provider}`;
