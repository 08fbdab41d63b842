import { id } from "ethers";

import { readOrder } from "@millrace/jobs";
import { MillraceError } from "@millrace/sdk";

import { parseId, parseWhole } from "../lib/inputs.js";
import type { Session } from "../lib/Session.js";

interface Values {
  readonly task: string;
  readonly chunk: string;
  readonly approve: boolean;
  readonly reject: string | undefined;
}

export default async function judge(session: Session, values: Values): Promise<void> {
  const { contracts, deployment } = await session.protocol();
  const [taskId, chunk] = [parseId(values.task, "--task"), parseWhole(values.chunk, "--chunk", 65_535)];
  if (values.approve === (values.reject !== undefined)) {
    throw new MillraceError("BAD_INPUT", "job judge needs either --approve or --reject.", {
      hint: "Give --approve, or --reject with the reason.",
    });
  }
  const order = await readOrder(contracts.approvals, taskId, deployment.deployedAtBlock);
  const { submissions } = await contracts.approvals.chunkOf(taskId, chunk);
  const { approveChunk, rejectChunk } = contracts.approvals;
  const request = values.approve
    ? await approveChunk.populateTransaction(taskId, order, chunk)
    : await rejectChunk.populateTransaction(taskId, order, chunk, id(values.reject ?? ""));
  const consequence = values.approve ? "the provider has to release its key, and is paid for it" : afterRejection();
  const verb = values.approve ? "Approve" : "Reject";
  const sent = await session.execute({
    title: `${verb} chunk ${chunk} of task ${taskId}`,
    facts: [
      ["submission", `${submissions} of 3`],
      ["then", consequence],
    ],
    steps: [{ label: values.approve ? "approveChunk" : "rejectChunk", request }],
  });
  if (sent === undefined) return;
  session.output.result(
    { taskId, chunk, approved: values.approve, transaction: sent.last.hash },
    `Chunk ${chunk} is ${values.approve ? "approved" : "rejected"}: ${consequence}.`,
  );

  function afterRejection(): string {
    return submissions < 3n
      ? "the provider submits it again"
      : "its price comes back, and either side may end the rest: npx hardhat job end";
  }
}
