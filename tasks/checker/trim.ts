import { MillraceError } from "@millrace/sdk";
import { ZeroAddress } from "ethers";

import { counted } from "../lib/counted.js";
import { findEvent } from "../lib/events.js";
import { parseWhole } from "../lib/inputs.js";
import type { Session } from "../lib/Session.js";

export default async function trim(session: Session, { most: given }: { most: string }): Promise<void> {
  const { seats } = (await session.protocol()).contracts;
  const most = parseWhole(given, "--most", 1_000, 1);
  const before = await seats.seatCount();
  if (before === 0n || (await seats.seatOf(before)).account !== ZeroAddress) {
    throw new MillraceError("WRONG_STATE", "There is no free seat at the end of the list.", {
      hint: "npx hardhat checker seats shows all of them.",
    });
  }
  const sent = await session.execute({
    title: "Cut off free seats at the end of the list",
    facts: [
      ["seats", `${before}`],
      ["at most", `${most} of them`],
    ],
    steps: [{ label: "trimSeats", request: await seats.trimSeats.populateTransaction(most) }],
  });
  if (sent === undefined) return;
  const count = findEvent(seats, sent.last, "SeatsTrimmed")?.args["seats"] as bigint;
  session.output.result({ seats: count, transaction: sent.last.hash }, `${counted(count, "seat")} left.`);
}
