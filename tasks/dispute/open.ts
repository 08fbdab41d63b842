import type { Move } from "@millrace/jobs";
import { GameHistory, kernelAddresses, nextMove } from "@millrace/jobs";
import { formatTime, labelOf, MillraceError } from "@millrace/sdk";

import { parseId } from "../lib/inputs.js";
import type { Step } from "../lib/plan.js";
import type { Session } from "../lib/Session.js";
import type { ClaimValues } from "./ClaimValues.js";
import { claimOf } from "./claimOf.js";
import { examine } from "./examine.js";
import { publishedProof } from "./publishedProof.js";

/** One move a call: a direct proof where the trace is published, else the next step of the opening game. */
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
  const now = await protocol.now();
  const move: Move =
    direct === undefined
      ? nextMove({ bundle, honest, posted, game: history, now }, verdict.firstWrong, {
          kernelAddress: kernelAddresses(protocol.deployment),
        })
      : { kind: "prove", ...direct };
  const { title, step } = await describeMove(session, posted, move);
  const sent = await session.execute({
    title,
    facts: [["if the claim falls", "branch bonds come back, and the prover gets a share of the provider's bond"]],
    steps: [step],
  });
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
  const value = await bondOf(session, claimId);
  switch (move.kind) {
    case "prove":
      return {
        title: `Prove that word ${move.target.position} of the ${labelOf("Region", move.target.region)} is wrong`,
        step: {
          label: "prove",
          request: await claims.prove.populateTransaction(claimId, claim, move.target, move.witness),
        },
      };
    case "pointTop":
      return {
        title: `Point at the root of the ${labelOf("Region", move.region)}: the provider must open it`,
        step: {
          label: "pointTop",
          request: await claims.pointTop.populateTransaction(claimId, claim, move.region, { value }),
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
        step: { label: "timeout", request: await claims.timeout.populateTransaction(claimId, claim, move.branch) },
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

/** What a branch of this claim costs, as it was when the claim was posted. */
async function bondOf(session: Session, claimId: bigint): Promise<bigint> {
  const { claims } = (await session.protocol()).contracts;
  const { bondGwei } = await claims.claimOf(claimId);
  return bondGwei * 10n ** 9n;
}
