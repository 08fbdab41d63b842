import { expect } from "chai";
import hre from "hardhat";

import { Offence } from "./Offence.js";
import { MILL, stakingFixture, THAW_SECONDS } from "./stakingFixture.js";

const connection = await hre.network.create();
const { ethers, networkHelpers } = connection;
const { time } = networkHelpers;
const nobody = ethers.ZeroAddress;

describe("StakingRegistry, slashes", () => {
  const deploy = stakingFixture(connection);

  /** Alice with 1,000 MILL of which 100 are bonded. */
  async function bonded() {
    const context = await deploy();
    const { alice, market } = context;
    await context.staking.connect(alice).register("alice");
    await context.staking.connect(alice).stake(1_000n * MILL);
    const staking = context.staking.connect(market);
    await staking.bond(alice, 100n * MILL);
    return { ...context, staking };
  }

  describe("slashBond", () => {
    it("should pay the reporter, hand the buyer's part to the settlement and have the rest burned", async () => {
      const { staking, token, settlement, alice, buyer, reporter } = await networkHelpers.loadFixture(bonded);
      const slash = staking.slashBond(Offence.WrongResult, alice, 100n * MILL, buyer, reporter);
      await expect(slash)
        .to.emit(staking, "BondSlashed")
        .withArgs(alice, Offence.WrongResult, buyer, reporter, 20n * MILL, 30n * MILL, 50n * MILL);
      await expect(slash).to.changeTokenBalances(
        ethers,
        token,
        [staking, settlement, reporter, buyer],
        [-100n * MILL, 70n * MILL, 30n * MILL, 0],
      );
      expect((await settlement.accountOf(buyer)).owedMill).to.equal(20n * MILL);
      expect(await settlement.unburned()).to.equal(50n * MILL);
      const account = await staking.accountOf(alice);
      expect([account.active, account.bonded]).to.deep.equal([900n * MILL, 0n]);
      expect(await staking.totalHeld()).to.equal(900n * MILL);
    });

    it("should burn the shares of a buyer and a reporter who are not there (T-18)", async () => {
      const { staking, settlement, alice, buyer, reporter } = await networkHelpers.loadFixture(bonded);
      await staking.slashBond(Offence.WrongResult, alice, 10n * MILL, nobody, reporter);
      expect(await settlement.unburned()).to.equal(7n * MILL);
      await staking.slashBond(Offence.WrongResult, alice, 10n * MILL, buyer, nobody);
      expect(await settlement.unburned()).to.equal(15n * MILL);
      await staking.slashBond(Offence.NotDelivered, alice, 10n * MILL, nobody, nobody);
      expect(await settlement.unburned()).to.equal(25n * MILL);
      expect((await settlement.accountOf(nobody)).owedMill).to.equal(0n);
    });

    it("should take what is bonded at most, and nothing of the active stake (T-04, T-20)", async () => {
      const { staking, alice, buyer, reporter } = await networkHelpers.loadFixture(bonded);
      const slash = staking.slashBond(Offence.ResultWithheld, alice, ethers.MaxUint256, buyer, reporter);
      await expect(slash)
        .to.emit(staking, "BondSlashed")
        .withArgs(alice, Offence.ResultWithheld, buyer, reporter, 20n * MILL, 30n * MILL, 50n * MILL);
      expect((await staking.accountOf(alice)).active).to.equal(900n * MILL);
    });

    it("should log a slash of nothing and move nothing (T-28)", async () => {
      const { staking, token, alice, bob, buyer, reporter } = await networkHelpers.loadFixture(bonded);
      for (const [provider, mill] of [
        [alice, 0n],
        [bob, 5n],
      ] as const) {
        const slash = staking.slashBond(Offence.WrongResult, provider, mill, buyer, reporter);
        await expect(slash).to.emit(staking, "BondSlashed").withArgs(provider, 1, buyer, reporter, 0, 0, 0);
        await expect(slash).to.not.emit(token, "Transfer");
      }
    });

    it("should burn a slash of one unit whole (T-13)", async () => {
      const { staking, settlement, alice, buyer, reporter } = await networkHelpers.loadFixture(bonded);
      await staking.slashBond(Offence.WrongResult, alice, 1n, buyer, reporter);
      expect(await settlement.unburned()).to.equal(1n);
    });

    it("should slash a provider that has less than its nodes need, or has left (T-19)", async () => {
      const { staking, alice, nodes, buyer } = await networkHelpers.loadFixture(bonded);
      await staking.connect(nodes).setRequired(alice, 5_000n * MILL);
      await staking.slashBond(Offence.NotDelivered, alice, MILL, buyer, nobody);
      await staking.connect(nodes).setRequired(alice, 0n);
      await staking.connect(alice).deregister();
      await staking.slashBond(Offence.NotDelivered, alice, MILL, buyer, nobody);
      expect((await staking.accountOf(alice)).bonded).to.equal(98n * MILL);
    });

    it("should take the bonds of two lost jobs, each its own amount and neither from the other (T-75)", async () => {
      const { staking, settlement, alice, buyer, reporter } = await networkHelpers.loadFixture(bonded);
      await staking.bond(alice, 40n * MILL);
      await staking.slashBond(Offence.WrongResult, alice, 100n * MILL, buyer, reporter);
      expect((await staking.accountOf(alice)).bonded).to.equal(40n * MILL);
      await staking.slashBond(Offence.WrongResult, alice, 40n * MILL, buyer, reporter);
      expect((await settlement.accountOf(buyer)).owedMill).to.equal(28n * MILL);
      expect((await staking.accountOf(alice)).active).to.equal(860n * MILL);
    });

    it("should refuse to slash for no offence", async () => {
      const table = await ethers.getContractFactory("SlashTableHarness");
      const { staking, alice, buyer, reporter } = await networkHelpers.loadFixture(bonded);
      await expect(staking.slashBond(Offence.None, alice, 1n, buyer, reporter)).to.be.revertedWithCustomError(
        table,
        "SlashTable_NoOffence",
      );
    });

    it("should return what it paid", async () => {
      const { staking, alice, buyer, reporter } = await networkHelpers.loadFixture(bonded);
      expect(
        await staking.slashBond.staticCall(Offence.UptimeBelowPromise, alice, 101n, buyer, reporter),
      ).to.deep.equal([80n, 0n, 21n]);
    });
  });

  describe("slashStake", () => {
    it("should pay a reporter and burn the rest", async () => {
      const { staking, token, settlement, alice, reporter } = await networkHelpers.loadFixture(bonded);
      const slash = staking.slashStake(Offence.FalseReport, alice, 100n * MILL, reporter);
      await expect(slash)
        .to.emit(staking, "StakeSlashed")
        .withArgs(alice, Offence.FalseReport, reporter, 100n * MILL, 0, 0, 30n * MILL, 70n * MILL);
      await expect(slash).to.changeTokenBalances(
        ethers,
        token,
        [staking, settlement, reporter],
        [-100n * MILL, 70n * MILL, 30n * MILL],
      );
      expect(await staking.slashStake.staticCall(Offence.FalseReport, alice, 9n, reporter)).to.deep.equal([2n, 7n]);
    });

    it("should compensate nobody from stake, whatever the offence", async () => {
      const { staking, settlement, alice, reporter } = await networkHelpers.loadFixture(bonded);
      await staking.slashStake(Offence.NotDelivered, alice, 100n * MILL, reporter);
      expect(await settlement.unburned()).to.equal(100n * MILL);
    });

    it("should reach the whole stake by repeated slashes, each costing what it says (T-05, T-21)", async () => {
      const { staking, settlement, alice } = await networkHelpers.loadFixture(bonded);
      for (let i = 1n; i <= 9n; i++) {
        await staking.slashStake(Offence.WrongCapacityProof, alice, 100n * MILL, nobody);
        expect(await settlement.unburned()).to.equal(i * 100n * MILL);
      }
      await staking.slashStake(Offence.WrongCapacityProof, alice, 100n * MILL, nobody);
      expect(await settlement.unburned()).to.equal(900n * MILL);
      const account = await staking.accountOf(alice);
      expect([account.active, account.bonded]).to.deep.equal([0n, 100n * MILL]);
    });

    it("should leave the provider without access when too little is left", async () => {
      const { staking, alice, nodes } = await networkHelpers.loadFixture(bonded);
      await staking.connect(nodes).setRequired(alice, 900n * MILL);
      expect(await staking.hasAccess(alice)).to.equal(true);
      await staking.slashStake(Offence.WrongCapacityProof, alice, 1n, nobody);
      expect(await staking.hasAccess(alice)).to.equal(false);
      await staking.connect(alice).stake(1n);
      expect(await staking.hasAccess(alice)).to.equal(true);
    });

    it("should refuse to slash for no offence", async () => {
      const table = await ethers.getContractFactory("SlashTableHarness");
      const { staking, alice } = await networkHelpers.loadFixture(bonded);
      await expect(staking.slashStake(Offence.None, alice, 1n, nobody)).to.be.revertedWithCustomError(
        table,
        "SlashTable_NoOffence",
      );
    });

    it("should stay within its worst case, eight thaws slashed at once (I12, T-56)", async () => {
      const { staking, alice } = await networkHelpers.loadFixture(bonded);
      for (let i = 0; i < 8; i++) await staking.connect(alice).unstake(MILL);
      const slash = await staking.slashStake(Offence.FalseReport, alice, ethers.MaxUint256, alice);
      expect((await slash.wait())?.gasUsed).to.be.lessThan(400_000n);
      await time.increase(THAW_SECONDS);
      expect(await staking.connect(alice).withdraw.staticCall()).to.equal(0n);
    });
  });
});
