import { readOrder } from "@millrace/jobs";
import { formatCredits, formatTime, labelOf } from "@millrace/sdk";

import { parseId } from "../lib/inputs.js";
import type { Session } from "../lib/Session.js";
import { table } from "../lib/text.js";

/** Chunks that were ever submitted, and how far the task is. */
export default async function chunks(session: Session, { task }: { task: string }): Promise<void> {
  const { contracts, deployment } = await session.protocol();
  const { approvals } = contracts;
  const taskId = parseId(task, "--task");
  const order = await readOrder(approvals, taskId, deployment.deployedAtBlock);
  const [status, progress, submitted] = await Promise.all([
    approvals.statusOf(taskId),
    approvals.progressOf(taskId),
    approvals.queryFilter(approvals.filters.ChunkSubmitted(taskId), deployment.deployedAtBlock),
  ]);
  const numbers = [...new Set(submitted.map(({ args }) => args.chunk))].sort((a, b) => Number(a - b));
  const shown = await Promise.all(
    numbers.map(async (chunk) => {
      const [state, { clockAt, submissions }] = await Promise.all([
        approvals.chunkStatusOf(taskId, order, chunk),
        approvals.chunkOf(taskId, chunk),
      ]);
      return { chunk, status: labelOf("ChunkStatus", state), submissions, clockAt };
    }),
  );
  const { left, paid, escrow, canEnd } = progress;
  const total = progress.chunks;
  const rows = shown.map(({ chunk, status: state, submissions, clockAt }) => [
    `${chunk}`,
    state,
    `${submissions} of 3`,
    state === "submitted" || state === "approved" ? formatTime(clockAt) : "",
  ]);
  const name = labelOf("TaskStatus", status);
  session.output.result(
    { taskId, status: name, chunks: total, leftChunks: left, paid, escrow, canEnd, submitted: shown },
    `Task ${taskId} is ${name}: ${left} of ${total} chunks left, ${formatCredits(paid)} paid, ` +
      `${formatCredits(escrow)} locked.\n` +
      table(["chunk", "status", "submission", "until"], rows, "Nothing was submitted yet."),
  );
}
