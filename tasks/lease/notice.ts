import { formatCredits, formatDuration, formatTime } from "@millrace/sdk";

import { findEvent } from "../lib/events.js";
import type { Session } from "../lib/Session.js";
import { readLease } from "./readLease.js";

export default async function notice(session: Session, { lease: given }: { lease: string }): Promise<void> {
  const protocol = await session.protocol();
  const { leases } = protocol.contracts;
  const { address } = await session.account();
  const { leaseId, lease } = await readLease(protocol, given);
  const { noticeSeconds } = await leases.periods();
  const isBuyer = address === lease.buyer;
  const goesTo = lease.ordered && !isBuyer ? "back to its order, which can be relisted" : "back to the buyer";
  const sent = await session.execute({
    title: `Give notice of lease ${leaseId}`,
    facts: [
      ["as", isBuyer ? "the buyer" : "the provider"],
      ["it goes on for", `${formatDuration(noticeSeconds)}, if that is paid`],
      ["was paid through", formatTime(lease.paidThrough)],
      ["what is paid beyond", goesTo],
    ],
    steps: [{ label: "giveNotice", request: await leases.giveNotice.populateTransaction(leaseId) }],
  });
  if (sent === undefined) return;
  const { paidThrough, refunded, returned } = (findEvent(leases, sent.last, "LeaseClosed")?.args.toObject() ??
    {}) as Record<"paidThrough" | "refunded" | "returned", bigint>;
  session.output.result(
    { leaseId, paidThrough, refunded, returned, transaction: sent.last.hash },
    `Lease ${leaseId} ends ${formatTime(paidThrough)}; ${formatCredits(refunded + returned)} went back.`,
  );
}
