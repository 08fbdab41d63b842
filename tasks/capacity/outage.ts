import { formatTime, MillraceError } from "@millrace/sdk";

import { findEvent } from "../lib/events.js";
import type { Session } from "../lib/Session.js";

export default async function outage(session: Session, { round }: { round: string }): Promise<void> {
  const { capacity } = (await session.protocol()).contracts;
  const roundId = parseRound(round);
  const sent = await session.execute({
    title: "Show that the sequencer was down during the round",
    facts: [
      ["round of its feed", `${roundId}`],
      ["result", "the round is void: it counts against nobody"],
    ],
    steps: [{ label: "reportOutage", request: await capacity.reportOutage.populateTransaction(roundId) }],
  });
  if (sent === undefined) return;
  const event = findEvent(capacity, sent.last, "OutageReported");
  const [epoch, changedAt] = [event?.args["epoch"] as bigint, event?.args["changedAt"] as bigint];
  session.output.result(
    { epoch, changedAt, transaction: sent.last.hash },
    `The round of epoch ${epoch} is void: the sequencer's state changed at ${formatTime(changedAt)}.`,
  );
}

/** Rounds of a feed are 80 bits: a phase of the feed goes before the number. */
const LAST_ROUND = 2n ** 80n - 1n;

function parseRound(text: string): bigint {
  const round = /^\d{1,25}$/.test(text.trim()) ? BigInt(text.trim()) : LAST_ROUND + 1n;
  if (round <= LAST_ROUND) return round;
  throw new MillraceError("BAD_INPUT", `--round is "${text}", which is no round of a feed.`, {
    hint: "Write its number as the feed gives it, digits only.",
  });
}
