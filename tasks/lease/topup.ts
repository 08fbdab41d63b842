import { parseCredits } from "@millrace/sdk";

import type { Session } from "../lib/Session.js";
import { addTime } from "./addTime.js";
import { readLease } from "./readLease.js";

interface Values {
  readonly lease: string;
  readonly credits: string;
  readonly buy: string | undefined;
}

export default async function topup(session: Session, { lease, credits, buy }: Values): Promise<void> {
  const wanted = parseCredits(credits);
  await addTime(session, await readLease(await session.protocol(), lease), wanted, buy);
}
