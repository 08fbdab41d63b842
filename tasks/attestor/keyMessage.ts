import { attestorKeyTypes, uptimeDomain } from "@millrace/uptime-tree/format";

import type { Consent } from "../lib/keyConsent.js";
import type { Session } from "../lib/Session.js";

/** What a key signs to attest for an account. */
export async function keyMessage(session: Session, account: string, key: string): Promise<Consent> {
  const { contracts, chainId } = await session.protocol();
  const domain = uptimeDomain(chainId, await contracts.uptime.getAddress());
  return { domain, types: { ...attestorKeyTypes }, message: { account, key } };
}

/** The command that signs it. */
export const consentCommand = (account: string): string => `attestor consent --account ${account}`;
