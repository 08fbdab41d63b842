import { formatMill } from "@millrace/sdk";

import { findEvent } from "../lib/events.js";
import type { Session } from "../lib/Session.js";

export default async function burnSurplus(session: Session): Promise<void> {
  const { checkPot } = (await session.protocol()).contracts;
  const [balance, cap] = await Promise.all([checkPot.balance(), checkPot.cap()]);
  const sent = await session.execute({
    title: "Burn what the checkers' pot has above its cap",
    facts: [
      ["in the pot", formatMill(balance)],
      ["cap", formatMill(cap)],
    ],
    steps: [{ label: "burnSurplus", request: await checkPot.burnSurplus.populateTransaction() }],
  });
  if (sent === undefined) return;
  const mill = findEvent(checkPot, sent.last, "SurplusBurned")?.args["mill"] as bigint;
  session.output.result({ mill, transaction: sent.last.hash }, `${formatMill(mill)} are burned.`);
}
