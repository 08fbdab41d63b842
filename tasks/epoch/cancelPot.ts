import { formatMill, labelOf } from "@millrace/sdk";

import { findEvent } from "../lib/events.js";
import { parseEpoch } from "../lib/inputs.js";
import type { Session } from "../lib/Session.js";

export default async function cancelPot(session: Session, { epoch: given }: { epoch: string }): Promise<void> {
  const { contracts } = await session.protocol();
  const { rewards, settlement, uptime } = contracts;
  const epoch = parseEpoch(given);
  const [[availability, attestors], status] = await Promise.all([settlement.potOf(epoch), uptime.statusOf(epoch)]);
  const sent = await session.execute({
    title: `Burn what nobody can collect of epoch ${epoch}`,
    facts: [
      ["its pots", `${formatMill(availability)} for nodes, ${formatMill(attestors)} for attestors`],
      ["its report", labelOf("ReportStatus", status)],
    ],
    steps: [{ label: "cancelPot", request: await rewards.cancelPot.populateTransaction(epoch) }],
  });
  if (sent === undefined) return;
  const mill = findEvent(rewards, sent.last, "PotCancelled")?.args["mill"] as bigint;
  session.output.result({ epoch, mill, transaction: sent.last.hash }, `${formatMill(mill)} are burned.`);
}
