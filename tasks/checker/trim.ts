import { findEvent } from "../lib/events.js";
import { parseWhole } from "../lib/inputs.js";
import type { Session } from "../lib/Session.js";

export default async function trim(session: Session, { most: given }: { most: string }): Promise<void> {
  const { seats } = (await session.protocol()).contracts;
  const most = parseWhole(given, "--most", 1_000);
  const before = await seats.seatCount();
  const sent = await session.execute({
    title: "Cut off free seats at the end of the list",
    facts: [
      ["seats", `${before}`],
      ["at most", `${most} of them`],
    ],
    steps: [{ label: "trimSeats", request: await seats.trimSeats.populateTransaction(most) }],
  });
  if (sent === undefined) return;
  const count = findEvent(seats, sent.last, "SeatsTrimmed")?.args["seats"] as bigint | undefined;
  session.output.result(
    { seats: count ?? before, transaction: sent.last.hash },
    count === undefined ? "The last seat is taken: nothing was cut off." : `${count} seats are left.`,
  );
}
