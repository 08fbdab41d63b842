import type { Retrieval } from "@millrace/jobs";
import { feeToSend, retrievalOf } from "@millrace/jobs";
import { unframeOutput } from "@millrace/rv32";
import { formatTime, labelOf, MillraceError } from "@millrace/sdk";
import { Region } from "@millrace/tensor";
import { formatEther } from "ethers";

import type { Session } from "../lib/Session.js";
import { writeFileOf } from "../lib/writeFiles.js";
import { chunkDesk } from "./chunkDesk.js";
import type { ClaimValues } from "./ClaimValues.js";
import type { KnownClaim } from "./claimOf.js";
import { claimOf } from "./claimOf.js";

interface Values extends ClaimValues {
  readonly region: string;
  readonly out: string | undefined;
}

/**
 * One step a call towards data that a provider withholds: demands what is not demanded yet, ends a claim that did not show
 * them in time, or writes what was shown.
 */
export default async function demand(session: Session, values: Values): Promise<void> {
  const protocol = await session.protocol();
  const region = regionOf(values.region);
  const known = await claimOf(protocol, values);
  const desk = chunkDesk(known);
  const { address } = await session.account();
  const at = { block: await protocol.provider.getBlockNumber(), now: await protocol.now(), account: address };
  const found = await retrievalOf(desk, region, at);
  const { claimId, state } = known;
  const name = labelOf("Region", region);

  if (found.bytes !== undefined) {
    await write(values.out, known, found.bytes);
    const text = `The whole ${name} was shown on chain${values.out === undefined ? "" : ` and is in ${values.out}`}.`;
    session.output.result({ claimId, state, ...countsOf(found), bytes: found.bytes.length, out: values.out }, text);
    return;
  }
  if (state !== "open") {
    throw new MillraceError("WRONG_STATE", `Claim ${claimId} is ${state}: nothing can be demanded any more.`, {
      hint: "Data are demanded while a claim can be contested.",
    });
  }
  const [late] = found.overdue;
  if (late !== undefined) {
    const sent = await session.execute({
      title: `End claim ${claimId}: chunk ${late.chunk} of its ${name} was not shown in time`,
      facts: [["result", "the provider's bond is slashed, the task is listed again, who demanded has the reward"]],
      steps: [{ label: "timeoutDemand", request: await desk.timeout(region, late.chunk) }],
    });
    if (sent === undefined) return;
    session.output.result(
      { claimId, state: "slashed", chunk: late.chunk, transaction: sent.last.hash },
      "The claim is slashed: a result that is withheld is not paid.",
    );
    return;
  }
  if (found.ask.length === 0) {
    const [first] = [...found.waiting].sort((a, b) => a.answerBy - b.answerBy);
    if (first === undefined) {
      throw new MillraceError("WRONG_STATE", `The time for demanding the ${name} of claim ${claimId} is over.`, {
        hint: "Chunks are demanded while the result can be contested.",
      });
    }
    session.output.result(
      { claimId, state, ...countsOf(found), answerBy: first.answerBy },
      `${found.shown} of ${found.chunks} chunks are shown; the provider has until ${formatTime(first.answerBy)} ` +
        "for the next. Call this again then.",
    );
    return;
  }
  const fee = await feeToSend(known.game, protocol.provider, claimId);
  const sent = await session.execute({
    title: `Demand ${found.ask.length} of ${found.chunks} chunks of the ${name} of claim ${claimId}`,
    facts: [
      ["fee", `at most ${formatEther(fee)} ETH a chunk, the provider's in every case`],
      ["if one is not shown", "the provider loses its bond as for a wrong result, and you have the reporter's part"],
    ],
    steps: await Promise.all(
      found.ask.map(async (chunk) => ({ label: `demand ${chunk}`, request: await desk.demand(region, chunk, fee) })),
    ),
  });
  if (sent === undefined) return;
  session.output.result(
    { claimId, state, demanded: found.ask, ...countsOf(found), transaction: sent.last.hash },
    `Demanded; call this again once they are shown: npx hardhat dispute show${known.option} --task ${known.taskId}.`,
  );
}

function countsOf({ chunks, shown }: Retrieval): { chunks: number; shown: number } {
  return { chunks, shown };
}

function regionOf(text: string): Region {
  if (text === "output") return Region.Output;
  if (text === "input") return Region.Input;
  throw new MillraceError("BAD_INPUT", `--region is "${text}".`, { hint: "Choose input or output." });
}

/** Of a run without the length that goes before. */
async function write(out: string | undefined, { market }: KnownClaim, bytes: Uint8Array): Promise<void> {
  if (out === undefined) return;
  await writeFileOf(out, market === "machine" ? unframeOutput(bytes) : bytes, "--out");
}
