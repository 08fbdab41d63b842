import { formatCredits, parseCredits } from "@millrace/sdk";

import type { Session } from "../lib/Session.js";
import { readChannel } from "./readChannels.js";

interface Values {
  readonly channel: string;
  readonly credits: string;
}

export default async function topup(session: Session, values: Values): Promise<void> {
  const protocol = await session.protocol();
  const { contracts } = protocol;
  const { channel, number, deposited, redeemed, closesAt } = await readChannel(protocol, values.channel);
  const credits = parseCredits(values.credits);
  const left = deposited - redeemed;
  const sent = await session.execute({
    title: `Add ${formatCredits(credits)} to channel ${number}`,
    facts: [
      ["in the channel", `${formatCredits(left)} → ${formatCredits(left + credits)}`],
      ...(closesAt === 0n ? [] : [["notice", "is withdrawn"] as const]),
    ],
    steps: [{ label: "topUp", request: await contracts.channels.topUp.populateTransaction(channel, credits) }],
  });
  if (sent === undefined) return;
  session.output.result(
    { number, credits, left: left + credits, transaction: sent.last.hash },
    `Channel ${number} holds ${formatCredits(left + credits)}.`,
  );
}
