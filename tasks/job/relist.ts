import { readOrder } from "@millrace/jobs";
import { formatMill, labelOf } from "@millrace/sdk";

import { findEvent } from "../lib/events.js";
import { parseId } from "../lib/inputs.js";
import type { Session } from "../lib/Session.js";
import { marketOf } from "./markets.js";

interface Values {
  readonly market: string;
  readonly task: string;
}

export default async function relist(session: Session, values: Values): Promise<void> {
  const { contracts, deployment } = await session.protocol();
  const market = marketOf(contracts, values.market);
  const taskId = parseId(values.task, "--task");
  const order = await readOrder(market, taskId, deployment.deployedAtBlock);
  const status = labelOf("TaskStatus", await market.statusOf(taskId));
  const sent = await session.execute({
    title: `List task ${taskId} again`,
    facts: [
      ["its attempt", status],
      ["escrow", "stays, for whoever takes it next"],
    ],
    steps: [{ label: "release", request: await market.release.populateTransaction(taskId, order) }],
  });
  if (sent === undefined) return;
  const event = findEvent(market, sent.last, "TaskRelisted");
  const bondSlashed = event?.args["bondSlashed"] as bigint;
  const bondReturned = event?.args["bondReturned"] as bigint;
  session.output.result(
    { taskId, reason: status, bondSlashed, bondReturned, transaction: sent.last.hash },
    `Task ${taskId} is open again; of the bond ${formatMill(bondSlashed)} are slashed and ${formatMill(bondReturned)} returned.`,
  );
}
