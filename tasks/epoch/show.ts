import { formatCredits, formatMill, formatPpm, formatTime, formatWad } from "@millrace/sdk";

import { parseWhole } from "../lib/inputs.js";
import type { Protocol, Session } from "../lib/Session.js";
import { facts, table } from "../lib/text.js";

export default async function show(session: Session, { last }: { last: string }): Promise<void> {
  const protocol = await session.protocol();
  const { contracts, epochs } = protocol;
  const limit = parseWhole(last, "--last", 1_000);
  const { settlement, prices } = contracts;
  const now = await protocol.now();
  const [current, next, bank, owed, outstanding, burnedForGood, emitted, price] = await Promise.all([
    settlement.currentEpoch(),
    settlement.nextEpochToClose(),
    settlement.bank(),
    settlement.owed(),
    settlement.outstanding(),
    settlement.burnedForGood(),
    settlement.emitted(),
    prices.prices(),
  ]);
  const closed = await readClosings(protocol, Math.max(0, Number(next) - limit));
  const backing = outstanding === 0n ? undefined : (bank * price.loWad) / outstanding / 10n ** 12n;
  const summary = facts([
    ["now", `${formatTime(now)}, epoch ${current}, slot ${epochs.slotAt(now)} of ${epochs.slotsPerEpoch}`],
    ["next to close", `${next}${next < current ? "" : `, from ${formatTime(epochs.endOf(Number(next)))} on`}`],
    [
      "price",
      price.usable ? `${formatWad(price.loWad)} to ${formatWad(price.hiWad)} USD per MILL` : "none that is usable",
    ],
    ["bank", formatMill(bank)],
    ["owed", formatMill(owed)],
    [
      "credits outstanding",
      `${formatCredits(outstanding)}${backing === undefined ? "" : `, backed to ${formatPpm(backing)}`}`,
    ],
    ["burned for good", formatMill(burnedForGood)],
    ["emitted so far", formatMill(emitted)],
  ]);
  const rows = closed.map(({ epoch, closing }) => [
    `${epoch}`,
    formatWad(closing.hiWad),
    formatWad(closing.redeemed),
    formatWad(closing.feeBurn + closing.surplusBurn),
    formatWad(closing.emitted),
    formatWad(closing.cancelled),
  ]);
  session.output.result(
    {
      now,
      currentEpoch: current,
      nextEpochToClose: next,
      price,
      bank,
      owed,
      outstanding,
      burnedForGood,
      emitted,
      closed,
    },
    `${summary}\n${table(["epoch", "price", "redeemed", "burned", "emitted", "cancelled"], rows, "No epoch is closed yet.")}`,
  );
}

async function readClosings({ contracts, deployment }: Protocol, fromEpoch: number) {
  const { settlement } = contracts;
  const events = await settlement.queryFilter(settlement.filters.EpochClosed(), deployment.deployedAtBlock);
  return events
    .filter(({ args }) => Number(args.epoch) >= fromEpoch)
    .map(({ args }) => {
      const { loWad, hiWad, redeemed, emitted, cancelled, feeBurn, surplusBurn } = args.closing;
      return {
        epoch: Number(args.epoch),
        closing: { loWad, hiWad, redeemed, emitted, cancelled, feeBurn, surplusBurn },
      };
    });
}
