import { formatCredits, formatDuration, formatMill, formatTime } from "@millrace/sdk";

import { findEvent } from "../lib/events.js";
import type { Session } from "../lib/Session.js";
import { readLease } from "./readLease.js";

export default async function abandon(session: Session, { lease: given }: { lease: string }): Promise<void> {
  const protocol = await session.protocol();
  const { leases } = protocol.contracts;
  const { leaseId, pledge } = await readLease(protocol, given);
  const { noticeSeconds } = await leases.periods();
  const sent = await session.execute({
    title: `Abandon lease ${leaseId}`,
    facts: [
      ["costs", `the pay of ${formatDuration(noticeSeconds)}, at most of what is left, from the bond`],
      ["bond", formatMill(pledge.bond)],
      ["instead", `npx hardhat lease notice --lease ${leaseId} costs nothing`],
    ],
    steps: [{ label: "abandon", request: await leases.abandon.populateTransaction(leaseId) }],
  });
  if (sent === undefined) return;
  const slashed = (findEvent(leases, sent.last, "LeaseSlashed")?.args["mill"] ?? 0n) as bigint;
  const { paidThrough, refunded, returned } = (findEvent(leases, sent.last, "LeaseClosed")?.args.toObject() ??
    {}) as Record<"paidThrough" | "refunded" | "returned", bigint>;
  session.output.result(
    { leaseId, slashed, paidThrough, refunded, returned, transaction: sent.last.hash },
    `Lease ${leaseId} ended ${formatTime(paidThrough)}: ${formatMill(slashed)} of the bond are gone, ` +
      `${formatCredits(refunded + returned)} went back.`,
  );
}
