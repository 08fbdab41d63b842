import { getAddress } from "ethers";

import { MillraceError } from "@millrace/sdk";

import { parseFrom } from "./account.js";
import type { Session } from "./Session.js";

/** The address that a reading verb is about: given as such, or as the index of an account of the node. */
export async function accountAddress(session: Session, given: string): Promise<string> {
  const wanted = parseFrom(given);
  if ("address" in wanted) return wanted.address;
  const { provider } = await session.chain();
  const address = ((await provider.send("eth_accounts", [])) as string[])[wanted.index];
  if (address !== undefined) return getAddress(address);
  throw new MillraceError("BAD_INPUT", `The node has no account ${wanted.index}.`, { hint: "Give an address." });
}

/** The same of what need not be given: the account that sends, then. */
export async function accountOrSender(session: Session, given: string | undefined): Promise<string> {
  return given === undefined ? (await session.account()).address : await accountAddress(session, given);
}
