import { expect } from "chai";
import hre from "hardhat";

import { Offence } from "./Offence.js";
import { DAY, MILL, MIN_THAW_SECONDS, stakingFixture, THAW_SECONDS } from "./stakingFixture.js";

const connection = await hre.network.create();
const { ethers, networkHelpers } = connection;
const { time } = networkHelpers;
const nobody = ethers.ZeroAddress;

describe("StakingRegistry, thaws", () => {
  const deploy = stakingFixture(connection);

  /** Alice with 1,000 MILL; `slash` takes from her stake. */
  async function staked() {
    const context = await deploy();
    const { alice, market } = context;
    const staking = context.staking.connect(alice);
    await staking.register("alice");
    await staking.stake(1_000n * MILL);
    const slash = async (mill: bigint) =>
      context.staking.connect(market).slashStake(Offence.WrongCapacityProof, alice, mill, nobody);
    return { ...context, staking, slash };
  }

  describe("unstake", () => {
    it("should start a thaw that no longer gives access", async () => {
      const { staking, alice } = await networkHelpers.loadFixture(staked);
      expect(await staking.unstake.staticCall(400n * MILL)).to.equal(1n);
      await expect(staking.unstake(400n * MILL))
        .to.emit(staking, "ThawStarted")
        .withArgs(alice, 1, 400n * MILL, (await time.latest()) + 1 + THAW_SECONDS);
      const account = await staking.accountOf(alice);
      expect([account.active, account.thawing]).to.deep.equal([600n * MILL, 400n * MILL]);
      expect(await staking.accessOf(alice)).to.deep.equal([0n, 600n * MILL]);
      expect(await staking.totalHeld()).to.equal(1_000n * MILL);
    });

    it("should refuse nothing, and more than the active stake", async () => {
      const { staking, alice } = await networkHelpers.loadFixture(staked);
      await expect(staking.unstake(0)).to.be.revertedWithCustomError(staking, "StakingRegistry_ZeroAmount");
      await expect(staking.unstake(1_000n * MILL + 1n))
        .to.be.revertedWithCustomError(staking, "StakingRegistry_ActiveTooLow")
        .withArgs(alice, 1_000n * MILL, 1_000n * MILL + 1n);
      await expect(staking.unstake(ethers.MaxUint256)).to.be.revertedWithCustomError(
        staking,
        "StakingRegistry_ActiveTooLow",
      );
    });

    it("should leave nodes the stake that they need", async () => {
      const { staking, alice, nodes } = await networkHelpers.loadFixture(staked);
      await staking.connect(nodes).setRequired(alice, 900n * MILL);
      await staking.unstake(100n * MILL);
      await expect(staking.unstake(1n))
        .to.be.revertedWithCustomError(staking, "StakingRegistry_AccessLost")
        .withArgs(alice, 900n * MILL, 900n * MILL - 1n);
      await staking.connect(nodes).setRequired(alice, 0n);
      await staking.unstake(900n * MILL);
    });

    it("should hold eight thaws and no more", async () => {
      const { staking, alice } = await networkHelpers.loadFixture(staked);
      for (let i = 0; i < 8; i++) await staking.unstake(1n);
      await expect(staking.unstake(1n))
        .to.be.revertedWithCustomError(staking, "StakingRegistry_TooManyThaws")
        .withArgs(alice, 8);
    });

    it("should take eight new thaws after eight have been paid or slashed away (T-08, T-32)", async () => {
      const { staking, alice, slash } = await networkHelpers.loadFixture(staked);
      for (let i = 0; i < 8; i++) await staking.unstake(10n);
      await time.increase(THAW_SECONDS);
      expect(await staking.withdrawable(alice)).to.equal(80n);
      await staking.withdraw();
      for (let i = 0; i < 8; i++) await staking.unstake(10n);
      await slash((await staking.accountOf(alice)).active + 75n);
      expect((await staking.thawsOf(alice)).map((thaw) => thaw.amount)).to.deep.equal([5n]);
      await staking.stake(100n);
      for (let i = 0; i < 7; i++) await staking.unstake(10n);
      expect((await staking.thawsOf(alice)).map((thaw) => Number(thaw.id))).to.deep.equal([
        16, 17, 18, 19, 20, 21, 22, 23,
      ]);
    });

    it("should work in a pause and without registration (I4, T-66)", async () => {
      const { staking, governor } = await networkHelpers.loadFixture(staked);
      await staking.connect(governor).pauseEntries(7 * DAY);
      await staking.deregister();
      await staking.unstake(500n * MILL);
      await staking.cancelThaw(1);
      await staking.unstake(1_000n * MILL);
      await staking.connect(governor).setThawSeconds(90 * DAY);
      await time.increase(THAW_SECONDS - 3 * DAY);
      await staking.connect(governor).pauseEntries(7 * DAY);
      await time.increase(3 * DAY);
      expect(await staking.withdraw.staticCall()).to.equal(1_000n * MILL);
    });
  });

  describe("cancelThaw", () => {
    it("should return what is left to the active stake, whichever of several", async () => {
      const { staking, alice, slash } = await networkHelpers.loadFixture(staked);
      for (const amount of [100n, 200n, 300n]) await staking.unstake(amount * MILL);
      await slash(450n * MILL);
      await expect(staking.cancelThaw(1))
        .to.emit(staking, "ThawCancelled")
        .withArgs(alice, 1, 50n * MILL);
      await staking.cancelThaw(3);
      expect((await staking.thawsOf(alice)).map((thaw) => [thaw.id, thaw.amount])).to.deep.equal([[2n, 200n * MILL]]);
      const account = await staking.accountOf(alice);
      expect([account.active, account.thawing]).to.deep.equal([350n * MILL, 200n * MILL]);
    });

    it("should refuse one that is gone, was never there, or is another's (T-01, T-29, I11)", async () => {
      const { staking, alice, bob } = await networkHelpers.loadFixture(staked);
      await staking.unstake(1n);
      await expect(staking.connect(bob).cancelThaw(1))
        .to.be.revertedWithCustomError(staking, "StakingRegistry_UnknownThaw")
        .withArgs(bob, 1);
      await staking.cancelThaw(1);
      for (const id of [0n, 1n, 2n, ethers.MaxUint256]) {
        await expect(staking.cancelThaw(id))
          .to.be.revertedWithCustomError(staking, "StakingRegistry_UnknownThaw")
          .withArgs(alice, id);
      }
      await staking.unstake(1n);
      await time.increase(THAW_SECONDS);
      await staking.withdraw();
      await expect(staking.cancelThaw(2)).to.be.revertedWithCustomError(staking, "StakingRegistry_UnknownThaw");
    });

    it("should start no timer anew for the others (T-76)", async () => {
      const { staking, alice } = await networkHelpers.loadFixture(staked);
      await staking.unstake(1n);
      await staking.unstake(2n);
      const [, second] = await staking.thawsOf(alice);
      await time.increase(DAY);
      await staking.cancelThaw(1);
      expect(await staking.thawsOf(alice)).to.deep.equal([second]);
    });
  });

  describe("withdraw", () => {
    it("should pay nothing a second early, and all from the second on", async () => {
      const { staking, token, alice } = await networkHelpers.loadFixture(staked);
      await staking.unstake(400n * MILL);
      const [thaw] = await staking.thawsOf(alice);
      const releaseAt = Number(thaw?.releaseAt);
      await time.setNextBlockTimestamp(releaseAt - 1);
      await expect(staking.withdraw()).to.not.emit(staking, "Withdrawn");
      await time.setNextBlockTimestamp(releaseAt);
      const withdrawal = staking.withdraw();
      await expect(withdrawal)
        .to.emit(staking, "Withdrawn")
        .withArgs(alice, 400n * MILL);
      await expect(withdrawal).to.changeTokenBalances(ethers, token, [alice, staking], [400n * MILL, -400n * MILL]);
      expect(await staking.totalHeld()).to.equal(600n * MILL);
      expect(await staking.thawsOf(alice)).to.deep.equal([]);
    });

    it("should pay a later thaw that matures first (T-32, T-76)", async () => {
      const { staking, governor, alice } = await networkHelpers.loadFixture(staked);
      await staking.unstake(1n);
      await staking.connect(governor).setThawSeconds(MIN_THAW_SECONDS);
      await staking.unstake(2n);
      await staking.unstake(3n);
      await staking.connect(governor).setThawSeconds(THAW_SECONDS);
      await staking.unstake(4n);
      await time.increase(MIN_THAW_SECONDS);
      await expect(staking.withdraw()).to.emit(staking, "Withdrawn").withArgs(alice, 5);
      expect((await staking.thawsOf(alice)).map((thaw) => thaw.amount)).to.deep.equal([1n, 4n]);
      await time.increase(THAW_SECONDS);
      await expect(staking.withdraw()).to.emit(staking, "Withdrawn").withArgs(alice, 5);
    });

    it("should pay once however often it is called, cancelled thaws and new stake between (X-06, X-28)", async () => {
      const { staking, token, alice } = await networkHelpers.loadFixture(staked);
      const before = await token.balanceOf(alice);
      await staking.unstake(100n);
      await staking.unstake(10n);
      await time.increase(THAW_SECONDS);
      await staking.cancelThaw(1);
      await staking.stake(5n);
      for (let i = 0; i < 3; i++) await staking.withdraw();
      expect(await token.balanceOf(alice)).to.equal(before + 10n - 5n);
      expect((await staking.accountOf(alice)).active).to.equal(1_000n * MILL - 10n + 5n);
    });

    it("should pay a provider whose nodes lack stake (I4)", async () => {
      const { staking, alice, nodes, slash } = await networkHelpers.loadFixture(staked);
      await staking.unstake(100n);
      await staking.connect(nodes).setRequired(alice, 5_000n * MILL);
      await time.increase(THAW_SECONDS);
      await slash(1n);
      expect(await staking.hasAccess(alice)).to.equal(false);
      await expect(staking.withdraw()).to.emit(staking, "Withdrawn").withArgs(alice, 100);
    });
  });

  describe("slashStake, on thaws", () => {
    it("should reach a thaw in its last second and not after (T-27, T-28)", async () => {
      const { staking, alice, slash } = await networkHelpers.loadFixture(staked);
      await staking.unstake(1_000n * MILL);
      const [thaw] = await staking.thawsOf(alice);
      const releaseAt = Number(thaw?.releaseAt);
      await time.setNextBlockTimestamp(releaseAt - 1);
      await expect(slash(300n * MILL))
        .to.emit(staking, "ThawSlashed")
        .withArgs(alice, 1, 300n * MILL);
      await time.setNextBlockTimestamp(releaseAt);
      await expect(slash(ethers.MaxUint256)).to.emit(staking, "StakeSlashed").withArgs(alice, 6, nobody, 0, 0, 0, 0, 0);
      await expect(staking.withdraw())
        .to.emit(staking, "Withdrawn")
        .withArgs(alice, 700n * MILL);
    });

    it("should take active first, then thaws, oldest first, and leave bonds alone", async () => {
      const { staking, alice, market, slash } = await networkHelpers.loadFixture(staked);
      await staking.connect(market).bond(alice, 500n * MILL);
      await staking.unstake(100n * MILL);
      await staking.unstake(200n * MILL);
      const slashing = slash(350n * MILL);
      await expect(slashing)
        .to.emit(staking, "StakeSlashed")
        .withArgs(alice, Offence.WrongCapacityProof, nobody, 200n * MILL, 150n * MILL, 0, 0, 350n * MILL);
      await expect(slashing)
        .to.emit(staking, "ThawSlashed")
        .withArgs(alice, 1, 100n * MILL);
      await expect(slashing)
        .to.emit(staking, "ThawSlashed")
        .withArgs(alice, 2, 50n * MILL);
      const account = await staking.accountOf(alice);
      expect([account.active, account.bonded, account.thawing]).to.deep.equal([0n, 500n * MILL, 150n * MILL]);
    });

    it("should strand no matured exit behind a slash (T-07)", async () => {
      const { staking, token, settlement, alice, slash } = await networkHelpers.loadFixture(staked);
      const paid = async (call: () => Promise<unknown>) => {
        const before = await token.balanceOf(alice);
        await call();
        return (await token.balanceOf(alice)) - before;
      };
      await staking.unstake(400n * MILL);
      await time.increase(THAW_SECONDS);
      await staking.unstake(300n * MILL);
      await slash(400n * MILL);
      expect(await paid(async () => staking.withdraw())).to.equal(400n * MILL);
      await time.increase(THAW_SECONDS);
      expect(await paid(async () => staking.withdraw())).to.equal(200n * MILL);
      expect(await settlement.unburned()).to.equal(400n * MILL);
      expect(await staking.totalHeld()).to.equal(0n);
      expect(await token.balanceOf(staking)).to.equal(0n);
    });

    it("should give an old exit nothing of what comes after a whole slash (T-71, T-72)", async () => {
      const { staking, alice, slash } = await networkHelpers.loadFixture(staked);
      await staking.unstake(1_000n * MILL);
      await slash(ethers.MaxUint256);
      expect(await staking.thawsOf(alice)).to.deep.equal([]);
      await staking.stake(70n * MILL);
      await time.increase(THAW_SECONDS);
      await expect(staking.withdraw()).to.not.emit(staking, "Withdrawn");
      expect((await staking.accountOf(alice)).active).to.equal(70n * MILL);
    });

    it("should let the last one out after slashes of single units (T-03)", async () => {
      const { staking, alice, slash } = await networkHelpers.loadFixture(staked);
      for (let i = 1n; i <= 8n; i++) await staking.unstake(i);
      await slash(1_000n * MILL - 36n + 1n);
      for (let i = 0; i < 7; i++) await slash(1n);
      expect((await staking.accountOf(alice)).thawing).to.equal(28n);
      await time.increase(THAW_SECONDS);
      await expect(staking.withdraw()).to.emit(staking, "Withdrawn").withArgs(alice, 28);
      expect(await staking.totalHeld()).to.equal(0n);
    });
  });
});
