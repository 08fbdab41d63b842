import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { fetchBundle, fetchBytes, readOrder, submissionOf } from "@millrace/jobs";
import { MillraceError, shortHex } from "@millrace/sdk";
import { TraceTree, WORD_BYTES } from "@millrace/tensor";
import type { Result } from "@millrace/workloads";
import { resultFiles } from "@millrace/workloads";

import { claimOf } from "../dispute/claimOf.js";
import { parseId } from "../lib/inputs.js";
import type { Protocol, Session } from "../lib/Session.js";

interface Values {
  readonly task: string;
  readonly attempt: string | undefined;
  readonly out: string;
}

export default async function fetchTask(session: Session, { task, attempt, out }: Values): Promise<void> {
  const protocol = await session.protocol();
  const taskId = parseId(task, "--task");
  const { posted, state } = await claimOf(protocol, taskId, attempt);
  const submission = await submissionOf(
    protocol.contracts,
    taskId,
    posted.attempt,
    protocol.deployment.deployedAtBlock,
  );
  if (submission === undefined || submission.endpoint === "") {
    throw new MillraceError("DATA_UNAVAILABLE", `The node of task ${taskId} has not said where its results are.`, {
      hint: "Ask its provider, who can set the node's endpoint.",
    });
  }
  const base = `${submission.endpoint.replace(/\/+$/, "")}/tasks/${taskId}/${posted.attempt}`;
  const { outWords } = posted.claim.header;
  const output = await fetchBytes(`${base}/output.bin`, { maxBytes: Number(outWords) * WORD_BYTES });
  const isClaimed =
    output.length === Number(outWords) * WORD_BYTES && TraceTree.build(output).root === posted.claim.outputRoot;
  if (!isClaimed) {
    throw new MillraceError("DATA_MISMATCH", `What ${base} serves is not the result that was claimed on chain.`, {
      hint: "Nothing was written. Ask the provider for the right data, or dispute the claim.",
    });
  }
  await mkdir(out, { recursive: true });
  await writeFile(join(out, "output.bin"), output);
  const result = await decode(protocol, taskId, output);
  for (const { name, bytes } of result?.files ?? []) await writeFile(join(out, name), bytes);
  const files = ["output.bin", ...(result?.files.map(({ name }) => name) ?? [])];
  session.output.result(
    {
      taskId,
      attempt: posted.attempt,
      outputRoot: posted.claim.outputRoot,
      state,
      out,
      files,
      accuracy: result?.accuracy,
    },
    `${result?.summary ?? "A result of a program of its own kind"}. It matches its root ${shortHex(posted.claim.outputRoot)} ` +
      `(the claim is ${state}) and is in ${out}: ${files.join(", ")}.`,
  );
}

/** The bundle says how to read the output; a program of the buyer's own, or a host that is gone, leaves the raw words. */
async function decode(
  { contracts, deployment }: Protocol,
  taskId: bigint,
  output: Uint8Array,
): Promise<Result | undefined> {
  try {
    const order = await readOrder(contracts.tasks, taskId, deployment.deployedAtBlock);
    const { about } = await fetchBundle(order.terms);
    return resultFiles(about, output);
  } catch {
    return undefined;
  }
}
