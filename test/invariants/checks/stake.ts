import { expect } from "chai";

import type { Play } from "../Play.js";
import type { Told } from "../Store.js";

/**
 * I5: a slash of a bond takes at most the bond; one of stake takes what is active first, then what still thaws (ADR 0030),
 * and what others delegated only when nothing else is left.
 */
async function checkSlash({ world, connection }: Play, { name, args, accounts, block }: Told): Promise<void> {
  const { staking } = world;
  const { provider } = accounts;
  const at = { blockTag: block - 1 };
  const { active, bonded } = await staking.accountOf(provider, at);
  if (name === "BondSlashed") {
    expect(args.toBuyer + args.toReporter + args.burned, "I5").to.be.at.most(bonded);
    return;
  }
  const { mill } = await staking.poolOf(provider, at);
  const now = (await connection.ethers.provider.getBlock(block))?.timestamp ?? 0;
  const thaws = (await staking.thawsOf(provider, at)).filter(({ releaseAt }) => releaseAt > now);
  const thawing = thaws.reduce((sum, { amount }) => sum + amount, 0n);
  const { fromActive, fromThawing, fromDelegated } = args;
  expect(fromActive <= active && fromThawing <= thawing && fromDelegated <= mill, "I5").to.equal(true);
  expect(fromThawing === 0n || fromActive === active, "I5").to.equal(true);
  expect(fromDelegated === 0n || fromThawing === thawing, "I5").to.equal(true);
}

/**
 * I2, stake: what accounts have is what came in and neither left nor was slashed, and it is really here.
 * I10: a running thaw ends when it said that it would.
 */
export async function checkStake(play: Play): Promise<void> {
  const { world, reads, accounts, providers, delegators, store } = play;
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
  for (const slash of store.slashes) await checkSlash(play, slash);
}
