import { expect } from "chai";

import { addTo } from "../addTo.js";
import type { Play } from "../Play.js";
import { ratesOf } from "./rates.js";

const RATE_ONE = 10n ** 27n;

/**
 * I3: nobody gets more MILL than its requests were worth, capped at what the buyer burned for them, and what other
 * accounts' settlements gave it was worth. Credits of epochs that one close prices are priced together, and rounded once.
 */
export async function checkRedemptions({ world, reads, store }: Play): Promise<void> {
  const { settlement } = world;
  const all = [...store.credits].filter(([, { earned, requested }]) => earned.size + requested.size !== 0);
  const [rates, collectable] = await Promise.all([
    ratesOf(reads, settlement, store.pricedCloses),
    Promise.all(all.map(async ([account]) => reads.of(settlement, "collectable", account))),
  ]);
  const sumsByClose = (credits: Iterable<readonly [epoch: bigint, credits: bigint]>): Map<bigint, bigint> => {
    const sums = new Map<bigint, bigint>();
    for (const [epoch, some] of credits) {
      const close = store.pricedCloses.find((priced) => priced >= epoch);
      if (close !== undefined) addTo(sums, close, some);
    }
    return sums;
  };
  const worth = (credits: bigint, close: bigint): bigint => (credits * (rates.get(close) ?? 0n)) / RATE_ONE;
  all.forEach(([, { collected, bought, earned, requested }], index) => {
    let due = 0n;
    let redeemed = 0n;
    for (const [close, credits] of sumsByClose(earned)) due += worth(credits, close);
    const shares = sumsByClose([...requested].map(([epoch, { share }]) => [epoch, share]));
    for (const [close, credits] of sumsByClose([...requested].map(([epoch, request]) => [epoch, request.credits]))) {
      const [par, share] = [worth(credits, close), shares.get(close) ?? 0n];
      redeemed += par < share ? par : share;
    }
    expect(collected + collectable[index], "I3").to.be.at.most(due + redeemed);
    expect(redeemed, "I3").to.be.at.most(bought);
  });
}
