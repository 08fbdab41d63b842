import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { fetchBundle, readOrder } from "@millrace/jobs";
import { formatDuration, labelOf, MillraceError, shortHex } from "@millrace/sdk";
import { executeInWorker, progressEvery, rootsOf } from "@millrace/tensor";

import { parseId } from "../lib/inputs.js";
import type { Session } from "../lib/Session.js";

/** Seconds between two words on how far the work is. */
const PROGRESS_SECONDS = 10;

interface Values {
  readonly task: string;
  readonly results: string;
}

export default async function submit(session: Session, { task, results }: Values): Promise<void> {
  const { contracts, deployment } = await session.protocol();
  const taskId = parseId(task, "--task");
  const order = await readOrder(contracts.tasks, taskId, deployment.deployedAtBlock);
  await assertWorking(session, taskId);
  const { attempt } = await contracts.tasks.taskOf(taskId);
  const bundle = await fetchBundle(order.terms);
  session.output.say(`Working: ${bundle.program.totalWords.toLocaleString("en-US")} words …`);
  const traces = await executeInWorker(bundle.program, bundle.input, {
    onProgress: progressEvery(PROGRESS_SECONDS, (percent) => {
      session.output.say(`${percent} % done …`);
    }),
  });
  const { bodyRoot, outputRoot } = rootsOf(traces);
  // Kept before it is claimed: whoever claims must be able to show.
  const folder = join(results, taskId.toString(), attempt.toString());
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, "output.bin"), traces.output.words);
  if (traces.body !== undefined) await writeFile(join(folder, "body.bin"), traces.body.words);
  const { header } = bundle.program;
  const sent = await session.execute({
    title: `Claim the result of task ${taskId}`,
    facts: [
      ["result", shortHex(outputRoot)],
      ["trace", `${shortHex(bodyRoot)}, kept in ${folder}`],
      ["contestable for", formatDuration(BigInt(order.terms.windowSeconds))],
    ],
    steps: [
      {
        label: "submit",
        request: await contracts.tasks.submit.populateTransaction(taskId, order, header, bodyRoot, outputRoot),
      },
    ],
  });
  if (sent === undefined) return;
  session.output.result(
    { taskId, attempt, bodyRoot, outputRoot, folder, transaction: sent.last.hash },
    `Claimed. Keep the result served: npx hardhat job serve --results ${results} --port <port of the node's endpoint>`,
  );
}

/** Before minutes of work, not after. */
async function assertWorking(session: Session, taskId: bigint): Promise<void> {
  const { contracts } = await session.protocol();
  const status = labelOf("TaskStatus", await contracts.tasks.statusOf(taskId));
  if (status === "working") return;
  const isLate = status === "overdue";
  throw new MillraceError(
    "WRONG_STATE",
    isLate ? `The result of task ${taskId} is late.` : `Task ${taskId} is ${status}, not being worked on.`,
    {
      hint: isLate
        ? "The deadline has passed, part of the bond is lost, and the task is listed again."
        : "Accept it first (npx hardhat job accept), or choose another task.",
    },
  );
}
