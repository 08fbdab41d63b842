import { formatMill, MillraceError } from "@millrace/sdk";
import { ZeroAddress } from "ethers";

import { parseWhole } from "../lib/inputs.js";
import type { Session } from "../lib/Session.js";

export default async function release(session: Session, { seat }: { seat: string }): Promise<void> {
  const { contracts } = await session.protocol();
  const { seats } = contracts;
  const seatId = parseWhole(seat, "--seat", 2 ** 32 - 1);
  const { account, bond } = await seats.seatOf(seatId);
  if (account === ZeroAddress) {
    throw new MillraceError("BAD_INPUT", `Nobody has seat ${seatId}.`, {
      hint: "npx hardhat checker seats shows whose each is.",
    });
  }
  const sent = await session.execute({
    title: `Release seat ${seatId}`,
    facts: [["bond", `${formatMill(bond)} return to the active stake of ${account}`]],
    steps: [{ label: "releaseSeat", request: await seats.releaseSeat.populateTransaction(seatId) }],
  });
  if (sent === undefined) return;
  session.output.result(
    { seatId, account, bond, transaction: sent.last.hash },
    `Seat ${seatId} is free; ${formatMill(bond)} are back in the active stake of ${account}.`,
  );
}
