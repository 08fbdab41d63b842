import { formatMill, readNumbered } from "@millrace/sdk";
import { ZeroAddress } from "ethers";

import type { ICheckSeats } from "../../typechain-types/index.js";
import { findEvent } from "../lib/events.js";
import { parseWhole } from "../lib/inputs.js";
import type { Session } from "../lib/Session.js";

export default async function take(session: Session, { seat }: { seat: string | undefined }): Promise<void> {
  const { contracts } = await session.protocol();
  const { seats } = contracts;
  const wanted = seat === undefined ? await findFree(seats) : parseWhole(seat, "--seat", 2 ** 32 - 1);
  const mill = await seats.seatBond();
  const sent = await session.execute({
    title: "Take a checker's seat",
    facts: [
      ["bond", `${formatMill(mill)} of the active stake, lost by vouching for a wrong result`],
      ["duty", "execute each claim that it is drawn for; a missed one costs what it would have paid"],
    ],
    steps: [{ label: "takeSeat", request: await seats.takeSeat.populateTransaction(wanted) }],
  });
  if (sent === undefined) return;
  const seatId = findEvent(seats, sent.last, "SeatTaken")?.args["seatId"] as bigint;
  session.output.result(
    { seatId, bond: mill, transaction: sent.last.hash },
    `Seat ${seatId} is taken. Start a watcher with "check": true.`,
  );
}

/** The first free seat; 0, for a new one, if none is: the list does not grow before. */
async function findFree(seats: ICheckSeats): Promise<number> {
  if ((await seats.freeSeatCount()) === 0n) return 0;
  const count = Number(await seats.seatCount());
  for await (const [seatId, { account }] of readNumbered(count, async (number) => seats.seatOf(number))) {
    if (account === ZeroAddress) return seatId;
  }
  return 0;
}
