import { expect } from "chai";

import type { Play } from "../Play.js";

/** I8: epochs are closed in sequence, and what nobody has collected of their pots neither vanishes nor grows. */
export async function checkPots({ world, reads, store }: Play): Promise<void> {
  const { settlement, token, rewards } = world;
  const [closed, balance, paid] = await Promise.all([
    reads.of(settlement, "nextEpochToClose"),
    reads.of(token, "balanceOf", rewards),
    reads.of(rewards, "rewardsPaid"),
  ]);
  expect(closed, "I8").to.equal(store.nextEpoch);
  expect(balance, "I8").to.equal(store.pots + store.donatedToUptime);
  expect(paid, "I8").to.be.at.most(store.availability);
}
