import { expect } from "chai";
import { ZeroAddress } from "ethers";

import type { Play } from "../Play.js";

/**
 * I2: bonds of checkers' seats are what was pledged and neither released nor lost, and staking holds them. I8: what lies
 * for checks is what was emitted and given, less what was paid and burned. Free seats are counted, as the list grows only
 * when there are none.
 */
export async function checkSeats({ world, reads, store, accounts }: Play): Promise<void> {
  const { seats, checkPot, staking, token } = world;
  const [count, balance] = await Promise.all([reads.of(seats, "seatCount"), reads.of(token, "balanceOf", checkPot)]);
  const ids = Array.from({ length: Number(count) }, (_, i) => i + 1);
  const [all, ledgers] = await Promise.all([
    Promise.all(ids.map(async (seatId) => reads.of(seats, "seatOf", seatId))),
    Promise.all(accounts.map(async (account) => reads.of(staking, "accountOf", account))),
  ]);
  expect(
    all.reduce((sum, { bond }) => sum + bond, 0n),
    "I2",
  ).to.equal(store.seatBonds);
  const free = BigInt(all.filter(({ account }) => account === ZeroAddress).length);
  expect(await reads.of(seats, "freeSeatCount"), "I13").to.equal(free);
  accounts.forEach(({ address }, index) => {
    const bonds = all.filter(({ account }) => account === address).reduce((sum, { bond }) => sum + bond, 0n);
    expect(bonds, "I2").to.be.at.most(ledgers[index].bonded);
  });
  expect(balance, "I8").to.equal(store.checksPot);
}
