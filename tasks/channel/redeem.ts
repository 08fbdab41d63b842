import { formatCredits } from "@millrace/sdk";

import { findEvent } from "../lib/events.js";
import type { Session } from "../lib/Session.js";
import { readChannels } from "./readChannels.js";
import { readVoucher } from "./readVoucher.js";

export default async function redeem(session: Session, { voucher: file }: { voucher: string }): Promise<void> {
  const protocol = await session.protocol();
  const { channels } = protocol.contracts;
  const { channel, channelId, number, cumulative, signature } = await readVoucher(
    protocol,
    await readChannels(protocol),
    file,
    "--voucher",
  );
  const worth = await channels.redeemable(channelId, cumulative);
  const sent = await session.execute({
    title: `Redeem a voucher of channel ${number}`,
    facts: [
      ["owed in all", formatCredits(cumulative)],
      ["pays now", `${formatCredits(worth)}, fee included`],
    ],
    steps: [{ label: "redeem", request: await channels.redeem.populateTransaction(channel, cumulative, signature) }],
  });
  if (sent === undefined) return;
  const { paid, redeemed } = (findEvent(channels, sent.last, "VoucherRedeemed")?.args.toObject() ?? {}) as Record<
    "paid" | "redeemed",
    bigint
  >;
  session.output.result(
    { number, paid, redeemed, transaction: sent.last.hash },
    `Channel ${number} paid ${formatCredits(paid)}, ${formatCredits(redeemed)} in all.`,
  );
}
