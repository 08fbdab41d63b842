import { readOrder } from "@millrace/jobs";
import { formatCredits } from "@millrace/sdk";

import { parseId } from "../lib/inputs.js";
import type { Session } from "../lib/Session.js";

/** Ends the rest of a task of chunks without fault. */
export default async function end(session: Session, { task }: { task: string }): Promise<void> {
  const { contracts, deployment } = await session.protocol();
  const taskId = parseId(task, "--task");
  const order = await readOrder(contracts.approvals, taskId, deployment.deployedAtBlock);
  const { left, escrow } = await contracts.approvals.progressOf(taskId);
  const sent = await session.execute({
    title: `End the rest of task ${taskId}`,
    facts: [
      ["chunks left", `${left}`],
      ["goes back to the buyer", formatCredits(escrow)],
      ["bond", "returns whole to the provider"],
    ],
    steps: [{ label: "endRest", request: await contracts.approvals.endRest.populateTransaction(taskId, order) }],
  });
  if (sent === undefined) return;
  session.output.result(
    { taskId, refunded: escrow, transaction: sent.last.hash },
    `Task ${taskId} has ended; ${formatCredits(escrow)} went back to the buyer.`,
  );
}
