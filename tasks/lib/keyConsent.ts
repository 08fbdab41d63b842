import type { Signer, TypedDataDomain, TypedDataField } from "ethers";

import { decodeError, MillraceError, parseHex } from "@millrace/sdk";

import { accountAddress } from "./accountAddress.js";
import type { Session } from "./Session.js";

/** A message by which a key agrees to serve an account. */
export interface Consent {
  readonly domain: TypedDataDomain;
  readonly types: Record<string, TypedDataField[]>;
  readonly message: Readonly<Record<string, string>>;
}

interface Wanted {
  /** The key that shall serve the account that sends. */
  readonly key: string;
  /** Its signature, if it was made elsewhere. */
  readonly given: string | undefined;
  readonly consent: Consent;
  /** The command that makes the signature where the key is. */
  readonly command: string;
}

/** The signature by which a key agrees to serve the account that sends; empty when both are the same. */
export async function keyConsent(session: Session, { key, given, consent, command }: Wanted): Promise<string> {
  if (given !== undefined) return parseHex(given, "consent", 65);
  if (key === (await session.account()).address) return "0x";
  const { provider } = await session.chain();
  const hint = `Where the key is, make its signature with npx hardhat ${command}, and pass it on with --consent.`;
  const unlocked = (await provider.send("eth_accounts", [])) as string[];
  if (!unlocked.some((each) => each.toLowerCase() === key.toLowerCase())) {
    throw new MillraceError("WRONG_KEY", `The chain's node does not hold the key ${key}.`, { hint });
  }
  return sign(await provider.getSigner(key), consent);
}

/** Signs with the key that sends, for the account that shall be served; nothing goes to the chain. */
export async function giveConsent(
  session: Session,
  account: string,
  consentFor: (account: string, key: string) => Promise<Consent>,
): Promise<void> {
  const served = await accountAddress(session, account);
  const { address: key, signer } = await session.account();
  const signature = await sign(signer, await consentFor(served, key));
  session.output.result({ account: served, key, consent: signature }, signature);
}

async function sign(signer: Signer, { domain, types, message }: Consent): Promise<string> {
  try {
    return await signer.signTypedData(domain, types, message);
  } catch (error) {
    throw decodeError(error);
  }
}
