import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";

import type { PostedClaim, PostedRun } from "@millrace/jobs";
import { fetchBundle, fetchBytes, readOrder, regionTree, submissionOf } from "@millrace/jobs";
import { layoutOf, unframeOutput } from "@millrace/rv32";
import { MillraceError, shortHex } from "@millrace/sdk";
import { TraceTree, WORD_BYTES } from "@millrace/tensor";
import type { Result } from "@millrace/workloads";
import { resultFiles } from "@millrace/workloads";

import type { ClaimValues } from "../dispute/ClaimValues.js";
import { claimOf } from "../dispute/claimOf.js";
import type { Protocol, Session } from "../lib/Session.js";
import { claimMarketOf } from "./markets.js";

interface Values extends ClaimValues {
  readonly out: string;
}

export default async function fetchTask(session: Session, values: Values): Promise<void> {
  const protocol = await session.protocol();
  const { contracts, deployment } = protocol;
  const known = await claimOf(protocol, values);
  const { taskId, attempt, market, state } = known;
  const { out } = values;
  const submission = await submissionOf(
    contracts.nodes,
    claimMarketOf(contracts, market),
    known,
    deployment.deployedAtBlock,
  );
  if (submission === undefined || submission.endpoint === "") {
    throw new MillraceError("DATA_UNAVAILABLE", `The node of task ${taskId} has not said where its results are.`, {
      hint: `Ask its provider, or demand them on chain: npx hardhat dispute demand${known.option} --task ${taskId}.`,
    });
  }
  const place = market === "dispute" ? "tasks" : "runs";
  const base = `${submission.endpoint.replace(/\/+$/, "")}/${place}/${taskId}/${attempt}`;
  const fetched =
    known.market === "dispute" ? await fetchWords(base, known.posted) : await fetchRegion(base, known.posted);
  if (fetched === undefined) {
    throw new MillraceError("DATA_MISMATCH", `What ${base} serves is not the result that was claimed on chain.`, {
      hint: `Nothing was written. Demand the right data: npx hardhat dispute demand${known.option} --task ${taskId}.`,
    });
  }
  await mkdir(out, { recursive: true });
  await writeFile(join(out, "output.bin"), fetched);
  const result = market === "dispute" ? await decode(protocol, taskId, fetched) : undefined;
  for (const { name, bytes } of result?.files ?? []) await writeFile(join(out, name), bytes);
  const files = ["output.bin", ...(result?.files.map(({ name }) => name) ?? [])];
  const outputRoot = known.market === "dispute" ? known.posted.claim.outputRoot : known.posted.outputRoot;
  const what = market === "dispute" ? "A result of a program of its own kind" : `The output, ${fetched.length} bytes`;
  session.output.result(
    { taskId, attempt, outputRoot, state, out, files, accuracy: result?.accuracy },
    `${result?.summary ?? what}. It matches its root ${shortHex(outputRoot)} ` +
      `(the claim is ${state}) and is in ${out}: ${files.join(", ")}.`,
  );
}

/** The words of a tensor program's output; undefined if they are not those that were claimed. */
async function fetchWords(base: string, { claim }: PostedClaim): Promise<Uint8Array | undefined> {
  const bytes = Number(claim.header.outWords) * WORD_BYTES;
  const output = await fetchBytes(`${base}/output.bin`, { maxBytes: bytes });
  return output.length === bytes && TraceTree.build(output).root === claim.outputRoot ? output : undefined;
}

/** What a machine has put out; undefined if the quarter of its memory that holds it is not the one that was claimed. */
async function fetchRegion(base: string, { claim, outputRoot }: PostedRun): Promise<Uint8Array | undefined> {
  const depth = Number(claim.program.depth);
  const { regionBytes } = layoutOf(depth);
  const region = await fetchBytes(`${base}/output.bin`, { maxBytes: regionBytes });
  return regionTree({ depth }, region).root === outputRoot ? unframeOutput(region, regionBytes) : undefined;
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
