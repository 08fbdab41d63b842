import { expect } from "chai";

import type { Play } from "../Play.js";

/**
 * I2, stake: what accounts have is what came in and neither left nor was slashed, and it is really here.
 * I5: a slash takes at most the bond that there was. I10: a running thaw ends when it said that it would.
 */
export async function checkStake({ world, reads, accounts, providers, delegators, store }: Play): Promise<void> {
  const { staking, token } = world;
  const pairs = providers.flatMap((provider) => [provider, ...delegators].map((account) => [provider, account]));
  const [pools, rewards, ledgers, thaws, totalHeld, balance] = await Promise.all([
    Promise.all(providers.map(async (provider) => reads.of(staking, "poolOf", provider))),
    Promise.all(pairs.map(async ([provider, account]) => reads.of(staking, "rewardsOf", provider, account))),
    Promise.all(accounts.map(async (account) => reads.of(staking, "accountOf", account))),
    Promise.all(accounts.map(async (account) => reads.of(staking, "thawsOf", account))),
    reads.of(staking, "totalHeld"),
    reads.of(token, "balanceOf", staking),
  ]);
  const sum = ledgers.reduce((held, { active, bonded, thawing }) => held + active + bonded + thawing, 0n);
  const delegated = pools.reduce((held, { mill }) => held + mill, 0n);
  expect(sum + delegated + store.rewards, "I2").to.equal(totalHeld);
  // What can be claimed, now or when it has streamed, is there.
  const streams = pools.reduce((held, { streaming, arriving }) => held + streaming + arriving, 0n);
  const claimable = rewards.reduce((held, each) => held + each, 0n);
  expect(claimable + streams, "I2").to.be.at.most(store.rewards);
  expect(totalHeld, "I2").to.equal(store.held);
  expect(totalHeld, "I2").to.be.at.most(balance);

  accounts.forEach(({ address }, index) => {
    for (const { id, releaseAt } of thaws[index]) {
      expect(releaseAt, "I10").to.equal(store.thaws.get(`${address} ${id.toString()}`));
    }
  });
  for (const {
    accounts: { provider },
    args,
    block,
  } of store.slashes) {
    const before = await staking.accountOf(provider, { blockTag: block - 1 });
    expect(args.toBuyer + args.toReporter + args.burned, "I5").to.be.at.most(before.bonded);
  }
}
