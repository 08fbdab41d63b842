import { readOrder } from "@millrace/jobs";
import { formatCredits, formatMill, MAX_BATCH_ITEMS, MillraceError } from "@millrace/sdk";

import type { ITaskBook } from "../../typechain-types/index.js";
import { counted } from "../lib/counted.js";
import { findEvents } from "../lib/events.js";
import { parseId, parseIds } from "../lib/inputs.js";
import { itemFailures } from "../lib/itemFailures.js";
import type { Protocol, Session } from "../lib/Session.js";
import { claimedJob } from "./claimedJob.js";
import { isClaimMarket, marketOf, type ResultMarket } from "./markets.js";

interface Values {
  readonly market: string;
  readonly tasks: string;
  readonly nodes: string;
}

interface Failure {
  readonly taskId: bigint;
  readonly reason: string;
}

/** Takes many tasks at once; what cannot be had any more, or has no data, is told and costs the others nothing. */
export default async function acceptMany(session: Session, values: Values): Promise<void> {
  const protocol = await session.protocol();
  const { contracts, deployment } = protocol;
  const market = marketOf(contracts, values.market);
  const pairs = pairsOf(values);
  const missing: Failure[] = [];
  const items: ITaskBook.AcceptanceStruct[] = [];
  for (const { taskId, nodeId } of pairs) {
    const order = await readOrder(market, taskId, deployment.deployedAtBlock);
    const reason = await whyNoData(protocol, values.market, taskId);
    if (reason === undefined) items.push({ taskId, order, nodeId, holdsData: true });
    else missing.push({ taskId, reason });
  }
  if (items.length === 0) {
    throw new MillraceError(
      "DATA_UNAVAILABLE",
      `The data of none of these tasks can be had: ${missing[0]?.reason ?? ""}`,
      {
        hint: "Their buyers serve them; try again later.",
      },
    );
  }
  const sent = await session.execute({
    title: `Take ${counted(items.length, "task")} of the ${values.market} market`,
    facts: [
      ["tasks", items.map(({ taskId, nodeId }) => `${taskId} with node ${nodeId}`).join(", ")],
      ["then", "the time for the work of each runs"],
    ],
    steps: [{ label: "acceptMany", request: await market.acceptMany.populateTransaction(items) }],
  });
  if (sent === undefined) return;
  const taken = takenIn(market, sent.last);
  const failures = [
    ...missing,
    ...itemFailures(market, sent.last).map(({ index, reason }) => ({ taskId: items[index]?.taskId as bigint, reason })),
  ];
  session.output.result(
    { taken, failures, transaction: sent.last.hash },
    [
      `${taken.length} of ${pairs.length} tasks are yours.`,
      ...taken.map(({ taskId, price, bond }) => {
        return `Task ${taskId}: ${formatCredits(price)}, ${formatMill(bond)} bonded.`;
      }),
      ...failures.map(({ taskId, reason }) => `Task ${taskId}: ${reason}`),
    ].join("\n"),
  );
}

/** One node for each task, or one for all. */
function pairsOf({ tasks, nodes }: Values): { readonly taskId: bigint; readonly nodeId: bigint }[] {
  const taskIds = parseIds(tasks, "--tasks");
  const nodeIds = nodes.split(",").map((each) => parseId(each, "--nodes"));
  if ((nodeIds.length !== 1 && nodeIds.length !== taskIds.length) || taskIds.length > MAX_BATCH_ITEMS) {
    throw new MillraceError("BAD_INPUT", `--tasks names ${taskIds.length} and --nodes ${nodeIds.length}.`, {
      hint: `Name one node for all tasks, or one for each; at most ${MAX_BATCH_ITEMS} tasks.`,
    });
  }
  return taskIds.map((taskId, index) => ({ taskId, nodeId: nodeIds[nodeIds.length === 1 ? 0 : index] ?? 0n }));
}

/** Accepting states that the data are held; in markets without claims nobody but the parties could tell what they are. */
async function whyNoData(protocol: Protocol, market: string, taskId: bigint): Promise<string | undefined> {
  if (!isClaimMarket(market)) return undefined;
  try {
    await claimedJob(protocol, market, taskId);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

function takenIn(market: ResultMarket, receipt: Parameters<typeof findEvents>[1]) {
  return findEvents(market, receipt, "TaskAccepted").map(({ args }) => ({
    taskId: args["taskId"] as bigint,
    nodeId: args["nodeId"] as bigint,
    price: args["price"] as bigint,
    bond: args["bond"] as bigint,
  }));
}
