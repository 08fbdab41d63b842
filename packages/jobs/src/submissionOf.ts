import type { Contracts } from "@millrace/sdk";

import { nodeEndpoint } from "./nodeEndpoint.js";

/** Who worked on an attempt, and where that agent listens. */
export interface Submission {
  readonly provider: string;
  readonly nodeId: bigint;
  readonly endpoint: string;
}

/** The provider of an attempt, or undefined if nobody accepted it. */
export async function submissionOf(
  { tasks, nodes }: Pick<Contracts, "nodes" | "tasks">,
  taskId: bigint,
  attempt: number,
  fromBlock: number,
): Promise<Submission | undefined> {
  const events = await tasks.queryFilter(tasks.filters.TaskAccepted(taskId), fromBlock);
  const accepted = events.find(({ args }) => Number(args.attempt) === attempt);
  if (accepted === undefined) return undefined;
  const { provider, nodeId } = accepted.args;
  return { provider, nodeId, endpoint: await nodeEndpoint(nodes, nodeId, fromBlock) };
}
