import { formatCredits, MAX_BATCH_ITEMS, MillraceError } from "@millrace/sdk";

import { counted } from "../lib/counted.js";
import { findEvents } from "../lib/events.js";
import { itemFailures } from "../lib/itemFailures.js";
import type { Session } from "../lib/Session.js";
import { readChannels } from "./readChannels.js";
import { readVoucher } from "./readVoucher.js";

/** Redeems many vouchers at once; one that is worth nothing is told and stops nothing else. */
export default async function redeemMany(session: Session, { vouchers }: { vouchers: string }): Promise<void> {
  const protocol = await session.protocol();
  const { channels } = protocol.contracts;
  const files = vouchers.split(",");
  if (new Set(files).size !== files.length || files.length > MAX_BATCH_ITEMS) {
    throw new MillraceError("BAD_INPUT", `--vouchers names a file twice, or more than ${MAX_BATCH_ITEMS}.`, {
      hint: "Name each once, and the rest in another call.",
    });
  }
  const known = await readChannels(protocol);
  const items = await Promise.all(files.map(async (file) => readVoucher(protocol, known, file, "--vouchers")));
  const worth = await Promise.all(items.map(({ channelId, cumulative }) => channels.redeemable(channelId, cumulative)));
  const sent = await session.execute({
    title: `Redeem ${counted(items.length, "voucher")}`,
    facts: items.map(({ number }, i) => [`channel ${number}`, `${formatCredits(worth[i] ?? 0n)}, fee included`]),
    steps: [{ label: "redeemMany", request: await channels.redeemMany.populateTransaction(items) }],
  });
  if (sent === undefined) return;
  const numberOf = (channelId: string): bigint | undefined =>
    items.find((item) => item.channelId === channelId)?.number;
  const paid = findEvents(channels, sent.last, "VoucherRedeemed").map(({ args }) => ({
    number: numberOf(args["channelId"] as string),
    paid: args["paid"] as bigint,
    redeemed: args["redeemed"] as bigint,
  }));
  const failures = itemFailures(channels, sent.last).map(({ index, reason }) => ({
    number: items[index]?.number,
    file: files[index],
    reason,
  }));
  session.output.result(
    { paid, failures, transaction: sent.last.hash },
    [
      `Redeemed ${paid.length} of ${counted(items.length, "voucher")}.`,
      ...paid.map((each) => `Channel ${each.number} paid ${formatCredits(each.paid)}.`),
      ...failures.map(({ number, file, reason }) => `Channel ${number} (${file}): ${reason}`),
    ].join("\n"),
  );
}
