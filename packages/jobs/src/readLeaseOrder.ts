import type { Contracts } from "@millrace/sdk";
import { MillraceError } from "@millrace/sdk";

import type { ILeaseOrders } from "../../../typechain-types/index.js";

/** An order of leases as `OrderOpened` told it: what every later call about it must repeat. */
export async function readLeaseOrder(
  orders: Contracts["orders"],
  orderId: bigint,
  fromBlock: number,
): Promise<ILeaseOrders.OrderStruct> {
  const [event] = await orders.queryFilter(orders.filters.OrderOpened(orderId), fromBlock);
  if (event !== undefined) return plainLeaseOrder(event.args.order);
  throw new MillraceError("BAD_INPUT", `There is no order ${orderId}.`, {
    hint: "npx hardhat order list lists all of them.",
  });
}

/** What a log gives is frozen and has its lists as results; calls want plain ones. */
export function plainLeaseOrder(order: ILeaseOrders.OrderStructOutput): ILeaseOrders.OrderStruct {
  const { buyer, openedAt, feePpm, terms } = order;
  const { wanted, seats, startRate, maxRate, rampSeconds, leaseSeconds, listSeconds, fillSeconds } = terms;
  const { bond, uptimePpm, penaltyPpm, darkSlots } = terms.pledge;
  return {
    buyer,
    openedAt,
    feePpm,
    terms: {
      wanted: {
        classId: wanted.classId,
        units: wanted.units,
        nodeIds: [...wanted.nodeIds],
        region: wanted.region,
        attributes: wanted.attributes,
        inspectors: [...wanted.inspectors],
        allInspectors: wanted.allInspectors,
      },
      seats,
      startRate,
      maxRate,
      rampSeconds,
      leaseSeconds,
      listSeconds,
      fillSeconds,
      pledge: { bond, uptimePpm, penaltyPpm, darkSlots },
      workloadHash: terms.workloadHash,
      dataUri: terms.dataUri,
    },
  };
}
