import { formatDuration, formatMill, formatRate, MillraceError } from "@millrace/sdk";

import { findEvent } from "../lib/events.js";
import { parseId, parseWhole } from "../lib/inputs.js";
import type { Protocol, Session } from "../lib/Session.js";
import { readOrder } from "./readOrders.js";

interface Values {
  readonly order: string;
  readonly seat: string;
  readonly node: string;
}

export default async function accept(session: Session, values: Values): Promise<void> {
  const protocol = await session.protocol();
  const { orders } = protocol.contracts;
  const { orderId, order, seats } = await readOrder(protocol, values.order);
  const [seat, nodeId] = [parseWhole(values.seat, "--seat", seats.length - 1), parseId(values.node, "--node")];
  const details = await detailsOf(protocol, nodeId);
  const { terms } = order;
  const sent = await session.execute({
    title: `Take seat ${seat} of order ${orderId} with node ${nodeId}`,
    facts: [
      ["pays now", `${formatRate(seats[seat]?.rate ?? 0n)} for ${terms.wanted.units} units, and still climbs`],
      ["for", formatDuration(BigInt(terms.leaseSeconds))],
      ["bond", formatMill(BigInt(terms.pledge.bond))],
      ["begins", BigInt(terms.fillSeconds) === 0n ? "at once" : "when all seats are taken"],
    ],
    steps: [
      { label: "accept", request: await orders.accept.populateTransaction(orderId, order, seat, nodeId, details) },
    ],
  });
  if (sent === undefined) return;
  const leaseId = findEvent(orders, sent.last, "SeatStarted")?.args["leaseId"] as bigint | undefined;
  session.output.result(
    { orderId, seat, nodeId, leaseId, transaction: sent.last.hash },
    leaseId === undefined
      ? `Seat ${seat} of order ${orderId} is yours. Once all are taken: npx hardhat order start --order ${orderId}`
      : `Seat ${seat} of order ${orderId} is lease ${leaseId}.`,
  );
}

/** What the node last said of itself; the chain keeps only its hash. */
async function detailsOf({ contracts: { nodes }, deployment }: Protocol, nodeId: bigint) {
  const [added, changed] = await Promise.all([
    nodes.queryFilter(nodes.filters.NodeAdded(nodeId), deployment.deployedAtBlock),
    nodes.queryFilter(nodes.filters.DetailsChanged(nodeId), deployment.deployedAtBlock),
  ]);
  const last = (changed.at(-1) ?? added.at(-1))?.args.details;
  if (last === undefined) {
    throw new MillraceError("BAD_INPUT", `There is no node ${nodeId}.`, {
      hint: "npx hardhat node list lists all of them.",
    });
  }
  const { region, attributes, source, endpoint, metadata } = last;
  return { region, attributes, source, endpoint, metadata };
}
