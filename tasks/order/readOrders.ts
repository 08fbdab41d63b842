import { plainLeaseOrder, readLeaseOrder } from "@millrace/jobs";
import { labelOf } from "@millrace/sdk";

import type { ILeaseOrders } from "../../typechain-types/index.js";
import { parseId } from "../lib/inputs.js";
import type { Protocol } from "../lib/Session.js";

/** A seat as people see it. */
export interface SeatView {
  readonly seat: number;
  readonly status: string;
  readonly nodeId: bigint;
  readonly leaseId: bigint;
  /** Credits a second for all units: what an open seat pays now, or what it was taken at. */
  readonly rate: bigint;
}

/** An order in the form that every call takes, with what has become of it. */
export interface OrderView {
  readonly orderId: bigint;
  readonly order: ILeaseOrders.OrderStruct;
  readonly buyer: string;
  readonly status: string;
  readonly escrow: bigint;
  readonly seats: readonly SeatView[];
}

/** All orders of a buyer, or of everybody, in order of their numbers. */
export async function readOrders({ contracts, deployment }: Protocol, buyer?: string): Promise<OrderView[]> {
  const { orders } = contracts;
  const opened = await orders.queryFilter(orders.filters.OrderOpened(undefined, buyer), deployment.deployedAtBlock);
  return Promise.all(opened.map(async ({ args }) => viewOf(orders, args.orderId, plainLeaseOrder(args.order))));
}

/** The order of a number, as a person gives it. */
export async function readOrder(protocol: Protocol, given: string): Promise<OrderView> {
  const orderId = parseId(given, "--order");
  const { orders } = protocol.contracts;
  return viewOf(orders, orderId, await readLeaseOrder(orders, orderId, protocol.deployment.deployedAtBlock));
}

async function viewOf(orders: ILeaseOrders, orderId: bigint, order: ILeaseOrders.OrderStruct): Promise<OrderView> {
  const [status, escrow] = await Promise.all([orders.statusOf(orderId, order), orders.escrowOf(orderId, order)]);
  const seats = await Promise.all(
    Array.from({ length: Number(order.terms.seats) }, async (_, seat) => {
      const [seatStatus, stored, offered] = await Promise.all([
        orders.seatStatusOf(orderId, order, seat),
        orders.seatOf(orderId, seat),
        orders.rateOf(orderId, order, seat),
      ]);
      const label = labelOf("SeatStatus", seatStatus);
      const { nodeId, leaseId } = stored;
      return { seat, status: label, nodeId, leaseId, rate: label === "open" ? offered : stored.rate };
    }),
  );
  return { orderId, order, buyer: order.buyer as string, status: labelOf("OrderStatus", status), escrow, seats };
}
