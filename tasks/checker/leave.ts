import { formatDuration, formatTime } from "@millrace/sdk";

import { findEvent } from "../lib/events.js";
import { parseWhole } from "../lib/inputs.js";
import type { Session } from "../lib/Session.js";

export default async function leave(session: Session, { seat }: { seat: string }): Promise<void> {
  const { contracts } = await session.protocol();
  const { seats } = contracts;
  const seatId = parseWhole(seat, "--seat", 2 ** 32 - 1);
  const leaveSeconds = await seats.leaveSeconds();
  const sent = await session.execute({
    title: `Leave seat ${seatId}`,
    facts: [
      ["from now on", "it is not drawn for claims posted later; what it was drawn for is still its"],
      ["bond", `stays for ${formatDuration(leaveSeconds)}`],
    ],
    steps: [{ label: "leaveSeat", request: await seats.leaveSeat.populateTransaction(seatId) }],
  });
  if (sent === undefined) return;
  const releaseAt = findEvent(seats, sent.last, "SeatLeft")?.args["releaseAt"] as bigint;
  session.output.result(
    { seatId, releaseAt, transaction: sent.last.hash },
    `Seat ${seatId} is left. Its bond can be released at ${formatTime(releaseAt)}.`,
  );
}
