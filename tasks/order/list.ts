import { formatRate, formatWad, shortHex } from "@millrace/sdk";

import { accountAddress } from "../lib/accountAddress.js";
import type { Session } from "../lib/Session.js";
import { table } from "../lib/text.js";
import { readOrders } from "./readOrders.js";

export default async function list(session: Session, { buyer: given }: { buyer: string | undefined }): Promise<void> {
  const protocol = await session.protocol();
  const buyer = given === undefined ? undefined : await accountAddress(session, given);
  const orders = await readOrders(protocol, buyer);
  const rows = orders.flatMap(({ orderId, status, escrow, seats, buyer: of }) =>
    seats.map(({ seat, status: seatStatus, nodeId, leaseId, rate }) => [
      `${orderId}`,
      status,
      `${seat}`,
      seatStatus,
      formatRate(rate),
      nodeId === 0n ? "" : `${nodeId}`,
      leaseId === 0n ? "" : `${leaseId}`,
      formatWad(escrow),
      shortHex(of),
    ]),
  );
  const head = ["order", "status", "seat", "is", "rate", "node", "lease", "order holds", "buyer"];
  session.output.result(
    {
      orders: orders.map(({ orderId, status, escrow, seats, buyer: of }) => ({
        orderId,
        status,
        escrow,
        seats,
        buyer: of,
      })),
    },
    table(head, rows, "There are no orders."),
  );
}
