import { formatCredits, formatDuration, formatRate, formatTime } from "@millrace/sdk";

import { counted } from "../lib/counted.js";
import { findEvent } from "../lib/events.js";
import { NO_PURCHASE, purchase } from "../lib/purchase.js";
import type { Session } from "../lib/Session.js";
import type { LeaseView } from "./readLease.js";

/** Locks credits for more time of a lease; what does not make a whole second stays free. */
export async function addTime(
  session: Session,
  { leaseId, status, lease }: LeaseView,
  credits: bigint,
  buy: string | undefined,
): Promise<void> {
  const { contracts } = await session.protocol();
  const { address } = await session.account();
  const { free } = await contracts.settlement.accountOf(address);
  const buying = buy === undefined ? NO_PURCHASE : await purchase(session, contracts.leases, buy);
  const request = await contracts.leases.topUp.populateTransaction(leaseId, credits);
  const seconds = credits / lease.rate;
  const sent = await session.execute({
    title: `${status === "paused" ? "Resume" : "Extend"} lease ${leaseId} by ${formatDuration(seconds)}`,
    facts: [
      ["pays", `${formatRate(lease.rate)} for ${counted(lease.units, "unit")}, as ever`],
      ["locked now", `${formatCredits(seconds * lease.rate)} of ${formatCredits(free + buying.credits)} free`],
      ["was paid through", formatTime(lease.paidThrough)],
      ...buying.facts,
    ],
    steps: [{ label: buy === undefined ? "topUp" : "buy and topUp", request: buying.with(request) }],
  });
  if (sent === undefined) return;
  const event = findEvent(contracts.leases, sent.last, "LeaseToppedUp");
  const [locked, paidThrough] = [event?.args["credits"] as bigint, event?.args["paidThrough"] as bigint];
  session.output.result(
    { leaseId, credits: locked, paidThrough, transaction: sent.last.hash },
    `Lease ${leaseId} is paid through ${formatTime(paidThrough)}.`,
  );
}
