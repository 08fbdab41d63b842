import { formatMill, formatTime, labelOf, pickedNodes } from "@millrace/sdk";

import type { Session } from "../lib/Session.js";
import { facts, table } from "../lib/text.js";
import { epochOf } from "./epochOf.js";

export default async function status(session: Session, { epoch: given }: { epoch: string | undefined }): Promise<void> {
  const { contracts } = await session.protocol();
  const { capacity } = contracts;
  const epoch = await epochOf(session, given);
  const [times, phase, tally] = await Promise.all([
    capacity.timesOf(epoch),
    capacity.phaseOf(epoch),
    capacity.tallyOf(epoch),
  ]);
  const picked = await pickedNodes(contracts, epoch);
  const { drawAt, startsAt, opensAt, closesAt, entriesAt, reportsFrom, finalAt } = times;
  const { answered, silent, isOutage } = tally;
  const shown = picked.map(({ nodeId, state }) => ({ nodeId, state: labelOf("AnswerState", state) }));
  const at = (second: bigint): string => (second === 0n ? "once the draw is recorded" : formatTime(second));
  session.output.result(
    {
      epoch,
      phase: labelOf("RoundPhase", phase),
      times: { drawAt, startsAt, opensAt, closesAt, entriesAt, reportsFrom, finalAt },
      answered,
      silent,
      isOutage,
      picked: shown,
    },
    `${facts([
      ["round of epoch", `${epoch}: ${labelOf("RoundPhase", phase)}`],
      ["drawn at", formatTime(drawAt)],
      ["commit from", at(opensAt)],
      ["until before", at(closesAt)],
      ["open until before", at(reportsFrom)],
      ["report until before", at(finalAt)],
      ["answered", formatMill(answered)],
      ["reported silent", formatMill(silent)],
      ...(isOutage ? [["outage", "the sequencer was down"] as const] : []),
    ])}\n${table(
      ["node", "did"],
      shown.map(({ nodeId, state }) => [nodeId.toString(), state]),
      "Nobody is picked, or the value of the start is not recorded.",
    )}`,
  );
}
