import { formatCredits, formatMill, formatTime, MillraceError, parseCredits } from "@millrace/sdk";

import { findEvent } from "../lib/events.js";
import type { Session } from "../lib/Session.js";

/** Asks for MILL in place of free credits. The price is that of the epoch's close; `epoch collect` pays. */
export default async function redeem(session: Session, { credits: given }: { credits: string }): Promise<void> {
  const { contracts, epochs, now } = await session.protocol();
  const { address } = await session.account();
  const { settlement } = contracts;
  const { free } = await settlement.accountOf(address);
  const credits = given.trim().toLowerCase() === "all" ? free : parseCredits(given);
  if (free === 0n) {
    throw new MillraceError("INSUFFICIENT_FUNDS", `${address} has no free credits.`, {
      hint: "Credits that are locked come free when what they were locked for ends: npx hardhat credits balance.",
    });
  }
  const epoch = epochs.epochAt(await now());
  const sent = await session.execute({
    title: `Redeem ${formatCredits(credits)} of ${address}`,
    facts: [
      ["free credits", `${formatCredits(free)} → ${formatCredits(free > credits ? free - credits : 0n)}`],
      ["priced", `when epoch ${epoch} closes, after ${formatTime(epochs.endOf(epoch))}; never more than was burned`],
      ["taken back", "never: the credits are gone with this"],
    ],
    steps: [{ label: "requestRedemption", request: await settlement.requestRedemption.populateTransaction(credits) }],
  });
  if (sent === undefined) return;
  const event = findEvent(settlement, sent.last, "RedemptionRequested");
  const [inEpoch, most] = [event?.args["epoch"] as bigint, event?.args["burnedShare"] as bigint];
  session.output.result(
    { buyer: address, credits, epoch: inEpoch, mostMill: most, transaction: sent.last.hash },
    `${formatCredits(credits)} become at most ${formatMill(most)} when epoch ${inEpoch} closes; then: npx hardhat epoch collect.`,
  );
}
