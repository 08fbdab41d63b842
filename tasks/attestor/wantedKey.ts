import { accountOrSender } from "../lib/accountAddress.js";
import { keyConsent } from "../lib/keyConsent.js";
import type { Session } from "../lib/Session.js";
import { consentCommand, keyMessage } from "./keyMessage.js";

/** A key that shall attest for the account that sends, and its word that it does. */
export async function wantedKey(
  session: Session,
  { key: given, consent }: { readonly key: string | undefined; readonly consent: string | undefined },
): Promise<{ key: string; possession: string }> {
  const { address } = await session.account();
  const key = await accountOrSender(session, given);
  const possession = await keyConsent(session, {
    key,
    given: consent,
    consent: await keyMessage(session, address, key),
    command: consentCommand(address),
  });
  return { key, possession };
}
