import { readNodeDetails } from "@millrace/jobs";
import { formatDuration, formatMill, formatRate, MillraceError } from "@millrace/sdk";

import { counted } from "../lib/counted.js";
import { findEvent } from "../lib/events.js";
import { assertOnce, parseId, parseWhole } from "../lib/inputs.js";
import { itemFailures } from "../lib/itemFailures.js";
import type { Protocol, Session } from "../lib/Session.js";
import type { OrderView } from "./readOrders.js";
import { readOrder } from "./readOrders.js";

interface Values {
  readonly order: string;
  readonly seat: string;
  readonly node: string;
}

/** A seat, and the node that takes it. */
interface Taking {
  readonly seat: number;
  readonly nodeId: bigint;
}

export default async function accept(session: Session, values: Values): Promise<void> {
  const protocol = await session.protocol();
  const view = await readOrder(protocol, values.order);
  const takings = takingsOf(values, view.seats.length);
  const [only] = takings;
  await (takings.length === 1 && only !== undefined
    ? acceptOne(session, protocol, view, only)
    : acceptMany(session, protocol, view, takings));
}

function takingsOf({ seat, node }: Values, seats: number): Taking[] {
  const numbers = seat.split(",").map((each) => parseWhole(each, "--seat", seats - 1));
  assertOnce(numbers, seat, "--seat");
  const nodeIds = node.split(",").map((each) => parseId(each, "--node"));
  if (numbers.length === nodeIds.length) return numbers.map((each, i) => ({ seat: each, nodeId: nodeIds[i] ?? 0n }));
  throw new MillraceError("BAD_INPUT", `--seat names ${numbers.length} and --node ${nodeIds.length}.`, {
    hint: "Name one node for each seat; the same one may take several.",
  });
}

async function acceptOne(session: Session, protocol: Protocol, view: OrderView, { seat, nodeId }: Taking) {
  const { orders, nodes } = protocol.contracts;
  const { orderId, order } = view;
  const details = await readNodeDetails(nodes, nodeId, protocol.deployment.deployedAtBlock);
  const request = await orders.accept.populateTransaction(orderId, order, seat, nodeId, details);
  const sent = await session.execute({
    title: `Take seat ${seat} of order ${orderId} with node ${nodeId}`,
    facts: factsOf(view, [{ seat, nodeId }]),
    steps: [{ label: "accept", request }],
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

/** What cannot be had any more is told, and costs the others nothing. */
async function acceptMany(session: Session, protocol: Protocol, view: OrderView, takings: readonly Taking[]) {
  const { orders, nodes } = protocol.contracts;
  const { orderId, order } = view;
  const items = await Promise.all(
    takings.map(async ({ seat, nodeId }) => {
      const details = await readNodeDetails(nodes, nodeId, protocol.deployment.deployedAtBlock);
      return { orderId, order, seat, nodeId, details };
    }),
  );
  const sent = await session.execute({
    title: `Take ${counted(takings.length, "seat")} of order ${orderId}`,
    facts: factsOf(view, takings),
    steps: [{ label: "acceptSeats", request: await orders.acceptSeats.populateTransaction(items) }],
  });
  if (sent === undefined) return;
  const failures = itemFailures(orders, sent.last).map(({ index, reason }) => ({ seat: takings[index]?.seat, reason }));
  const taken = takings.map(({ seat }) => seat).filter((seat) => failures.every((failed) => failed.seat !== seat));
  session.output.result(
    { orderId, taken, failures, transaction: sent.last.hash },
    [
      `${taken.length === 0 ? "No seat" : `Seats ${taken.join(", ")}`} of order ${orderId} taken.`,
      ...failures.map(({ seat, reason }) => `Seat ${seat}: ${reason}`),
    ].join("\n"),
  );
}

function factsOf({ order: { terms }, seats }: OrderView, takings: readonly Taking[]): [string, string][] {
  const bond = BigInt(terms.pledge.bond) * BigInt(takings.length);
  return [
    ...takings.map(({ seat, nodeId }): [string, string] => [
      `seat ${seat}`,
      `node ${nodeId}, now at ${formatRate(seats[seat]?.rate ?? 0n)} for ${counted(terms.wanted.units, "unit")}, and it still climbs`,
    ]),
    ["for", formatDuration(BigInt(terms.leaseSeconds))],
    ["bond", formatMill(bond)],
    ["begins", BigInt(terms.fillSeconds) === 0n ? "at once" : "when all seats are taken"],
  ];
}
