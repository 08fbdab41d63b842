import { readOrder } from "@millrace/jobs";
import { formatMill } from "@millrace/sdk";

import { findEvent } from "../lib/events.js";
import { parseId, parseWhole } from "../lib/inputs.js";
import type { Session } from "../lib/Session.js";

interface Values {
  readonly task: string;
  readonly chunk: string;
}

export default async function timeoutKey(session: Session, values: Values): Promise<void> {
  const { contracts, deployment } = await session.protocol();
  const { approvals } = contracts;
  const [taskId, chunk] = [parseId(values.task, "--task"), parseWhole(values.chunk, "--chunk", 65_535)];
  const order = await readOrder(approvals, taskId, deployment.deployedAtBlock);
  const sent = await session.execute({
    title: `Show that the key of chunk ${chunk} of task ${taskId} was not released in time`,
    facts: [
      ["provider", "its attempt has failed, and its bond is slashed"],
      ["then", "what is left of the task is listed again"],
    ],
    steps: [{ label: "timeoutKey", request: await approvals.timeoutKey.populateTransaction(taskId, order, chunk) }],
  });
  if (sent === undefined) return;
  const bondSlashed = findEvent(approvals, sent.last, "TaskRelisted")?.args["bondSlashed"] as bigint;
  session.output.result(
    { taskId, chunk, bondSlashed, transaction: sent.last.hash },
    `Task ${taskId} is listed again; the provider lost ${formatMill(bondSlashed)}.`,
  );
}
