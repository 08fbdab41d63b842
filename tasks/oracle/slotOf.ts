import { parseWhole } from "../lib/inputs.js";
import type { Session } from "../lib/Session.js";

/** A slot that an option names: an epoch has no others. @throws MillraceError BAD_INPUT */
export async function slotOf(session: Session, given: string, option = "--slot"): Promise<number> {
  const { epochs } = await session.protocol();
  return parseWhole(given, option, epochs.slotsPerEpoch - 1);
}
