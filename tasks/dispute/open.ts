import type { Move } from "@millrace/jobs";
import { bondToSend, GameHistory, handOf, kernelAddresses, nextMove, proofMove } from "@millrace/jobs";
import { formatTime, labelOf, MillraceError, sleep } from "@millrace/sdk";

import { parseId } from "../lib/inputs.js";
import type { Step } from "../lib/plan.js";
import type { Session } from "../lib/Session.js";
import type { ClaimValues } from "./ClaimValues.js";
import { claimOf } from "./claimOf.js";
import { examine } from "./examine.js";
import { publishedProof } from "./publishedProof.js";

const POLL_MS = 250;

/**
 * One move a call: a direct proof where the trace is published, else the next step of the opening game. What must be
 * committed to first is, and then shown.
 */
export default async function open(session: Session, { task, attempt }: ClaimValues): Promise<void> {
  const protocol = await session.protocol();
  const { posted, state } = await claimOf(protocol, parseId(task, "--task"), attempt);
  const examination = await examine(session, posted);
  const { verdict, bundle, honest } = examination;
  if (verdict.isRight) {
    session.output.result(
      { claimId: posted.claimId, state, isRight: true },
      "The result is right: re-executing it gives the same roots.",
    );
    return;
  }
  session.output.say(
    `The result is wrong: its ${labelOf("Region", verdict.firstWrong)} differs from what the program computes.`,
  );
  if (state !== "open") {
    session.output.result(
      { claimId: posted.claimId, state, isRight: false },
      `Its claim is ${state} already; nothing is left to do.`,
    );
    return;
  }
  const { claims } = protocol.contracts;
  const history = new GameHistory(posted.claimId, posted.block);
  await history.readTo(claims, await protocol.provider.getBlockNumber());
  const direct = await publishedProof(session, posted, examination);
  const { signer } = await session.account();
  const decide = async (): Promise<Move> => {
    const hand = await handOf(claims, signer, posted.claimId);
    const now = await protocol.now();
    if (direct !== undefined) return proofMove(posted.claimId, direct, hand, now);
    const options = { kernelAddress: kernelAddresses(protocol.deployment) };
    return nextMove({ bundle, honest, posted, game: history, hand, now }, verdict.firstWrong, options);
  };
  const make = async (move: Move) => {
    const { title, step } = await describeMove(session, posted, move);
    return await session.execute({
      title,
      facts: [
        ["if the claim falls", "branch bonds come back, and who pointed and proved share in the provider's bond"],
      ],
      steps: [step],
    });
  };
  let move = await decide();
  let sent = await make(move);
  if (sent !== undefined && move.kind === "commit") {
    do {
      await sleep(POLL_MS);
      move = await decide();
    } while (move.kind === "wait");
    sent = await make(move);
  }
  if (sent === undefined) return;
  const after = labelOf("ClaimState", await claims.stateOf(posted.claimId));
  session.output.result(
    { claimId: posted.claimId, isRight: false, move: move.kind, state: after, transaction: sent.last.hash },
    after === "slashed"
      ? "The claim is slashed: the bond is gone, the escrow is the task's again."
      : `Done; the claim is ${after}. Call this again once the provider has answered or its time is over.`,
  );
}

type Posted = Awaited<ReturnType<typeof claimOf>>["posted"];

async function describeMove(session: Session, posted: Posted, move: Move): Promise<{ title: string; step: Step }> {
  const { claims } = (await session.protocol()).contracts;
  const { claimId, claim } = posted;
  const value = await bondToSend(claims, (await session.protocol()).provider, claimId);
  switch (move.kind) {
    case "commit":
      return {
        title: `Commit to ${move.hides === "prove" ? "a proof" : "a first pointer"}, so that nobody can copy it`,
        step: { label: "commit", request: await claims.commit.populateTransaction(move.lane, move.digest) },
      };
    case "prove":
      return {
        title: `Prove that word ${move.target.position} of the ${labelOf("Region", move.target.region)} is wrong`,
        step: {
          label: "prove",
          request: await claims.prove.populateTransaction(claimId, claim, move.target, move.witness, move.reveal),
        },
      };
    case "pointTop":
      return {
        title: `Point at the root of the ${labelOf("Region", move.region)}: the provider must open it`,
        step: {
          label: "pointTop",
          request: await claims.pointTop.populateTransaction(claimId, claim, move.region, move.reveal, { value }),
        },
      };
    case "point": {
      const { parent, index, child, siblings } = move;
      return {
        title: `Point at child ${index} below height ${parent.height}: the provider must open it`,
        step: {
          label: "point",
          request: await claims.point.populateTransaction(claimId, parent, index, child, siblings, { value }),
        },
      };
    }
    case "timeout":
      return {
        title: "Time out a branch that the provider left unanswered",
        step: {
          label: "timeout",
          request: await claims.timeout.populateTransaction(claimId, claim, move.branch, [...move.above]),
        },
      };
    case "wait":
      throw new MillraceError("WRONG_STATE", `The provider has until ${formatTime(move.until)} to open a branch.`, {
        hint: "Call this again when it has, or after that time.",
      });
    case "tooLate":
      throw new MillraceError("WRONG_STATE", "The time for pointing at this claim is over.", {
        hint: "Nothing more can be done against it without its trace.",
      });
  }
}
