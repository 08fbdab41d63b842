import { acceptance, readOrder } from "@millrace/jobs";
import { formatCredits, formatMill } from "@millrace/sdk";

import { findEvent } from "../lib/events.js";
import { parseId } from "../lib/inputs.js";
import type { Session } from "../lib/Session.js";
import { marketOf } from "./markets.js";

interface Values {
  readonly market: string;
  readonly task: string;
  readonly node: string;
}

/** Whoever takes a task states that it has what it needs: the time for the work starts. */
export default async function take(session: Session, values: Values): Promise<void> {
  const { contracts, deployment, now } = await session.protocol();
  const market = marketOf(contracts, values.market);
  const [taskId, nodeId] = [parseId(values.task, "--task"), parseId(values.node, "--node")];
  const order = await readOrder(market, taskId, deployment.deployedAtBlock);
  const price = await market.priceAtDown(order, await now());
  const request = await acceptance(contracts, {
    ...{ market, taskId, order, nodeId },
    fromBlock: deployment.deployedAtBlock,
  });
  const sent = await session.execute({
    title: `Take task ${taskId} of the ${values.market} market with node ${nodeId}`,
    facts: [
      ["pays now", `${formatCredits(price)}${values.market === "approval" ? " a chunk" : ""}`],
      ["then", "the time for the work runs"],
    ],
    steps: [{ label: "accept", request }],
  });
  if (sent === undefined) return;
  const {
    attempt,
    price: agreed,
    bond,
  } = (findEvent(market, sent.last, "TaskAccepted")?.args.toObject() ?? {}) as Record<
    "attempt" | "price" | "bond",
    bigint
  >;
  session.output.result(
    { taskId, nodeId, attempt, price: agreed, bond, transaction: sent.last.hash },
    `Task ${taskId} is yours for ${formatCredits(agreed)}; ${formatMill(bond)} are bonded.`,
  );
}
