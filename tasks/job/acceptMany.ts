import { fetchBundle, readOrder } from "@millrace/jobs";
import { formatCredits, formatMill, MillraceError } from "@millrace/sdk";

import type { ITaskBook } from "../../typechain-types/index.js";
import { findEvents } from "../lib/events.js";
import { parseId, parseIds } from "../lib/inputs.js";
import { itemFailures } from "../lib/itemFailures.js";
import type { Session } from "../lib/Session.js";
import { marketOf, type ResultMarket } from "./markets.js";

interface Values {
  readonly market: string;
  readonly tasks: string;
  readonly nodes: string;
}

interface Failure {
  readonly taskId: bigint;
  readonly reason: string;
}

/** As many as one call takes. */
const MAX_TASKS = 64;

/** Takes many tasks at once; what cannot be had any more, or has no data, is told and costs the others nothing. */
export default async function acceptMany(session: Session, values: Values): Promise<void> {
  const { contracts, deployment } = await session.protocol();
  const market = marketOf(contracts, values.market);
  const pairs = pairsOf(values);
  const missing: Failure[] = [];
  const items: ITaskBook.AcceptanceStruct[] = [];
  for (const { taskId, nodeId } of pairs) {
    const order = await readOrder(market, taskId, deployment.deployedAtBlock);
    // Accepting states that the data are held.
    const reason = values.market === "dispute" ? await whyNoData(order) : undefined;
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
    title: `Take ${items.length} tasks of the ${values.market} market`,
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
  if ((nodeIds.length !== 1 && nodeIds.length !== taskIds.length) || taskIds.length > MAX_TASKS) {
    throw new MillraceError("BAD_INPUT", `--tasks names ${taskIds.length} and --nodes ${nodeIds.length}.`, {
      hint: `Name one node for all tasks, or one for each; at most ${MAX_TASKS} tasks.`,
    });
  }
  return taskIds.map((taskId, index) => ({ taskId, nodeId: nodeIds[nodeIds.length === 1 ? 0 : index] ?? 0n }));
}

async function whyNoData({ terms }: ITaskBook.TaskOrderStruct): Promise<string | undefined> {
  try {
    await fetchBundle(terms);
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
