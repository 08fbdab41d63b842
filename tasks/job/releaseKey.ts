import { readOrder } from "@millrace/jobs";
import { formatCredits, MillraceError } from "@millrace/sdk";

import { findEvent } from "../lib/events.js";
import { parseId, parseWhole } from "../lib/inputs.js";
import type { Session } from "../lib/Session.js";
import { parseHash } from "../lib/parseHash.js";

interface Values {
  readonly task: string;
  readonly chunk: string;
  readonly key: string;
}

export default async function releaseKey(session: Session, values: Values): Promise<void> {
  const { contracts, deployment } = await session.protocol();
  const [taskId, chunk] = [parseId(values.task, "--task"), parseWhole(values.chunk, "--chunk", 65_535)];
  const key = parseHash(values.key, "--key");
  const order = await readOrder(contracts.approvals, taskId, deployment.deployedAtBlock);
  const submitted = await contracts.approvals.queryFilter(
    contracts.approvals.filters.ChunkSubmitted(taskId, chunk),
    deployment.deployedAtBlock,
  );
  const last = submitted.at(-1)?.args;
  if (last === undefined) {
    throw new MillraceError("WRONG_STATE", `Chunk ${chunk} of task ${taskId} was never submitted.`, {
      hint: `npx hardhat job chunks --task ${taskId} shows all of them.`,
    });
  }
  const { previewHash, cipherRoot } = last;
  const sent = await session.execute({
    title: `Release the key of chunk ${chunk} of task ${taskId}`,
    facts: [["then", "the chunk is paid; the key is public"]],
    steps: [
      {
        label: "releaseKey",
        request: await contracts.approvals.releaseKey.populateTransaction(
          taskId,
          order,
          chunk,
          previewHash,
          cipherRoot,
          key,
        ),
      },
    ],
  });
  if (sent === undefined) return;
  const credits = findEvent(contracts.approvals, sent.last, "ChunkPaid")?.args["credits"] as bigint;
  session.output.result(
    { taskId, chunk, credits, transaction: sent.last.hash },
    `Chunk ${chunk} paid ${formatCredits(credits)}, fee included.`,
  );
}
