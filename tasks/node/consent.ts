import { giveConsent } from "../lib/keyConsent.js";
import type { Session } from "../lib/Session.js";
import { agentConsent } from "./agentConsent.js";

export default async function consent(session: Session, { provider }: { provider: string }): Promise<void> {
  await giveConsent(session, provider, (account, key) => agentConsent(session, account, key));
}
