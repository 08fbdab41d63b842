import { keccak256, ZeroHash } from "ethers";

import { formatCredits, formatDuration, shortHex } from "@millrace/sdk";

import { findEvent } from "../lib/events.js";
import { parseAddress } from "../lib/inputs.js";
import { parseHash } from "../lib/parseHash.js";
import type { Session } from "../lib/Session.js";
import { openingOf } from "./openingOf.js";
import type { TermValues } from "./plainTerms.js";
import { plainTerms } from "./plainTerms.js";
import { readFileOf } from "../lib/readFileOf.js";

interface Values extends TermValues {
  readonly verifier: string;
  readonly program: string;
  readonly input: string;
  readonly data: string | undefined;
}

export default async function openProof(session: Session, values: Values): Promise<void> {
  const protocol = await session.protocol();
  const { contracts, provider } = protocol;
  const verifier = parseAddress(values.verifier, "--verifier");
  const program = {
    verifier,
    codeHash: keccak256(await provider.getCode(verifier)),
    programHash: parseHash(values.program, "--program"),
  };
  const opening = await openingOf(session, contracts.proofs, values);
  const terms = {
    ...(await plainTerms(protocol, values, opening.traitsHash)),
    programHash: await contracts.proofs.programHashOf(program),
    inputRoot: parseHash(values.input, "--input"),
    bundleHash: values.data === undefined ? ZeroHash : keccak256(await readFileOf(values.data, "--data")),
  };
  const sent = await session.execute({
    title: "Open a task for a proven result",
    facts: [
      ["verifier", `${verifier}, code ${shortHex(program.codeHash)}`],
      [
        "price",
        `${formatCredits(terms.startPrice)}, climbing to ${formatCredits(terms.maxPrice)}, which is locked now`,
      ],
      ...opening.facts,
      ["work until", `${formatDuration(terms.workSeconds)} after the provider has the data`],
    ],
    steps: opening.steps(await contracts.proofs.open.populateTransaction(terms, program)),
  });
  if (sent === undefined) return;
  const taskId = findEvent(contracts.proofs, sent.last, "TaskOpened")?.args["taskId"] as bigint;
  session.output.result(
    { taskId, ...program, transaction: sent.last.hash },
    `Task ${taskId} of the proof market is open for at most ${formatCredits(terms.maxPrice)}.`,
  );
}
