import { formatCredits, formatDuration, formatMill, formatPpm, formatRate, formatTime } from "@millrace/sdk";

import type { Session } from "../lib/Session.js";
import { counted } from "../lib/counted.js";
import { facts, type Fact } from "../lib/text.js";
import { readLease } from "./readLease.js";

export default async function show(session: Session, { lease: given }: { lease: string }): Promise<void> {
  const protocol = await session.protocol();
  const { leases, nodes } = protocol.contracts;
  const { leaseId, status, lease, pledge } = await readLease(protocol, given);
  const [piece, periods, provider] = await Promise.all([
    leases.nextPieceOf(leaseId),
    leases.periods(),
    nodes.providerOf(lease.nodeId),
  ]);
  const { buyer, nodeId, units, rate, startAt, paidThrough, locked, reserved, failed } = lease;
  const isSettled = piece.fromAt === piece.toAt;
  const resumable: Fact[] =
    status === "paused" ? [["can be resumed until", formatTime(paidThrough + periods.graceSeconds)]] : [];
  session.output.result(
    {
      ...{ leaseId, status, buyer, provider, nodeId, units, rate, startAt, paidThrough, locked, reserved, failed },
      pledge: { bond: pledge.bond, uptimePpm: pledge.uptimePpm, darkSlots: pledge.darkSlots },
      nextPiece: isSettled ? undefined : { epoch: piece.epoch, fromAt: piece.fromAt, toAt: piece.toAt },
      noticeSeconds: periods.noticeSeconds,
    },
    `Lease ${leaseId} is ${status}\n${facts([
      ["buyer", buyer],
      ["provider", provider],
      ["has", `${counted(units, "unit")} of node ${nodeId}${reserved ? "" : ", free again"}`],
      ["pays", `${formatRate(rate)} for all of them`],
      ["since", formatTime(startAt)],
      ["paid through", formatTime(paidThrough)],
      ...resumable,
      ["holds", formatCredits(locked)],
      [
        "promised",
        pledge.bond === 0n ? "nothing" : `${formatPpm(pledge.uptimePpm)} uptime, ${formatMill(pledge.bond)} bonded`,
      ],
      [
        "settled next",
        isSettled ? "nothing is left" : `epoch ${piece.epoch}, ${formatDuration(piece.toAt - piece.fromAt)}`,
      ],
      ["notice", formatDuration(periods.noticeSeconds)],
    ])}`,
  );
}
