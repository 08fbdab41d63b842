import { join } from "node:path";

import { noTask, readMachineProgram, runValues } from "@millrace/jobs";
import { ExecutionWorker } from "@millrace/rv32";
import { formatDuration, labelOf, MillraceError, shortHex } from "@millrace/sdk";
import { executeInWorker, progressEvery, rootsOf } from "@millrace/tensor";
import type { ContractTransaction } from "ethers";
import { hexlify } from "ethers";

import { kernelsOf } from "../dispute/kernelsOf.js";
import { assertPath } from "../lib/assertPath.js";
import { parseId } from "../lib/inputs.js";
import type { Protocol, Session } from "../lib/Session.js";
import { makeFolderOf, writeFiles } from "../lib/writeFiles.js";
import type { Fact } from "../lib/text.js";
import type { ClaimedJob } from "./claimedJob.js";
import { claimedJob } from "./claimedJob.js";
import { endOf } from "./endOf.js";
import type { ResultMarket } from "./markets.js";
import { claimMarketName, claimMarketOf } from "./markets.js";

/** Seconds between two words on how far the work is. */
const PROGRESS_SECONDS = 10;

interface Values {
  readonly market: string;
  readonly task: string;
  readonly results: string;
}

/** A result that is ready to be claimed. */
interface Work {
  readonly files: Readonly<Record<string, Uint8Array>>;
  readonly roots: { readonly outputRoot: string; readonly bodyRoot?: string };
  readonly facts: readonly Fact[];
  readonly request: ContractTransaction;
}

export default async function submit(session: Session, { market: name, task, results }: Values): Promise<void> {
  const protocol = await session.protocol();
  const kind = claimMarketName(name);
  const market = claimMarketOf(protocol.contracts, kind);
  const taskId = parseId(task, "--task");
  await assertWorking(market, taskId);
  const { attempt } = await market.taskOf(taskId);
  const job = await claimedJob(protocol, kind, taskId);
  await session.prepare();
  assertPath(results, "--results");
  const folder = join(results, ...(kind === "dispute" ? [] : [kind]), taskId.toString(), attempt.toString());
  makeFolderOf(folder, "--results");
  session.output.say(`Working: ${job.size} …`);
  const { files, roots, facts, request } =
    job.kind === "machine" ? await run(protocol, job) : await execute(session, job);
  // Kept before it is claimed: whoever claims must be able to show.
  await writeFiles(folder, files, "--results");
  const sent = await session.execute({
    title: `Claim the result of task ${taskId}`,
    facts: [
      ["result", `${shortHex(roots.outputRoot)}, kept in ${folder}`],
      ...facts,
      ["contestable for", formatDuration(BigInt(job.order.terms.windowSeconds))],
    ],
    steps: [{ label: "submit", request }],
  });
  if (sent === undefined) return;
  session.output.result(
    { taskId, attempt, ...roots, folder, transaction: sent.last.hash },
    `Claimed. Keep the result served: npx hardhat job serve --results ${results} --port <port of the node's endpoint>`,
  );
}

async function execute(
  session: Session,
  { market, taskId, order, bundle }: Extract<ClaimedJob, { kind: "dispute" }>,
): Promise<Work> {
  const traces = await executeInWorker(bundle.program, bundle.input, {
    kernelModules: (await kernelsOf(session)).modules,
    onProgress: progressEvery(PROGRESS_SECONDS, (percent) => {
      session.output.say(`${percent} % done …`);
    }),
  });
  const { bodyRoot, outputRoot } = rootsOf(traces);
  return {
    files: { "output.bin": traces.output.words, ...(traces.body && { "body.bin": traces.body.words }) },
    roots: { bodyRoot, outputRoot },
    facts: [["trace", shortHex(bodyRoot)]],
    request: await market.submit.populateTransaction(taskId, order, bundle.program.header, bodyRoot, outputRoot),
  };
}

async function run(
  { deployment }: Protocol,
  { market, taskId, order, bundle }: Extract<ClaimedJob, { kind: "machine" }>,
): Promise<Work> {
  const worker = new ExecutionWorker(bundle.program, bundle.input);
  const trace = await worker.run();
  const { outputRoot } = trace.final;
  const region = await worker.region();
  await worker.close();
  const program = await readMachineProgram(market, taskId, deployment.deployedAtBlock);
  return {
    files: { "output.bin": region },
    roots: { outputRoot: hexlify(outputRoot) },
    facts: [
      ["run", endOf(trace.final)],
      ["claim", `${trace.checkpoints.length} states, 2^${trace.log2} steps apart`],
    ],
    request: await market.submit.populateTransaction(taskId, order, program, runValues(trace)),
  };
}

/** Before minutes of work, not after. */
async function assertWorking(market: ResultMarket, taskId: bigint): Promise<void> {
  const status = labelOf("TaskStatus", await market.statusOf(taskId));
  if (status === "working") return;
  if (status === "unknown") throw noTask(taskId);
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
