import { parseDuration } from "@millrace/sdk";

import type { Session } from "../lib/Session.js";
import { addTime } from "./addTime.js";
import { readLease } from "./readLease.js";

interface Values {
  readonly lease: string;
  readonly seconds: string;
  readonly buy: string | undefined;
}

export default async function extend(session: Session, { lease, seconds, buy }: Values): Promise<void> {
  const wanted = parseDuration(seconds);
  const view = await readLease(await session.protocol(), lease);
  await addTime(session, view, BigInt(wanted) * view.lease.rate, buy);
}
