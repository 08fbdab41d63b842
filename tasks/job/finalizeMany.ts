import { readOrder } from "@millrace/jobs";
import { formatCredits, MAX_BATCH_ITEMS, MillraceError } from "@millrace/sdk";

import { counted } from "../lib/counted.js";
import { findEvents } from "../lib/events.js";
import { parseIds } from "../lib/inputs.js";
import { itemFailures } from "../lib/itemFailures.js";
import type { Session } from "../lib/Session.js";
import { claimMarketOf } from "./markets.js";

interface Values {
  readonly market: string;
  readonly tasks: string;
}

/** Pays many tasks whose results stand; what cannot be paid is told and stops nothing else. */
export default async function finalizeMany(session: Session, values: Values): Promise<void> {
  const { contracts, deployment } = await session.protocol();
  const market = claimMarketOf(contracts, values.market);
  const taskIds = parseIds(values.tasks, "--tasks");
  if (taskIds.length > MAX_BATCH_ITEMS) {
    throw new MillraceError(
      "BAD_INPUT",
      `--tasks names ${taskIds.length} tasks, and one call takes ${MAX_BATCH_ITEMS}.`,
      {
        hint: "Name the rest in another call.",
      },
    );
  }
  const items = await Promise.all(
    taskIds.map(async (taskId) => ({ taskId, order: await readOrder(market, taskId, deployment.deployedAtBlock) })),
  );
  const sent = await session.execute({
    title: `Pay ${counted(items.length, "task")}`,
    facts: [["result", "providers are paid, their bonds return, and so does the rest of each escrow"]],
    steps: [{ label: "finalizeMany", request: await market.finalizeMany.populateTransaction(items) }],
  });
  if (sent === undefined) return;
  const paid = findEvents(market, sent.last, "TaskFinalized").map(({ args }) => ({
    taskId: args["taskId"] as bigint,
    provider: args["provider"] as string,
    paid: args["paid"] as bigint,
    refunded: args["refunded"] as bigint,
  }));
  const failures = itemFailures(market, sent.last).map(({ index, reason }) => ({ taskId: taskIds[index], reason }));
  session.output.result(
    { paid, failures, transaction: sent.last.hash },
    [
      `Paid ${paid.length} of ${counted(items.length, "task")}.`,
      ...paid.map((each) => `Task ${each.taskId}: ${each.provider} earned ${formatCredits(each.paid)}, fee included.`),
      ...failures.map(({ taskId, reason }) => `Task ${taskId}: ${reason}`),
    ].join("\n"),
  );
}
