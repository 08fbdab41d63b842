import { expect } from "chai";
import hre from "hardhat";

import { type DelegationContext, delegationFixture, OWN_STAKE } from "./delegationFixture.js";
import { Offence } from "./Offence.js";
import { DAY, MILL, THAW_SECONDS } from "./stakingFixture.js";

const connection = await hre.network.create();
const { ethers, networkHelpers } = connection;
const { time } = networkHelpers;

describe("DelegatedStake rewards", () => {
  const deploy = delegationFixture(connection);
  let at: DelegationContext;

  beforeEach(async () => {
    at = await networkHelpers.loadFixture(deploy);
  });

  const as = (who: typeof at.bob) => at.staking.connect(who);
  const due = async (who: typeof at.bob) => at.staking.rewardsOf(at.alice, who);
  /** Time passes by the second while calls are made: what it changes is a fraction this small. */
  const near = (amount: bigint) => [amount - amount / 1_000n, amount + amount / 1_000n] as const;

  /** Bob with 300 and carol with 100 MILL, both earning, at the start of an epoch. */
  async function earning() {
    await at.delegate(at.bob, 300n * MILL);
    await at.delegate(at.carol, 100n * MILL);
    await at.toEpoch(1);
  }

  describe("reward", () => {
    it("should be all the provider's while nobody delegates", async () => {
      await at.reward(at.alice, 100n * MILL);
      expect(await due(at.alice)).to.equal(100n * MILL);
      expect((await at.staking.poolOf(at.alice)).arriving).to.equal(0n);
      expect(await at.staking.totalHeld()).to.equal(OWN_STAKE + 100n * MILL);
    });

    it("should go to delegators in proportion to stake, less the commission (S3)", async () => {
      await as(at.alice).setCommission(100_000);
      await time.increase(THAW_SECONDS);
      await earning();
      await at.token.connect(at.oracle).transfer(at.staking, 140n * MILL);
      // 400 of 1,400 are theirs: 40 MILL less a tenth.
      await expect(as(at.oracle).reward(at.alice, 140n * MILL))
        .to.emit(at.staking, "Rewarded")
        .withArgs(at.alice, 104n * MILL, 36n * MILL);
    });

    it("should count bonded stake as the provider's own, and never give all of it away (S3)", async () => {
      await as(at.market).bond(at.alice, 600n * MILL);
      await earning();
      await at.reward(at.alice, 140n * MILL);
      expect((await at.staking.poolOf(at.alice)).arriving).to.equal(40n * MILL);
      await at.delegate(at.carol, 100_000n * MILL);
      await at.toEpoch(1);
      await at.reward(at.alice, 100n * MILL);
      expect((await at.staking.poolOf(at.alice)).arriving).to.equal(80n * MILL);
    });

    it("should keep its split when the provider takes its stake away before collecting (S3)", async () => {
      await earning();
      await as(at.alice).unstake(400n * MILL);
      await as(at.alice).unstake(600n * MILL);
      await at.reward(at.alice, 140n * MILL);
      expect((await at.staking.poolOf(at.alice)).arriving).to.equal(40n * MILL);
    });

    it("should count no stake that has matured, and so answers for nothing (S3)", async () => {
      await as(at.alice).stake(4_000n * MILL);
      await as(at.alice).unstake(4_000n * MILL);
      const [{ releaseAt }] = await at.staking.thawsOf(at.alice);
      await earning();
      await time.increaseTo(releaseAt - 3n);
      await at.reward(at.alice, 135n * MILL);
      // Of 5,400, in its last second.
      expect((await at.staking.poolOf(at.alice)).arriving).to.equal(10n * MILL);
      await time.increaseTo(releaseAt);
      await at.toEpoch(1);
      await at.reward(at.alice, 140n * MILL);
      expect((await at.staking.poolOf(at.alice)).arriving).to.equal(40n * MILL);
    });

    it("should not fall to whoever lends a single MILL to a provider that is leaving (T-80)", async () => {
      await at.delegate(at.bob, MILL);
      await at.toEpoch(1);
      await as(at.alice).unstake(OWN_STAKE);
      await at.reward(at.alice, 1_001n * MILL);
      expect((await at.staking.poolOf(at.alice)).arriving).to.equal(MILL);
    });

    it("should share out a single unit, and never more than came (T-40)", async () => {
      await earning();
      await at.reward(at.alice, 1n);
      expect(await due(at.alice)).to.equal(1n);
      await at.reward(at.alice, 7n);
      await at.toEpoch(2);
      expect((await due(at.alice)) + (await due(at.bob)) + (await due(at.carol))).to.be.within(7n, 8n);
    });

    it("should be called by the oracle alone", async () => {
      await expect(as(at.alice).reward(at.alice, 1n)).to.be.revertedWithCustomError(at.staking, "Wired_Forbidden");
      await expect(as(at.market).reward(at.alice, 1n)).to.be.revertedWithCustomError(at.staking, "Wired_Forbidden");
    });
  });

  describe("a loan that nobody asked for", () => {
    it("should take nothing of a provider's rewards before it sets a commission (I11)", async () => {
      const { bob, carol, staking } = at;
      await as(bob).register("bob");
      await as(bob).stake(OWN_STAKE);
      await as(carol).delegate(bob, 100_000n * MILL);
      await at.toEpoch(1);
      await at.reward(bob, 100n * MILL);
      expect((await staking.poolOf(bob)).arriving).to.equal(0n);
      expect(await staking.rewardsOf(bob, bob)).to.equal(100n * MILL);
      expect(await staking.commissionOf(bob)).to.deep.equal([1_000_000n, 1_000_000n, 0n]);

      await as(bob).setCommission(200_000);
      await at.reward(bob, 100n * MILL);
      expect((await staking.poolOf(bob)).arriving).to.equal(64n * MILL);
    });

    it("should leave the whole with a provider that says so, from the first second on", async () => {
      await as(at.bob).register("bob");
      await as(at.bob).setCommission(1_000_000);
      expect((await at.staking.commissionOf(at.bob)).ppm).to.equal(1_000_000n);
    });
  });

  describe("stream", () => {
    it("should pay what arrives in an epoch over the next one, second by second (S4)", async () => {
      await earning();
      await at.reward(at.alice, 140n * MILL);
      await at.toEpoch(1);
      expect(await due(at.bob)).to.equal(0n);
      await at.toEpoch(0.5);
      expect(await due(at.bob)).to.be.within(15n * MILL - 1n, 15n * MILL);
      expect(await due(at.carol)).to.be.within(5n * MILL - 1n, 5n * MILL);
      for (const later of [1, 10]) {
        await at.toEpoch(later);
        expect(await due(at.bob)).to.be.within(30n * MILL - 1n, 30n * MILL);
        expect(await due(at.carol)).to.be.within(10n * MILL - 1n, 10n * MILL);
      }
    });

    it("should add what arrives while it streams to the next stream only", async () => {
      await earning();
      await at.reward(at.alice, 140n * MILL);
      await at.toEpoch(1.5);
      await at.reward(at.alice, 280n * MILL);
      await at.toEpoch(1);
      expect(await due(at.carol)).to.be.within(10n * MILL - 1n, 10n * MILL);
      await at.toEpoch(1);
      expect(await due(at.carol)).to.be.within(30n * MILL - 2n, 30n * MILL);
    });

    it("should start in the very first epoch, whose index is still zero (T-47)", async () => {
      await at.delegate(at.bob, MILL);
      await at.toEpoch(3);
      expect(await due(at.bob)).to.equal(0n);
      await at.reward(at.alice, 1_001n * MILL);
      await at.toEpoch(2);
      expect(await due(at.bob)).to.be.within(MILL - 1n, MILL);
    });

    it("should be the provider's for the time in which no share earns (T-48)", async () => {
      await earning();
      await at.reward(at.alice, 140n * MILL);
      await at.toEpoch(1.25);
      const own = await due(at.alice);
      await as(at.bob).undelegate(at.alice, 300n * MILL);
      await as(at.carol).undelegate(at.alice, 100n * MILL);
      await at.toEpoch(2);
      expect(await due(at.bob)).to.be.within(...near((30n * MILL) / 4n));
      expect((await due(at.alice)) - own).to.be.within(...near(30n * MILL));
      await expect(as(at.stranger).claimRewards(at.alice, at.alice)).to.emit(at.staking, "RewardsUnearned");
      expect((await due(at.bob)) + (await due(at.carol)) + (await at.token.balanceOf(at.alice))).to.be.at.most(
        1_000_000n * MILL - OWN_STAKE + 140n * MILL,
      );
      expect(await at.staking.hasDelegators(at.alice)).to.equal(false);
    });
  });

  describe("a stream of an era that is over", () => {
    it("should be the provider's where no share earns, and be shown as that (T-33)", async () => {
      await earning();
      await at.reward(at.alice, 140n * MILL);
      await as(at.bob).undelegate(at.alice, 300n * MILL);
      await as(at.carol).undelegate(at.alice, 100n * MILL);
      await as(at.market).slashStake(Offence.FalseReport, at.alice, ethers.MaxUint256, at.reporter);
      expect((await at.staking.poolOf(at.alice)).era).to.equal(1n);
      await at.toEpoch(3);
      expect(await due(at.alice)).to.be.within(140n * MILL - 1n, 140n * MILL);
      const paid = await as(at.stranger).claimRewards.staticCall(at.alice, at.alice);
      expect(await due(at.alice)).to.equal(paid);
    });
  });

  describe("shares that come and go", () => {
    it("should earn from the next epoch on, and are no part of a split before (T-80)", async () => {
      await earning();
      // Just before the distribution, with a hundred times what is there.
      await at.delegate(at.carol, 40_000n * MILL);
      await at.reward(at.alice, 140n * MILL);
      expect((await at.staking.poolOf(at.alice)).arriving).to.equal(40n * MILL);
      await as(at.carol).undelegate(at.alice, 40_000n * MILL);
      await at.toEpoch(2);
      expect(await due(at.bob)).to.be.within(30n * MILL - 1n, 30n * MILL);
      expect(await due(at.carol)).to.be.within(10n * MILL - 1n, 10n * MILL);
    });

    it("should earn nothing on their way out, and from the next epoch on when they come back", async () => {
      await earning();
      await at.reward(at.alice, 140n * MILL);
      await as(at.carol).undelegate(at.alice, 100n * MILL);
      await at.toEpoch(1.5);
      expect(await due(at.bob)).to.be.within(20n * MILL - 1n, 20n * MILL);
      expect(await due(at.carol)).to.equal(0n);
      await as(at.carol).cancelUndelegation(at.alice);
      await at.toEpoch(1);
      expect(await due(at.bob)).to.be.within(40n * MILL - 2n, 40n * MILL);
      expect(await due(at.carol)).to.equal(0n);
      await at.reward(at.alice, 140n * MILL);
      await at.toEpoch(2);
      expect(await due(at.carol)).to.be.within(10n * MILL - 2n, 10n * MILL);
    });

    it("should be paid for the stake of then, not of now (T-50)", async () => {
      await earning();
      await at.reward(at.alice, 140n * MILL);
      await at.toEpoch(2);
      await at.delegate(at.carol, 50_000n * MILL);
      expect(await due(at.carol)).to.be.within(10n * MILL - 1n, 10n * MILL);
      await at.toEpoch(1);
      expect(await due(at.carol)).to.be.within(10n * MILL - 1n, 10n * MILL);
    });

    it("should have their rewards counted on every path that changes them (T-42)", async () => {
      const paths: (() => Promise<unknown>)[] = [
        async () => at.delegate(at.carol, MILL),
        async () => as(at.carol).undelegate(at.alice, 50n * MILL),
        async () => as(at.carol).cancelUndelegation(at.alice),
        async () => as(at.carol).undelegate(at.alice, 100n * MILL),
        async () => as(at.carol).withdrawDelegation(at.alice),
      ];
      await earning();
      for (const change of paths) {
        await at.toEpoch(1);
        await at.reward(at.alice, 140n * MILL);
        await at.toEpoch(1.5);
        const before = await due(at.carol);
        await change();
        // Two blocks later at most, and never less.
        expect(await due(at.carol)).to.be.within(before, before + MILL / 1_000n);
      }
    });

    it("should share a slash with their rewards untouched, into another era (T-12)", async () => {
      await earning();
      await at.reward(at.alice, 140n * MILL);
      await at.toEpoch(1.5);
      await as(at.market).slashStake(Offence.FalseReport, at.alice, ethers.MaxUint256, at.reporter);
      await at.toEpoch(1);
      await at.delegate(at.bob, 5n * MILL);
      expect(await due(at.bob)).to.be.within(30n * MILL - 2n, 30n * MILL);
      expect(await due(at.carol)).to.be.within(10n * MILL - 2n, 10n * MILL);
      // New money earns apart from old shares.
      await at.toEpoch(1);
      await at.reward(at.alice, 100n * MILL);
      await at.toEpoch(2);
      expect(await due(at.bob)).to.be.within(110n * MILL - 4n, 110n * MILL);
      expect(await due(at.carol)).to.be.within(10n * MILL - 2n, 10n * MILL);
      for (const who of [at.bob, at.carol, at.alice]) await as(at.stranger).claimRewards(at.alice, who);
      expect(await at.staking.totalHeld()).to.be.within(5n * MILL, 5n * MILL + 9n);
    });
  });

  describe("claimRewards", () => {
    it("should pay a delegator, whoever calls, in a pause, and nothing twice (T-54, T-66, X-28)", async () => {
      await earning();
      await at.reward(at.alice, 140n * MILL);
      await at.toEpoch(2);
      await at.staking.pauseEntries(7 * DAY);
      const mill = await due(at.bob);
      expect(mill).to.be.within(30n * MILL - 1n, 30n * MILL);
      const call = as(at.stranger).claimRewards(at.alice, at.bob);
      await expect(call).to.emit(at.staking, "RewardsClaimed").withArgs(at.alice, at.bob, at.bob, mill);
      await expect(call).to.changeTokenBalances(ethers, at.token, [at.bob, at.stranger], [mill, 0n]);
      await expect(as(at.bob).claimRewards(at.alice, at.bob)).to.not.emit(at.token, "Transfer");
    });

    it("should pay the provider's part to its payout account, and its own delegation with it", async () => {
      await at.delegate(at.alice, 1_000n * MILL);
      await at.toEpoch(1);
      await at.reward(at.alice, 100n * MILL);
      await at.toEpoch(2);
      await at.settlement.connect(at.alice).setPayout(at.buyer);
      const mill = await due(at.alice);
      expect(mill).to.be.within(100n * MILL - 1n, 100n * MILL);
      await expect(as(at.stranger).claimRewards(at.alice, at.alice))
        .to.emit(at.staking, "RewardsClaimed")
        .withArgs(at.alice, at.alice, at.buyer, mill);
      expect(await at.token.balanceOf(at.buyer)).to.equal(mill);
    });

    it("should pay strangers and empty positions nothing", async () => {
      await earning();
      for (const who of [at.stranger, at.bob, at.alice]) {
        expect(await as(who).claimRewards.staticCall(at.alice, who)).to.equal(0n);
        await as(who).claimRewards(at.carol, who);
      }
    });

    it("should gain nobody anything when it is called all the time (X-37, T-34)", async () => {
      await earning();
      await at.reward(at.alice, 140n * MILL + 1n);
      for (let i = 0; i < 30; i++) {
        await at.toEpoch(i === 0 ? 1 : 0.03 * i);
        await as(at.stranger)
          .claimRewards(at.alice, at.carol)
          .catch(() => undefined);
      }
      await at.toEpoch(2);
      const start = 1_000_000n * MILL - 100n * MILL;
      const paid = (await at.token.balanceOf(at.carol)) - start + (await due(at.carol));
      expect(paid).to.be.within(10n * MILL - 60n, 10n * MILL + 1n);
    });
  });

  describe("views", () => {
    it("should promise no more than is paid: rewards, worth and what can be withdrawn (T-33)", async () => {
      await earning();
      await at.reward(at.alice, 140n * MILL + 7n);
      await at.toEpoch(1.37);
      await as(at.market).slashStake(Offence.FalseReport, at.alice, OWN_STAKE + 12_345n, at.reporter);
      for (const who of [at.bob, at.carol, at.alice]) {
        const [promised, before] = [await due(who), await at.token.balanceOf(who)];
        await as(at.stranger).claimRewards(at.alice, who);
        expect((await at.token.balanceOf(who)) - before).to.be.at.least(promised);
      }
      for (const who of [at.bob, at.carol]) {
        const { earning: shares, worth } = await at.staking.delegationOf(at.alice, who);
        await as(who).undelegate(at.alice, shares);
        await time.increase(THAW_SECONDS);
        expect(await as(who).withdrawDelegation.staticCall(at.alice)).to.be.at.least(worth);
      }
    });
  });

  describe("parameters", () => {
    it("should change nothing of what has been shared, whether in a pause or not (T-51, T-57, I10)", async () => {
      await earning();
      await at.reward(at.alice, 140n * MILL);
      const { arriving } = await at.staking.poolOf(at.alice);
      await at.staking.pauseEntries(2 * DAY);
      await at.staking.setLeverage(0);
      await at.staking.setThawSeconds(90 * DAY);
      await as(at.alice).setCommission(1_000_000);
      expect((await at.staking.poolOf(at.alice)).arriving).to.equal(arriving);
      await at.toEpoch(2);
      await at.staking.pauseEntries(0);
      expect(await due(at.bob)).to.be.within(30n * MILL - 1n, 30n * MILL);
      // From now on it is shared by the new leverage.
      await at.reward(at.alice, 140n * MILL);
      expect((await at.staking.poolOf(at.alice)).arriving).to.equal(0n);
    });
  });

  describe("setCommission", () => {
    it("should rise only after the thaw period, so that who does not agree is out (T-70)", async () => {
      const setAt = (await time.latest()) + 10;
      await time.setNextBlockTimestamp(setAt);
      await expect(as(at.alice).setCommission(1_000_000))
        .to.emit(at.staking, "CommissionChanged")
        .withArgs(at.alice, 1_000_000, setAt + THAW_SECONDS);
      await time.increaseTo(setAt + THAW_SECONDS - 1);
      expect((await at.staking.commissionOf(at.alice)).ppm).to.equal(0n);
      await time.increaseTo(setAt + THAW_SECONDS);
      expect((await at.staking.commissionOf(at.alice)).ppm).to.equal(1_000_000n);
    });

    it("should fall at once, and forget a rise that has not come", async () => {
      await as(at.alice).setCommission(300_000);
      await time.increase(THAW_SECONDS);
      await as(at.alice).setCommission(900_000);
      await as(at.alice).setCommission(200_000);
      expect((await at.staking.commissionOf(at.alice)).ppm).to.equal(200_000n);
      await time.increase(THAW_SECONDS);
      expect((await at.staking.commissionOf(at.alice)).ppm).to.equal(200_000n);
      // Rising again from below does not inherit the time of an earlier rise.
      await as(at.alice).setCommission(250_000);
      await as(at.alice).setCommission(900_000);
      await time.increase(THAW_SECONDS - 10);
      expect((await at.staking.commissionOf(at.alice)).ppm).to.equal(200_000n);
    });

    it("should refuse more than the whole, and slash whatever it is (T-70)", async () => {
      await expect(as(at.alice).setCommission(1_000_001))
        .to.be.revertedWithCustomError(at.staking, "DelegatedStake_CommissionOutOfBounds")
        .withArgs(1_000_001, 1_000_000);
      await expect(as(at.bob).setCommission(0)).to.be.revertedWithCustomError(
        at.staking,
        "StakingRegistry_NotRegistered",
      );
      await as(at.alice).setCommission(1_000_000);
      await time.increase(THAW_SECONDS);
      await earning();
      await at.reward(at.alice, 140n * MILL);
      expect(await due(at.alice)).to.equal(140n * MILL);
      await as(at.market).slashStake(Offence.FalseReport, at.alice, ethers.MaxUint256, at.reporter);
      expect((await at.staking.poolOf(at.alice)).mill).to.equal(0n);
    });
  });

  describe("a provider that delegates to itself", () => {
    it("should earn no more and lose no less than by staking (T-74)", async () => {
      const { bob, alice, staking, market } = at;
      await as(bob).register("");
      await as(bob).stake(OWN_STAKE + 500n * MILL);
      await as(alice).delegate(alice, 500n * MILL);
      await at.toEpoch(1);
      for (const provider of [alice, bob]) await at.reward(provider, 150n * MILL);
      await at.toEpoch(2);
      expect(await staking.rewardsOf(alice, alice)).to.be.at.most(await staking.rewardsOf(bob, bob));
      const lost = async (provider: typeof alice) => {
        const held = await staking.totalHeld();
        await staking.connect(market).slashStake(Offence.FalseReport, provider, 1_200n * MILL, at.reporter);
        return held - (await staking.totalHeld());
      };
      expect(await lost(alice)).to.equal(await lost(bob));
    });
  });
});
