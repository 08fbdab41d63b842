import { giveConsent } from "../lib/keyConsent.js";
import type { Session } from "../lib/Session.js";
import { keyMessage } from "./keyMessage.js";

export default async function consent(session: Session, { account }: { account: string }): Promise<void> {
  await giveConsent(session, account, (served, key) => keyMessage(session, served, key));
}
