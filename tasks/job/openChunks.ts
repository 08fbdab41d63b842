import { join } from "node:path";

import { keccak256 } from "ethers";

import { formatCredits, formatDuration, parseDuration } from "@millrace/sdk";
import { JOB_FILE } from "@millrace/tensor";

import { findEvent } from "../lib/events.js";
import { parseWhole } from "../lib/inputs.js";
import type { Session } from "../lib/Session.js";
import { writeFiles } from "../lib/writeFiles.js";
import { openingOf } from "./openingOf.js";
import type { TermValues } from "./plainTerms.js";
import { plainTerms } from "./plainTerms.js";
import { readFileOf } from "../lib/readFileOf.js";

interface Values extends TermValues {
  readonly chunks: string;
  readonly description: string;
  readonly bundles: string;
  readonly judge: string;
  readonly release: string | undefined;
}

export default async function openChunks(session: Session, values: Values): Promise<void> {
  const protocol = await session.protocol();
  const { contracts } = protocol;
  const chunks = parseWhole(values.chunks, "--chunks", 65_535);
  const opening = await openingOf(session, contracts.approvals, values);
  const description = await readFileOf(values.description, "--description");
  const programHash = keccak256(description);
  const url = values.url === "" ? "" : `${values.url.replace(/\/+$/, "")}/${programHash}`;
  const terms = {
    ...(await plainTerms(protocol, { ...values, url }, opening.traitsHash)),
    windowSeconds: parseDuration(values.judge),
    responseSeconds:
      values.release === undefined
        ? Number(await contracts.claims.minResponseSeconds())
        : parseDuration(values.release),
    programHash,
  };
  const escrow = terms.maxPrice * BigInt(chunks);
  const { address } = await session.account();
  const { free } = await contracts.settlement.accountOf(address);
  // Kept before it is ordered: whoever orders must be able to show.
  if (url !== "") await writeFiles(join(values.bundles, programHash), { [JOB_FILE]: description }, "--bundles");
  const sent = await session.execute({
    title: `Open a task of ${chunks} chunks to be approved`,
    facts: [
      ["price of a chunk", `${formatCredits(terms.startPrice)}, climbing to ${formatCredits(terms.maxPrice)}`],
      ["locked now", `${formatCredits(escrow)} of ${formatCredits(free + opening.bought)} free`],
      ...opening.facts,
      ["silence approves", `after ${formatDuration(terms.windowSeconds)}`],
    ],
    steps: opening.steps(await contracts.approvals.open.populateTransaction(terms, chunks)),
  });
  if (sent === undefined) return;
  const taskId = findEvent(contracts.approvals, sent.last, "TaskOpened")?.args["taskId"] as bigint;
  session.output.result(
    { taskId, chunks, programHash, dataUri: url, escrow, transaction: sent.last.hash },
    `Task ${taskId} of the approval market is open. ` +
      (url === "" ? "" : `Keep its description served: npx hardhat job serve --bundles ${values.bundles}. `) +
      `Judge what comes: npx hardhat job chunks --task ${taskId}`,
  );
}
