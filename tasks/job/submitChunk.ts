import { chunkHashes, readOrder } from "@millrace/jobs";
import { formatTime } from "@millrace/sdk";

import { findEvent } from "../lib/events.js";
import { parseId, parseWhole } from "../lib/inputs.js";
import type { Session } from "../lib/Session.js";
import { parseHash } from "../lib/parseHash.js";
import { readFileOf } from "../lib/readFileOf.js";

interface Values {
  readonly task: string;
  readonly chunk: string;
  readonly preview: string;
  readonly cipher: string;
  readonly key: string;
}

export default async function submitChunk(session: Session, values: Values): Promise<void> {
  const { contracts, deployment } = await session.protocol();
  const [taskId, chunk] = [parseId(values.task, "--task"), parseWhole(values.chunk, "--chunk", 65_535)];
  const order = await readOrder(contracts.approvals, taskId, deployment.deployedAtBlock);
  const { previewHash, cipherRoot, keyHash } = chunkHashes({
    preview: await readFileOf(values.preview, "--preview"),
    sealed: await readFileOf(values.cipher, "--cipher"),
    key: parseHash(values.key, "--key"),
  });
  const request = await contracts.approvals.submitChunk.populateTransaction(
    taskId,
    order,
    chunk,
    previewHash,
    cipherRoot,
    keyHash,
  );
  const sent = await session.execute({
    title: `Submit chunk ${chunk} of task ${taskId}`,
    facts: [
      ["preview", previewHash],
      ["ciphertext", cipherRoot],
      ["key", "only its hash is sent; keep it until the chunk is approved"],
    ],
    steps: [{ label: "submitChunk", request }],
  });
  if (sent === undefined) return;
  const judgeBy = findEvent(contracts.approvals, sent.last, "ChunkSubmitted")?.args["judgeBy"] as bigint;
  session.output.result(
    { taskId, chunk, previewHash, cipherRoot, keyHash, judgeBy, transaction: sent.last.hash },
    `Chunk ${chunk} can be judged until ${formatTime(judgeBy)}; without a word it is approved then.`,
  );
}
