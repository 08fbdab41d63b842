import { formatDuration, formatRate } from "@millrace/sdk";

import { parseWhole } from "../lib/inputs.js";
import type { Session } from "../lib/Session.js";
import { readOrder } from "./readOrders.js";

export default async function relist(session: Session, values: { order: string; seat: string }): Promise<void> {
  const protocol = await session.protocol();
  const { orders, leases } = protocol.contracts;
  const { orderId, order, seats } = await readOrder(protocol, values.order);
  const seat = parseWhole(values.seat, "--seat", seats.length - 1);
  const { leaseId, rate } = seats[seat] ?? { leaseId: 0n, rate: 0n };
  const left = await leases.returnedSecondsOf(leaseId);
  const sent = await session.execute({
    title: `Relist seat ${seat} of order ${orderId}`,
    facts: [
      ["left unserved", formatDuration(left)],
      ["pays at most", formatRate(rate)],
    ],
    steps: [{ label: "relist", request: await orders.relist.populateTransaction(orderId, order, seat) }],
  });
  if (sent === undefined) return;
  session.output.result(
    { orderId, seat, seconds: left, transaction: sent.last.hash },
    `Seat ${seat} of order ${orderId} is on the market for ${formatDuration(left)}.`,
  );
}
