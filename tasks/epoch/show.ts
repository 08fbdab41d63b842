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
  const [current, next, bank, owed, outstanding, burnedForGood, emitted, { loWad, hiWad, usable }] = await Promise.all([
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
  const backing = outstanding === 0n ? undefined : (bank * loWad) / outstanding / 10n ** 12n;
  const summary = facts([
    ["now", `${formatTime(now)}, epoch ${current}, slot ${epochs.slotAt(now)} of ${epochs.slotsPerEpoch}`],
    ["next to close", `${next}${next < current ? "" : `, from ${formatTime(epochs.endOf(Number(next)))} on`}`],
    ["price", usable ? `${formatWad(loWad)} to ${formatWad(hiWad)} USD per MILL` : "none that is usable"],
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
    closing.hiWad === 0n ? "(not priced)" : `${formatWad(closing.hiWad)} USD`,
    formatCredits(closing.redeemed),
    formatMill(closing.reserved),
    formatMill(closing.feeBurn + closing.surplusBurn),
    formatMill(closing.emitted),
    formatMill(closing.cancelled),
  ]);
  session.output.result(
    {
      now,
      currentEpoch: current,
      nextEpochToClose: Number(next),
      price: { loWad, hiWad, usable },
      bank,
      owed,
      outstanding,
      burnedForGood,
      emitted,
      closed,
    },
    `${summary}\n${table(["epoch", "price", "redeemed", "to mint again", "burned", "emitted", "cancelled"], rows, "No epoch is closed yet.")}`,
  );
}

async function readClosings({ contracts, deployment }: Protocol, fromEpoch: number) {
  const { settlement } = contracts;
  const events = await settlement.queryFilter(settlement.filters.EpochClosed(), deployment.deployedAtBlock);
  return events
    .filter(({ args }) => Number(args.epoch) >= fromEpoch)
    .map(({ args }) => {
      const { loWad, hiWad, redeemed, reserved, emitted, cancelled, feeBurn, surplusBurn } = args.closing;
      return {
        epoch: Number(args.epoch),
        closing: { loWad, hiWad, redeemed, reserved, emitted, cancelled, feeBurn, surplusBurn },
      };
    });
}
