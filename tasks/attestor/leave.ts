import { formatMill, formatTime } from "@millrace/sdk";

import { findEvent } from "../lib/events.js";
import type { Session } from "../lib/Session.js";

export default async function leave(session: Session): Promise<void> {
  const { uptime } = (await session.protocol()).contracts;
  const { address } = await session.account();
  const { isMember, bond, bondRequired } = await uptime.attestorOf(address);
  if (!isMember && bond === 0n && bondRequired > 0n) {
    await takeBack(session, address);
    return;
  }
  const sent = await session.execute({
    title: "Leave the attestors",
    facts: [
      ["until the epoch ends", "the key goes on signing: keep it running"],
      ["bond", `${formatMill(bond)} stay until all that it signed is beyond challenge`],
    ],
    steps: [{ label: "resign", request: await uptime.resign.populateTransaction() }],
  });
  if (sent === undefined) return;
  const event = findEvent(uptime, sent.last, "AttestorLeft");
  const [fromEpoch, releaseAt] = [event?.args["fromEpoch"] as bigint, event?.args["releaseAt"] as bigint];
  session.output.result(
    { account: address, fromEpoch, releaseAt, transaction: sent.last.hash },
    `${address} has no seat from epoch ${fromEpoch} on. Its bond can be released at ${formatTime(releaseAt)} at the earliest.`,
  );
}

async function takeBack(session: Session, address: string): Promise<void> {
  const { uptime } = (await session.protocol()).contracts;
  const sent = await session.execute({
    title: "Take the application back",
    facts: [["result", "nothing was bonded, and nothing is"]],
    steps: [{ label: "withdrawApplication", request: await uptime.withdrawApplication.populateTransaction() }],
  });
  if (sent === undefined) return;
  session.output.result(
    { account: address, transaction: sent.last.hash },
    `The application of ${address} is taken back.`,
  );
}
