import { expect } from "chai";

import type { Play } from "../Play.js";
import { ratesOf } from "./rates.js";

const RATE_ONE = 10n ** 27n;

/**
 * I3: nobody gets more MILL than its requests were worth, each capped at what the buyer burned for it, and what other
 * accounts' settlements gave it was worth, each at the price of its own epoch.
 */
export async function checkRedemptions({ world, reads, store }: Play): Promise<void> {
  const { settlement } = world;
  const all = [...store.credits].filter(([, { earned, requested }]) => earned.size + requested.size !== 0);
  const epochs = all.flatMap(([, { earned, requested }]) => [...earned.keys(), ...requested.keys()]);
  const [rates, collectable] = await Promise.all([
    ratesOf(reads, settlement, epochs),
    Promise.all(all.map(async ([account]) => reads.of(settlement, "collectable", account))),
  ]);
  const worth = (credits: bigint, epoch: bigint): bigint => (credits * (rates.get(epoch) ?? 0n)) / RATE_ONE;
  all.forEach(([, { collected, bought, earned, requested }], index) => {
    let due = 0n;
    let redeemed = 0n;
    for (const [epoch, credits] of earned) due += worth(credits, epoch);
    for (const [epoch, { credits, share }] of requested) {
      const par = worth(credits, epoch);
      redeemed += par < share ? par : share;
    }
    expect(collected + collectable[index], "I3").to.be.at.most(due + redeemed);
    expect(redeemed, "I3").to.be.at.most(bought);
  });
}
