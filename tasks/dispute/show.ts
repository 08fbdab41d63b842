import { readGame } from "./readGame.js";
import { formatMill, formatTime, labelOf, shortHex } from "@millrace/sdk";

import { parseId } from "../lib/inputs.js";
import type { Session } from "../lib/Session.js";
import { facts, table } from "../lib/text.js";
import type { ClaimValues } from "./ClaimValues.js";
import { claimOf } from "./claimOf.js";

export default async function show(session: Session, { task, attempt }: ClaimValues): Promise<void> {
  const protocol = await session.protocol();
  const { posted, state } = await claimOf(protocol, parseId(task, "--task"), attempt);
  const branches = await readGame(protocol.contracts.claims, posted);
  const { claim, claimId, windowEndsAt } = posted;
  const rows = branches.map(({ region, height, position, owner, answerBy, isOpened }) => [
    labelOf("Region", region),
    `${height}`,
    `${position}`,
    isOpened ? "opened" : "pending",
    formatTime(answerBy),
    shortHex(owner),
  ]);
  session.output.result(
    {
      claimId,
      state,
      windowEndsAt,
      provider: claim.terms.provider,
      buyer: claim.terms.buyer,
      bond: claim.terms.bond,
      bodyRoot: claim.bodyRoot,
      outputRoot: claim.outputRoot,
      branches,
    },
    `Claim ${claimId}, attempt ${posted.attempt} of task ${posted.taskId}\n${facts([
      ["state", state],
      ["contestable until", formatTime(windowEndsAt)],
      ["provider", claim.terms.provider],
      ["buyer", claim.terms.buyer],
      ["bond", formatMill(claim.terms.bond)],
      ["trace", claim.bodyRoot],
      ["result", claim.outputRoot],
    ])}\n${table(["region", "height", "position", "branch", "answer by", "pointed by"], rows, "Nobody has pointed at it.")}`,
  );
}
