import type { ChunkDesk } from "@millrace/jobs";
import { fetchBundle, publishedOutput, readOrder, retrievalOf } from "@millrace/jobs";
import { unframeOutput } from "@millrace/rv32";
import { MillraceError, shortHex } from "@millrace/sdk";
import { Region } from "@millrace/tensor";
import type { Result } from "@millrace/workloads";
import { resultFiles } from "@millrace/workloads";
import { ZeroAddress } from "ethers";

import { chunkDesk } from "../dispute/chunkDesk.js";
import type { ClaimValues } from "../dispute/ClaimValues.js";
import { endOfClaim } from "../dispute/endOfClaim.js";
import type { KnownClaim } from "../dispute/claimOf.js";
import { claimOf } from "../dispute/claimOf.js";
import type { Protocol, Session } from "../lib/Session.js";
import { writeFiles } from "../lib/writeFiles.js";
import { claimMarketOf } from "./markets.js";

interface Values extends ClaimValues {
  readonly out: string;
}

export default async function fetchTask(session: Session, values: Values): Promise<void> {
  const protocol = await session.protocol();
  const known = await claimOf(protocol, values);
  const { taskId, attempt, market, state } = known;
  const { out } = values;
  const desk = chunkDesk(known);
  const { bytes, isShown } = await outputOf(protocol, known, desk);
  const fetched = market === "machine" ? unframeOutput(bytes, desk.maxBytes(Region.Output)) : bytes;
  const result = market === "dispute" ? await decode(protocol, taskId, fetched) : undefined;
  const decoded = Object.fromEntries((result?.files ?? []).map(({ name, bytes }) => [name, bytes]));
  await writeFiles(out, { "output.bin": fetched, ...decoded }, "--out");
  const files = ["output.bin", ...(result?.files.map(({ name }) => name) ?? [])];
  const outputRoot = known.market === "dispute" ? known.posted.claim.outputRoot : known.posted.outputRoot;
  const end = await endOfClaim(protocol, known);
  const run = end === undefined ? "" : ` of ${end.text}`;
  const what =
    market === "dispute" ? "A result of a program of its own kind" : `The output${run}: ${fetched.length} bytes`;
  session.output.result(
    {
      ...{ taskId, attempt, outputRoot, state, isShown, out, files, accuracy: result?.accuracy },
      ...(end !== undefined && { ended: end.ended, steps: end.steps, exitCode: end.exitCode }),
    },
    `${result?.summary ?? what}. It matches its root ${shortHex(outputRoot)} ` +
      `(the claim is ${state}${isShown ? ", and this was shown on chain" : ""}) and is in ${out}: ${files.join(", ")}.`,
  );
}

/** The claimed output: as its provider serves it, or else as it was shown on chain to whoever demanded it. */
async function outputOf(
  { contracts, deployment, provider, now }: Protocol,
  known: KnownClaim,
  desk: ChunkDesk,
): Promise<{ readonly bytes: Uint8Array; readonly isShown: boolean }> {
  const { taskId, attempt, option } = known;
  const published = await publishedOutput(desk, {
    ...{ nodes: contracts.nodes, market: claimMarketOf(contracts, known.market), taskId, attempt },
    fromBlock: deployment.deployedAtBlock,
  });
  if ("bytes" in published) return { bytes: published.bytes, isShown: false };
  const at = { block: await provider.getBlockNumber(), now: await now(), account: ZeroAddress };
  const { bytes } = await retrievalOf(desk, Region.Output, at);
  if (bytes !== undefined) return { bytes, isShown: true };
  const demand = `npx hardhat dispute demand${option} --task ${taskId}`;
  if (published.problem === "nowhere") {
    throw new MillraceError("DATA_UNAVAILABLE", `The node of task ${taskId} has not said where its results are.`, {
      hint: `Ask its provider, or demand them on chain: ${demand}.`,
    });
  }
  if (published.problem === "unavailable") throw published.error;
  throw new MillraceError(
    "DATA_MISMATCH",
    `What ${published.url} serves is not the result that was claimed on chain.`,
    {
      hint: `Nothing was written. Demand the right data: ${demand}.`,
    },
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
