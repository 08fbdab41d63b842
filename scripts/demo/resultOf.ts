import { memberOf } from "@millrace/sdk";
import { claimIdOf, fetchResult, readClaim, submissionOf } from "@millrace/jobs";

import type { World } from "./World.js";

const FINALIZED = memberOf("TaskStatus", "finalized");

/** Waits until a task is final, fetches the output from the agent that was paid, and checks it against its root. */
export async function resultOf(world: World, taskId: bigint, title: string, seconds: number): Promise<Uint8Array> {
  const { contracts, deployment } = world;
  await world.until(`${title} is final`, seconds, async () =>
    (await contracts.tasks.statusOf(taskId)) === FINALIZED ? true : undefined,
  );
  const attempt = Number((await contracts.tasks.taskOf(taskId)).attempt);
  const from = deployment.deployedAtBlock;
  const [posted] = await readClaim(contracts.claims, { claimId: claimIdOf(taskId, attempt), fromBlock: from });
  const submission = await submissionOf(contracts.nodes, contracts.tasks, { taskId, attempt }, from);
  if (posted === undefined || submission === undefined) throw new Error(`${title} is final without a result`);
  const result = await fetchResult(submission.endpoint, posted);
  if (result === undefined) throw new Error(`${submission.endpoint} does not serve the result of ${title}`);
  return result.output;
}
