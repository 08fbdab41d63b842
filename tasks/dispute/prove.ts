import { labelOf, MillraceError } from "@millrace/sdk";

import { parseId } from "../lib/inputs.js";
import type { Session } from "../lib/Session.js";
import type { ClaimValues } from "./ClaimValues.js";
import { claimOf } from "./claimOf.js";
import { examine } from "./examine.js";
import { publishedProof } from "./publishedProof.js";
import { readProof } from "./readProof.js";

interface Values extends ClaimValues {
  readonly proof: string | undefined;
}

export default async function prove(session: Session, { task, attempt, proof: file }: Values): Promise<void> {
  const protocol = await session.protocol();
  const { posted } = await claimOf(protocol, parseId(task, "--task"), attempt);
  const { claimId, claim } = posted;
  const { claims } = protocol.contracts;
  const { target, witness } = file === undefined ? await makeProof(session, posted) : await readProof(file);
  const sent = await session.execute({
    title: `Prove that word ${target.position} of the ${labelOf("Region", target.region)} of claim ${claimId} is wrong`,
    facts: [["result", "the provider's bond is slashed, the task is listed again, the prover gets its share"]],
    steps: [{ label: "prove", request: await claims.prove.populateTransaction(claimId, claim, target, witness) }],
  });
  if (sent === undefined) return;
  session.output.result(
    { claimId, target, gas: sent.last.gasUsed, transaction: sent.last.hash },
    `Proven with ${sent.last.gasUsed.toLocaleString("en-US")} gas: the claim is slashed.`,
  );
}

async function makeProof(session: Session, posted: Awaited<ReturnType<typeof claimOf>>["posted"]) {
  const examination = await examine(session, posted);
  if (examination.verdict.isRight) {
    throw new MillraceError("WRONG_STATE", "The result is right: re-executing it gives the same roots.", {
      hint: "There is nothing to prove.",
    });
  }
  const proof = await publishedProof(session, posted, examination);
  if (proof !== undefined) return proof;
  throw new MillraceError("DATA_UNAVAILABLE", "The result is wrong, but its provider does not publish the trace.", {
    hint: "Play the opening game instead: npx hardhat dispute open.",
  });
}
