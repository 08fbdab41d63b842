import { expect } from "chai";
import type { ContractTransactionResponse } from "ethers";
import hre from "hardhat";

import { Offence } from "../staking/Offence.js";
import { EPOCH_SECONDS, MILL, REWARD, THAW_SECONDS } from "../staking/stakingFixture.js";
import { ask, details, GPU_CLASS, hardwareFixture, LEASE } from "./hardwareFixture.js";

const connection = await hre.network.create();
const { ethers, networkHelpers } = connection;

/** Most gas of a whole transaction. Above the prototype's figures by the checks that it left out. */
const BUDGETS = {
  register: 55_000n,
  stake: 65_000n,
  unstake: 60_000n,
  // 5,000 of it count what the registry holds, 4,200 are the token's votes.
  "withdraw one thaw": 53_000n,
  delegate: 190_000n,
  "delegate more": 110_000n,
  "share a reward": 90_000n,
  "claim rewards, first of the pool": 112_000n,
  "claim rewards": 85_000n,
  undelegate: 100_000n,
  "withdraw a delegation": 90_000n,
  "announce maintenance": 100_000n,
  "add a node, first of the epoch and of its provider": 245_000n,
  "add a node": 175_000n,
  "set an ask": 38_000n,
  bond: 37_000n,
  unbond: 35_000n,
  "slash a bond, first to buyer and reporter": 170_000n,
  "slash a bond": 98_000n,
  reserve: 47_000n,
  release: 35_000n,
};

describe("Gas of staking and nodes", () => {
  it("should stay within the budgets", async () => {
    const context = await networkHelpers.loadFixture(hardwareFixture(connection));
    const { token, carol, market, buyer, reporter } = context;
    const [staking, registry] = [context.staking.connect(carol), context.registry.connect(carol)];
    const [bonds, hires] = [context.staking.connect(market), context.registry.connect(market)];
    await token.connect(carol).approve(staking, 10_000n * MILL);

    const used: Record<string, bigint> = {};
    const measure = async (name: keyof typeof BUDGETS, call: () => Promise<ContractTransactionResponse>) => {
      used[name] = (await (await call()).wait())?.gasUsed ?? 0n;
    };
    const addNode = async () => registry.addNode(GPU_CLASS, 2, carol, details, ask, "0x");
    const slash = async () => bonds.slashBond(Offence.WrongResult, carol, MILL, buyer, reporter);

    await measure("register", async () => staking.register("https://provider.example/about.json"));
    await measure("stake", async () => staking.stake(1_000n * MILL));
    await measure("unstake", async () => staking.unstake(10n * MILL));
    await networkHelpers.time.increase(THAW_SECONDS);
    await measure("withdraw one thaw", async () => staking.withdraw());
    await measure("add a node, first of the epoch and of its provider", addNode);
    await measure("add a node", addNode);
    await measure("set an ask", async () => registry.setAsk(1, { ...ask, kinds: LEASE }));
    await measure("bond", async () => bonds.bond(carol, 10n * MILL));
    await measure("unbond", async () => bonds.unbond(carol, MILL));
    await measure("slash a bond, first to buyer and reporter", slash);
    await measure("slash a bond", slash);
    await measure("reserve", async () => hires.reserve(1, 1, LEASE));
    await measure("release", async () => hires.release(1, 1));

    await context.staking.wire(market, REWARD);
    const { bob } = context;
    const lent = context.staking.connect(bob);
    const epochs = async (count: number) => networkHelpers.time.increase(count * EPOCH_SECONDS);
    await measure("delegate", async () => lent.delegate(carol, 100n * MILL));
    await epochs(1);
    await measure("delegate more", async () => lent.delegate(carol, 100n * MILL));
    await epochs(1);
    await token.transfer(staking, 30n * MILL);
    await bonds.reward(carol, 10n * MILL);
    await epochs(1);
    await measure("share a reward", async () => bonds.reward(carol, 10n * MILL));
    await epochs(1.5);
    await measure("claim rewards, first of the pool", async () => lent.claimRewards(carol, bob));
    await epochs(1);
    await measure("claim rewards", async () => lent.claimRewards(carol, bob));
    await measure("undelegate", async () => lent.undelegate(carol, 100n * MILL));
    await networkHelpers.time.increase(THAW_SECONDS);
    await measure("withdraw a delegation", async () => lent.withdrawDelegation(carol));
    const windows = await ethers.deployContract("MaintenanceWindows", [
      staking,
      registry,
      { noticeSeconds: 60, budgetSeconds: 3_600, periodSeconds: 86_400 },
    ]);
    const startAt = (await networkHelpers.time.latest()) + 600;
    await measure("announce maintenance", async () => windows.connect(carol).announce(1, startAt, 60));

    for (const [name, most] of Object.entries(BUDGETS)) expect(used[name], name).to.be.at.most(most).and.not.equal(0n);
  });
});
