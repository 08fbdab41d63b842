import type { Contracts } from "@millrace/sdk";
import type { BaseContract } from "ethers";

import { ITaskBook__factory } from "../../../typechain-types/index.js";
import { nodeEndpoint } from "./nodeEndpoint.js";

/** Who worked on an attempt, and where that agent listens. */
export interface Submission {
  readonly provider: string;
  readonly nodeId: bigint;
  readonly endpoint: string;
}

/** The provider of an attempt at a task of any market for results, or undefined if nobody accepted it. */
export async function submissionOf(
  nodes: Contracts["nodes"],
  market: BaseContract,
  { taskId, attempt }: { readonly taskId: bigint; readonly attempt: number },
  fromBlock: number,
): Promise<Submission | undefined> {
  const book = ITaskBook__factory.connect(await market.getAddress(), market.runner);
  const events = await book.queryFilter(book.filters.TaskAccepted(taskId), fromBlock);
  const accepted = events.find(({ args }) => Number(args.attempt) === attempt);
  if (accepted === undefined) return undefined;
  const { provider, nodeId } = accepted.args;
  return { provider, nodeId, endpoint: await nodeEndpoint(nodes, nodeId, fromBlock) };
}
