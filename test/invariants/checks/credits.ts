import { expect } from "chai";

import type { Play } from "../Play.js";
import { ratesOf } from "./rates.js";

/** I2, credits: what all accounts have free, locked, earned or requested is `L`; what waits for a price is tallied. */
export async function checkCredits({ world, reads, accounts, store }: Play): Promise<void> {
  const { settlement, token } = world;
  const asides = [...store.asides.values()];
  const [states, positions, aside, outstanding, owedMillTotal, unburned, balance] = await Promise.all([
    Promise.all(accounts.map(async (account) => reads.of(settlement, "accountOf", account))),
    Promise.all(accounts.map(async (account) => reads.of(settlement, "positionOf", account))),
    Promise.all(asides.map(async ({ account, epoch }) => reads.of(settlement, "setAsideOf", account, epoch))),
    reads.of(settlement, "outstanding"),
    reads.of(settlement, "owedMillTotal"),
    reads.of(settlement, "unburned"),
    reads.of(token, "balanceOf", settlement),
  ]);
  const epochs = positions.flatMap(({ earnedEpoch, requestedEpoch }) => [earnedEpoch, requestedEpoch]);
  const rates = await ratesOf(reads, settlement, [...epochs, ...asides.map(({ epoch }) => epoch)]);

  let held = 0n;
  for (const { free, locked } of states) held += free + locked;
  for (const { earned, earnedEpoch, requested, requestedEpoch } of positions) {
    if (rates.get(earnedEpoch) === 0n) held += earned;
    if (rates.get(requestedEpoch) === 0n) held += requested;
  }
  aside.forEach(({ earned, requested }, index) => {
    if (rates.get(asides[index].epoch) === 0n) held += earned + requested;
  });
  expect(held, "I2").to.equal(outstanding);

  const owed = states.reduce((sum, { owedMill }) => sum + owedMill, 0n);
  expect(owed, "I2").to.equal(owedMillTotal);
  expect(owed + unburned, "I2").to.be.at.most(balance);
}
