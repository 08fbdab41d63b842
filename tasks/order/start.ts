import { formatTime, MillraceError } from "@millrace/sdk";

import type { Session } from "../lib/Session.js";
import { counted } from "../lib/counted.js";
import { readOrder } from "./readOrders.js";

export default async function start(session: Session, values: { order: string }): Promise<void> {
  const protocol = await session.protocol();
  const { orders } = protocol.contracts;
  const { orderId, order, seats } = await readOrder(protocol, values.order);
  const ready = seats.filter(({ status }) => status === "ready").map(({ seat }) => seat);
  if (ready.length === 0) {
    throw new MillraceError("WRONG_STATE", `No seat of order ${orderId} is ready.`, {
      hint: "npx hardhat order list shows what state they are in.",
    });
  }
  const { filledAt } = await orders.progressOf(orderId);
  const sent = await session.execute({
    title: `Begin ${counted(ready.length, "lease")} of order ${orderId}`,
    facts: [["begin at", `${formatTime(filledAt)}, when the last seat was taken`]],
    steps: [{ label: "startSeats", request: await orders.startSeats.populateTransaction(orderId, order, ready) }],
  });
  if (sent === undefined) return;
  const { seats: after } = await readOrder(protocol, values.order);
  const begun = after.filter(({ seat, status }) => ready.includes(seat) && status === "leased");
  session.output.result(
    { orderId, leases: begun.map(({ leaseId }) => leaseId), transaction: sent.last.hash },
    `Began ${begun.map(({ seat, leaseId }) => `seat ${seat} as lease ${leaseId}`).join(", ")}.`,
  );
}
