import { formatMill, formatTime, MillraceError } from "@millrace/sdk";

import { accountAddress } from "../lib/accountAddress.js";
import { findEvent } from "../lib/events.js";
import type { Session } from "../lib/Session.js";

export default async function eject(session: Session, { account: given }: { account: string }): Promise<void> {
  const { uptime } = (await session.protocol()).contracts;
  const account = await accountAddress(session, given);
  const { isMember, bond } = await uptime.attestorOf(account);
  if (!isMember) {
    throw new MillraceError("WRONG_STATE", `${account} has no seat among the attestors.`, {
      hint: "npx hardhat oracle status lists those who have.",
    });
  }
  const sent = await session.execute({
    title: `Take ${account} out of the attestors`,
    facts: [
      ["because", "it signed none of the newest final reports, nor any after them"],
      ["bond", `${formatMill(bond)} stay its own: silence is no lie`],
    ],
    steps: [{ label: "eject", request: await uptime.eject.populateTransaction(account) }],
  });
  if (sent === undefined) return;
  const event = findEvent(uptime, sent.last, "AttestorLeft");
  const [fromEpoch, releaseAt] = [event?.args["fromEpoch"] as bigint, event?.args["releaseAt"] as bigint];
  session.output.result(
    { account, fromEpoch, releaseAt, transaction: sent.last.hash },
    `${account} has no seat from epoch ${fromEpoch} on. Its bond can be released at ${formatTime(releaseAt)} at the earliest.`,
  );
}
