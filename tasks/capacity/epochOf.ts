import { parseEpoch } from "../lib/inputs.js";
import type { Session } from "../lib/Session.js";

/** The epoch that was given, or the current one. */
export async function epochOf(session: Session, given: string | undefined): Promise<number> {
  if (given !== undefined) return parseEpoch(given);
  const { epochs, now } = await session.protocol();
  return epochs.epochAt(await now());
}
