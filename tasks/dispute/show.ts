import { formatMill, formatTime, labelOf, shortHex } from "@millrace/sdk";

import type { Session } from "../lib/Session.js";
import { facts, table } from "../lib/text.js";
import type { ClaimValues } from "./ClaimValues.js";
import { claimOf } from "./claimOf.js";
import { endOfClaim } from "./endOfClaim.js";
import { readGame } from "./readGame.js";

export default async function show(session: Session, values: ClaimValues): Promise<void> {
  const protocol = await session.protocol();
  const known = await claimOf(protocol, values);
  const { claimId, state, taskId, attempt, posted } = known;
  const { branches, demands } = await readGame(known, await protocol.provider.getBlockNumber());
  const end = await endOfClaim(protocol, known);
  const { terms } = posted.claim;
  const { bodyRoot, outputRoot } = { bodyRoot: undefined, ...posted.claim };
  const { log2, checkpoints = [] } = { log2: undefined, checkpoints: undefined, ...posted };
  const states = checkpoints.length === 1 ? "its last state" : `${checkpoints.length} states`;
  const trace = bodyRoot ?? `${states}, 2^${log2 ?? 0} steps apart`;
  const rows = branches.map(({ place, owner, answerBy, isOpened }) => [
    place,
    isOpened ? "opened" : "pending",
    formatTime(answerBy),
    shortHex(owner),
  ]);
  const chunks = demands.map(({ region, chunk, account, answerBy, words }) => [
    `${labelOf("Region", region)}, chunk ${chunk}`,
    words === undefined ? "pending" : "shown",
    formatTime(answerBy),
    shortHex(account),
  ]);
  session.output.result(
    {
      claimId,
      state,
      windowEndsAt: posted.windowEndsAt,
      provider: terms.provider,
      buyer: terms.buyer,
      bond: terms.bond,
      ...{ outputRoot, ...(bodyRoot === undefined ? { log2, checkpoints } : { bodyRoot }) },
      ...(end !== undefined && { ended: end.ended, steps: end.steps, exitCode: end.exitCode }),
      branches,
      demands: demands.map(({ words, ...demand }) => ({ ...demand, isShown: words !== undefined })),
    },
    `Claim ${claimId}, attempt ${attempt} of task ${taskId}\n${facts([
      ["state", state],
      ["contestable until", formatTime(posted.windowEndsAt)],
      ["provider", terms.provider],
      ["buyer", terms.buyer],
      ["bond", formatMill(terms.bond)],
      ...(end === undefined ? [] : [["run", end.text] as const]),
      ["trace", trace],
      ["result", outputRoot],
    ])}\n${table(["pointed at", "branch", "answer by", "pointed by"], rows, "Nobody has pointed at it.")}` +
      (chunks.length === 0 ? "" : `\n${table(["demanded", "chunk", "answer by", "demanded by"], chunks, "")}`),
  );
}
