import { ChunkHistory, chunkUrl, fetchChunk, fetchPreview, submissionOf } from "@millrace/jobs";
import { MillraceError } from "@millrace/sdk";

import { parseId, parseWhole } from "../lib/inputs.js";
import type { Session } from "../lib/Session.js";
import { writeFiles } from "../lib/writeFiles.js";

interface Values {
  readonly task: string;
  readonly chunk: string;
  readonly out: string;
}

/** What a buyer judges by, and what it paid for. */
export default async function fetchTheChunk(session: Session, values: Values): Promise<void> {
  const { contracts, deployment, provider } = await session.protocol();
  const { approvals, nodes } = contracts;
  const [taskId, chunk] = [parseId(values.task, "--task"), parseWhole(values.chunk, "--chunk", 65_535)];
  const history = new ChunkHistory(taskId, deployment.deployedAtBlock);
  await history.readTo(approvals, await provider.getBlockNumber());
  const last = history.lastOf(chunk);
  if (last === undefined) {
    throw new MillraceError("WRONG_STATE", `Chunk ${chunk} of task ${taskId} was never submitted.`, {
      hint: `npx hardhat job chunks --task ${taskId} shows all of them.`,
    });
  }
  const { attempt, submission } = last;
  const worker = await submissionOf(nodes, approvals, { taskId, attempt }, deployment.deployedAtBlock);
  if (worker === undefined || worker.endpoint === "") {
    throw new MillraceError("DATA_UNAVAILABLE", `The node of task ${taskId} has not said where its chunks are.`, {
      hint: "Ask its provider; what cannot be seen, reject.",
    });
  }
  const base = chunkUrl(worker.endpoint, taskId, last);
  const key = history.keyOf(chunk);
  const files = new Map([[`chunk-${chunk}-preview`, await fetchPreview(base, last)]]);
  if (key !== undefined) files.set(`chunk-${chunk}`, await fetchChunk(base, last, key));
  await writeFiles(values.out, Object.fromEntries(files), "--out");
  const names = [...files.keys()];
  session.output.result(
    { taskId, chunk, attempt, submission, isWhole: key !== undefined, out: values.out, files: names },
    `${names.join(" and ")} are in ${values.out}, as they were committed to.` +
      (key === undefined ? ` Judge it: npx hardhat job judge --task ${taskId} --chunk ${chunk}` : ""),
  );
}
