import { formatCredits, formatDuration, formatTime } from "@millrace/sdk";

import type { Session } from "../lib/Session.js";
import { readChannel } from "./readChannels.js";

/** The buyer's first call gives notice, its second takes the rest; the provider's ends the channel at once. */
export default async function close(session: Session, { channel: given }: { channel: string }): Promise<void> {
  const protocol = await session.protocol();
  const { channels } = protocol.contracts;
  const { channel, number, status, deposited, redeemed } = await readChannel(protocol, given);
  const { address } = await session.account();
  const rest = deposited - redeemed;
  if (address === channel.buyer && status === "open") {
    const sent = await session.execute({
      title: `Give notice for channel ${number}`,
      facts: [
        ["notice", formatDuration(channel.noticeSeconds)],
        ["comes back then", `${formatCredits(rest)}, less what the provider redeems until then`],
      ],
      steps: [{ label: "giveNotice", request: await channels.giveNotice.populateTransaction(channel) }],
    });
    if (sent === undefined) return;
    const { closesAt } = await channels.recordOf(await channels.idOf(channel));
    session.output.result(
      { number, closesAt, transaction: sent.last.hash },
      `Channel ${number} can be closed after ${formatTime(closesAt)}: npx hardhat channel close --channel ${number}`,
    );
    return;
  }
  const sent = await session.execute({
    title: `Close channel ${number}`,
    facts: [["goes back to the buyer", formatCredits(rest)]],
    steps: [{ label: "close", request: await channels.close.populateTransaction(channel) }],
  });
  if (sent === undefined) return;
  session.output.result(
    { number, refunded: rest, transaction: sent.last.hash },
    `Channel ${number} is closed; ${formatCredits(rest)} went back to the buyer.`,
  );
}
