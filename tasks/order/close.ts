import { formatCredits } from "@millrace/sdk";

import { findEvent } from "../lib/events.js";
import { parseWhole } from "../lib/inputs.js";
import type { Session } from "../lib/Session.js";
import { readOrder } from "./readOrders.js";

interface Values {
  readonly order: string;
  readonly seat: string | undefined;
}

export default async function close(session: Session, values: Values): Promise<void> {
  const protocol = await session.protocol();
  const { orders } = protocol.contracts;
  const { orderId, order, escrow, seats } = await readOrder(protocol, values.order);
  const seat = values.seat === undefined ? undefined : parseWhole(values.seat, "--seat", seats.length - 1);
  const what = seat === undefined ? `order ${orderId}` : `seat ${seat} of order ${orderId}`;
  const held = seats.filter(({ status }) => status === "held").length;
  const request =
    seat === undefined
      ? await orders.close.populateTransaction(orderId, order)
      : await orders.closeSeat.populateTransaction(orderId, order, seat);
  const sent = await session.execute({
    title: `Close ${what}`,
    facts: [
      ["the order holds", formatCredits(escrow)],
      ["seats that waited", held === 0 ? "none" : `${held}, each paid its rate for it`],
    ],
    steps: [{ label: "close", request }],
  });
  if (sent === undefined) return;
  const event = findEvent(orders, sent.last, seat === undefined ? "OrderClosed" : "SeatClosed");
  const refunded = event?.args["refunded"] as bigint;
  session.output.result(
    { orderId, seat, refunded, transaction: sent.last.hash },
    `${formatCredits(refunded)} of ${what} are free again.`,
  );
}
