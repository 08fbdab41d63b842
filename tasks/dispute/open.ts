import type { ContestMove } from "@millrace/jobs";
import { bondToSend } from "@millrace/jobs";
import { formatTime, labelOf, MillraceError, sleep } from "@millrace/sdk";

import type { Session } from "../lib/Session.js";
import type { ClaimValues } from "./ClaimValues.js";
import type { KnownClaim } from "./claimOf.js";
import { claimOf } from "./claimOf.js";
import type { Examination } from "./examine.js";
import { examine } from "./examine.js";

const POLL_MS = 250;

/**
 * One move a call: a direct proof where the trace is published, else the next step of the opening game. What must be
 * committed to first is, and then shown.
 */
export default async function open(session: Session, values: ClaimValues): Promise<void> {
  const protocol = await session.protocol();
  const known = await claimOf(protocol, values);
  const { claimId, state } = known;
  const examination = await examine(session, known);
  if (examination === undefined) {
    const text = "The result is right: re-executing it gives the same roots.";
    session.output.result({ claimId, state, isRight: true }, text);
    return;
  }
  try {
    session.output.say(`The result is wrong: ${examination.finding}.`);
    if (state === "open") await play(session, known, examination);
    else {
      const text = `Its claim is ${state} already; nothing is left to do.`;
      session.output.result({ claimId, state, isRight: false }, text);
    }
  } finally {
    await examination.close();
  }
}

async function play(session: Session, known: KnownClaim, examination: Examination): Promise<void> {
  const { claimId, game, taskId, option } = known;
  let move = await nextMove(session, examination);
  let sent = await make(session, known, move);
  if (sent !== undefined && move.kind === "commit") {
    move = await nextMove(session, examination);
    sent = await make(session, known, move);
  }
  if (sent === undefined) return;
  const after = labelOf("ClaimState", await game.stateOf(claimId));
  session.output.result(
    { claimId, isRight: false, move: move.kind, state: after, transaction: sent.last.hash },
    after === "slashed"
      ? "The claim is slashed: the bond is gone, the escrow is the task's again."
      : `Done; the claim is ${after}. Call this again once the provider has answered or its time is over ` +
          `(npx hardhat dispute show${option} --task ${taskId}).`,
  );
}

/** The next move, once a commitment of one's own can be shown. */
async function nextMove(session: Session, { contest }: Examination): Promise<ContestMove> {
  const { now, provider } = await session.protocol();
  for (;;) {
    const timestamp = await now();
    const move = await contest.next({ number: await provider.getBlockNumber(), timestamp });
    if (move.kind === "tooLate") {
      throw new MillraceError("WRONG_STATE", "The time for pointing at this claim is over.", {
        hint: "Nothing more can be done against it without its trace.",
      });
    }
    if (move.kind !== "wait") return move;
    // A commitment can be shown in the next second; a provider has longer.
    if (move.until > timestamp + 1) {
      throw new MillraceError("WRONG_STATE", `The provider has until ${formatTime(move.until)} to answer.`, {
        hint: "Call this again when it has, or after that time.",
      });
    }
    await sleep(POLL_MS);
  }
}

async function make(session: Session, { game, claimId }: KnownClaim, move: ContestMove) {
  const { provider } = await session.protocol();
  const value = move.takesBond ? await bondToSend(game, provider, claimId) : 0n;
  return await session.execute({
    title: move.title,
    facts: [["if the claim falls", "branch bonds come back, and who pointed and proved share in the provider's bond"]],
    steps: [{ label: move.kind, request: await move.call(value) }],
  });
}
