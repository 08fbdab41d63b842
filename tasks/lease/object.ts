import { formatTime, labelOf, MillraceError } from "@millrace/sdk";

import { parseEpoch } from "../lib/inputs.js";
import type { Session } from "../lib/Session.js";
import { readLease } from "./readLease.js";

interface Values {
  readonly lease: string;
  readonly epoch: string | undefined;
}

/** Named `object` for the verb, not for the thing. */
export default async function object(session: Session, values: Values): Promise<void> {
  const protocol = await session.protocol();
  const { leases, uptime } = protocol.contracts;
  const { leaseId } = await readLease(protocol, values.lease);
  const [piece, periods] = await Promise.all([leases.nextPieceOf(leaseId), leases.periods()]);
  if (values.epoch === undefined && piece.fromAt === piece.toAt) {
    throw new MillraceError("WRONG_STATE", `Everything of lease ${leaseId} is settled.`, {
      hint: "There is nothing left to object to.",
    });
  }
  const epoch = values.epoch === undefined ? Number(piece.epoch) : parseEpoch(values.epoch);
  const end = protocol.epochs.endOf(epoch);
  // A report that may still fall gives more time.
  const isPosted = labelOf("ReportStatus", await uptime.statusOf(epoch)) === "posted";
  const untilAt = end + Number(isPosted ? periods.leafTimeoutSeconds : periods.reportTimeoutSeconds);
  const sent = await session.execute({
    title: `Object to paying for epoch ${epoch} of lease ${leaseId} without a report`,
    facts: [
      ["possible until", formatTime(untilAt)],
      ["the pay then waits until", formatTime(end + Number(periods.leafTimeoutSeconds))],
      ["a report that comes", "decides; without one it is paid then"],
    ],
    steps: [{ label: "objectTo", request: await leases.objectTo.populateTransaction(leaseId, epoch) }],
  });
  if (sent === undefined) return;
  session.output.result(
    { leaseId, epoch, transaction: sent.last.hash },
    `Without a report, epoch ${epoch} of lease ${leaseId} is paid no earlier than ` +
      `${formatTime(end + Number(periods.leafTimeoutSeconds))}.`,
  );
}
