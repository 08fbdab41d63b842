import type { PostedClaim } from "@millrace/jobs";
import { handOf, proofMove } from "@millrace/jobs";
import { labelOf, MillraceError, sleep } from "@millrace/sdk";

import type { Session } from "../lib/Session.js";
import type { ClaimValues } from "./ClaimValues.js";
import type { KnownClaim } from "./claimOf.js";
import { claimOf } from "./claimOf.js";
import { examine } from "./examine.js";
import { readProof } from "./readProof.js";

const POLL_MS = 250;

interface Values extends ClaimValues {
  readonly proof: string | undefined;
}

export default async function prove(session: Session, values: Values): Promise<void> {
  const protocol = await session.protocol();
  const known = await claimOf(protocol, values);
  if (known.market === "machine") {
    throw new MillraceError("WRONG_STATE", "A run is proven wrong at the end of the opening game only.", {
      hint: `Play it: npx hardhat dispute open${known.option} --task ${known.taskId}.`,
    });
  }
  const { claimId, claim } = known.posted;
  const { claims } = protocol.contracts;
  const { target, witness } =
    values.proof === undefined ? await makeProof(session, known) : await readProof(values.proof);
  const title = `that word ${target.position} of the ${labelOf("Region", target.region)} of claim ${claimId} is wrong`;
  const { signer } = await session.account();
  const decide = async () =>
    proofMove(claimId, { target, witness }, await handOf(claims, signer, claimId), await protocol.now());
  let move = await decide();
  if (move.kind === "commit") {
    const committed = await session.execute({
      title: `Commit to the proof ${title}`,
      facts: [["why", "nobody can copy a proof that was committed to"]],
      steps: [{ label: "commit", request: await claims.commit.populateTransaction(move.lane, move.digest) }],
    });
    if (committed === undefined) return;
  }
  while (move.kind !== "prove") {
    await sleep(POLL_MS);
    move = await decide();
  }
  const call = claims.prove.populateTransaction(claimId, claim, target, witness, move.reveal);
  const sent = await session.execute({
    title: `Prove ${title}`,
    facts: [["result", "the provider's bond is slashed, the task is listed again, the prover gets its share"]],
    steps: [{ label: "prove", request: await call }],
  });
  if (sent === undefined) return;
  session.output.result(
    { claimId, target, gas: sent.last.gasUsed, transaction: sent.last.hash },
    `Proven with ${sent.last.gasUsed.toLocaleString("en-US")} gas: the claim is slashed.`,
  );
}

async function makeProof(session: Session, known: KnownClaim & { readonly posted: PostedClaim }) {
  const examination = await examine(session, known);
  if (examination === undefined) {
    throw new MillraceError("WRONG_STATE", "The result is right: re-executing it gives the same roots.", {
      hint: "There is nothing to prove.",
    });
  }
  if (examination.direct !== undefined) return examination.direct;
  throw new MillraceError("DATA_UNAVAILABLE", "The result is wrong, but its provider does not publish the trace.", {
    hint: "Play the opening game instead: npx hardhat dispute open.",
  });
}
