import { formatTime, formatWad, shortHex } from "@millrace/sdk";

import { accountAddress } from "../lib/accountAddress.js";
import type { Session } from "../lib/Session.js";
import { table } from "../lib/text.js";
import { readChannel, readChannels } from "./readChannels.js";

interface Values {
  readonly channel: string | undefined;
  readonly account: string | undefined;
}

export default async function show(session: Session, values: Values): Promise<void> {
  const protocol = await session.protocol();
  const all =
    values.channel === undefined ? await readChannels(protocol) : [await readChannel(protocol, values.channel)];
  const account = values.account === undefined ? undefined : await accountAddress(session, values.account);
  const shown = all.filter(
    ({ channel: { buyer, provider } }) => account === undefined || [buyer, provider].includes(account),
  );
  const rows = shown.map(({ number, channel, status, deposited, redeemed, closesAt }) => [
    `${number}`,
    status,
    shortHex(channel.buyer),
    shortHex(channel.provider),
    formatWad(redeemed),
    formatWad(status === "closed" ? 0n : deposited - redeemed),
    closesAt === 0n ? "" : formatTime(closesAt),
  ]);
  session.output.result(
    { channels: shown },
    table(["channel", "status", "buyer", "provider", "paid", "left", "notice until"], rows, "There are no channels."),
  );
}
