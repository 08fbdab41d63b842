import { expect } from "chai";
import hre from "hardhat";

import { Offence } from "./Offence.js";
import { BOND, DAY, MILL, MIN_THAW_SECONDS, SLASH, stakingFixture, THAW_SECONDS } from "./stakingFixture.js";

const connection = await hre.network.create();
const { ethers, networkHelpers } = connection;
const { time } = networkHelpers;

describe("StakingRegistry", () => {
  const deploy = stakingFixture(connection);

  /** Alice registered with 1,000 MILL. */
  async function staked() {
    const context = await deploy();
    await context.staking.connect(context.alice).register("alice");
    await context.staking.connect(context.alice).stake(1_000n * MILL);
    return context;
  }

  describe("constructor", () => {
    it("should refuse to leave out a contract", async () => {
      const { governor, authority, token, settlement } = await networkHelpers.loadFixture(deploy);
      const factory = await ethers.getContractFactory("StakingRegistry");
      const zero = ethers.ZeroAddress;
      await expect(factory.deploy(governor, authority, zero, settlement, 1, 1))
        .to.be.revertedWithCustomError(factory, "Wired_ZeroAddress")
        .withArgs("token");
      await expect(factory.deploy(governor, authority, token, zero, 1, 1))
        .to.be.revertedWithCustomError(factory, "Wired_ZeroAddress")
        .withArgs("settlement");
    });

    it("should refuse a thaw shorter than the deployment's least (T-27)", async () => {
      const { governor, authority, token, settlement } = await networkHelpers.loadFixture(deploy);
      const factory = await ethers.getContractFactory("StakingRegistry");
      await expect(factory.deploy(governor, authority, token, settlement, 100, 99))
        .to.be.revertedWithCustomError(factory, "StakingRegistry_ThawSecondsOutOfBounds")
        .withArgs(99, 100, 90 * DAY);
    });
  });

  describe("register", () => {
    it("should register and log the metadata", async () => {
      const { staking, alice } = await networkHelpers.loadFixture(deploy);
      await expect(staking.connect(alice).register("alice's GPUs"))
        .to.emit(staking, "Registered")
        .withArgs(alice, "alice's GPUs");
      expect(await staking.isRegistered(alice)).to.equal(true);
      expect(await staking.hasAccess(alice)).to.equal(true);
    });

    it("should refuse a second time and change nothing (T-11)", async () => {
      const { staking, alice } = await networkHelpers.loadFixture(staked);
      await staking.connect(alice).unstake(100n * MILL);
      const before = await staking.accountOf(alice);
      await expect(staking.connect(alice).register("again"))
        .to.be.revertedWithCustomError(staking, "StakingRegistry_AlreadyRegistered")
        .withArgs(alice);
      expect(await staking.accountOf(alice)).to.deep.equal(before);
    });

    it("should limit the metadata", async () => {
      const { staking, alice } = await networkHelpers.loadFixture(deploy);
      await expect(staking.connect(alice).register("x".repeat(513)))
        .to.be.revertedWithCustomError(staking, "StakingRegistry_MetadataTooLong")
        .withArgs(513, 512);
      await staking.connect(alice).register("x".repeat(512));
    });

    it("should stop while entries are paused", async () => {
      const { staking, alice } = await networkHelpers.loadFixture(deploy);
      await staking.pauseEntries(DAY);
      await expect(staking.connect(alice).register("")).to.be.revertedWithCustomError(
        staking,
        "EntryPause_EntriesPaused",
      );
    });
  });

  describe("setMetadata", () => {
    it("should log the new metadata", async () => {
      const { staking, alice } = await networkHelpers.loadFixture(staked);
      await expect(staking.connect(alice).setMetadata("new"))
        .to.emit(staking, "MetadataChanged")
        .withArgs(alice, "new");
    });

    it("should refuse the unregistered, and too much of it", async () => {
      const { staking, alice, bob } = await networkHelpers.loadFixture(staked);
      await expect(staking.connect(bob).setMetadata("new"))
        .to.be.revertedWithCustomError(staking, "StakingRegistry_NotRegistered")
        .withArgs(bob);
      await expect(staking.connect(alice).setMetadata("x".repeat(513))).to.be.revertedWithCustomError(
        staking,
        "StakingRegistry_MetadataTooLong",
      );
    });
  });

  describe("deregister", () => {
    it("should refuse while nodes need stake, and the unregistered", async () => {
      const { staking, alice, bob, nodes } = await networkHelpers.loadFixture(staked);
      await staking.connect(nodes).setRequired(alice, 5n);
      await expect(staking.connect(alice).deregister())
        .to.be.revertedWithCustomError(staking, "StakingRegistry_NodesLeft")
        .withArgs(alice, 5);
      await expect(staking.connect(bob).deregister())
        .to.be.revertedWithCustomError(staking, "StakingRegistry_NotRegistered")
        .withArgs(bob);
    });

    it("should let a provider leave with everything and come back clean (T-31)", async () => {
      const { staking, token, alice, market } = await networkHelpers.loadFixture(staked);
      const before = await token.balanceOf(alice);
      await staking.connect(market).bond(alice, 100n * MILL);
      await staking.connect(alice).deregister();
      expect(await staking.hasAccess(alice)).to.equal(false);
      await expect(staking.connect(market).bond(alice, 1n))
        .to.be.revertedWithCustomError(staking, "StakingRegistry_NotRegistered")
        .withArgs(alice);

      await staking.connect(market).unbond(alice, 100n * MILL);
      await staking.connect(alice).unstake(1_000n * MILL);
      await time.increase(THAW_SECONDS);
      await staking.connect(alice).withdraw();
      expect(await token.balanceOf(alice)).to.equal(before + 1_000n * MILL);
      expect(await staking.accountOf(alice)).to.deep.equal([0n, 0n, 0n, 0n, 0n, false]);
      expect(await staking.totalHeld()).to.equal(0n);

      await staking.connect(alice).register("back");
      expect(await staking.accountOf(alice)).to.deep.equal([0n, 0n, 0n, 0n, 0n, true]);
      await staking.connect(alice).stake(MILL);
      expect(await staking.connect(alice).unstake.staticCall(MILL)).to.equal(2n);
    });

    it("should not be stopped by whoever stakes a little for the provider (T-34)", async () => {
      const { staking, alice, bob } = await networkHelpers.loadFixture(staked);
      await staking.connect(bob).stakeFor(alice, 1n);
      await staking.connect(alice).deregister();
      await expect(staking.connect(bob).stakeFor(alice, 1n)).to.be.revertedWithCustomError(
        staking,
        "StakingRegistry_NotRegistered",
      );
    });
  });

  describe("stake", () => {
    it("should move MILL into the active stake and count it", async () => {
      const { staking, token, alice } = await networkHelpers.loadFixture(staked);
      const staking7 = staking.connect(alice).stake(7n);
      await expect(staking7).to.emit(staking, "Staked").withArgs(alice, alice, 7);
      await expect(staking7).to.changeTokenBalances(ethers, token, [alice, staking], [-7, 7]);
      expect((await staking.accountOf(alice)).active).to.equal(1_000n * MILL + 7n);
      expect(await staking.totalHeld()).to.equal(1_000n * MILL + 7n);
    });

    it("should refuse nothing, the unregistered, paused entries, and what is not there", async () => {
      const { staking, token, alice, bob, stranger } = await networkHelpers.loadFixture(staked);
      await expect(staking.connect(alice).stake(0)).to.be.revertedWithCustomError(
        staking,
        "StakingRegistry_ZeroAmount",
      );
      await expect(staking.connect(bob).stake(1)).to.be.revertedWithCustomError(
        staking,
        "StakingRegistry_NotRegistered",
      );
      await staking.connect(stranger).register("");
      await expect(staking.connect(stranger).stake(1)).to.be.revertedWithCustomError(
        token,
        "ERC20InsufficientAllowance",
      );
      await staking.pauseEntries(DAY);
      await expect(staking.connect(alice).stake(1)).to.be.revertedWithCustomError(staking, "EntryPause_EntriesPaused");
    });

    it("should refuse an amount beyond 96 bits instead of cutting it (T-10)", async () => {
      const { staking, alice } = await networkHelpers.loadFixture(staked);
      await expect(staking.connect(alice).stake(2n ** 96n + 1n)).to.be.revertedWithCustomError(
        staking,
        "SafeCastOverflowedUintDowncast",
      );
    });

    it("should take donations for what they are: nothing (T-46)", async () => {
      const { staking, token, alice } = await networkHelpers.loadFixture(staked);
      await token.connect(alice).transfer(staking, 5n * MILL);
      expect(await staking.totalHeld()).to.equal(1_000n * MILL);
      await staking.connect(alice).unstake(1_000n * MILL);
      await time.increase(THAW_SECONDS);
      expect(await staking.connect(alice).withdraw.staticCall()).to.equal(1_000n * MILL);
    });
  });

  describe("stakeFor", () => {
    it("should let the caller pay and nobody else, and the provider's active stake grow (X-12)", async () => {
      const { staking, token, alice, bob } = await networkHelpers.loadFixture(staked);
      const staking7 = staking.connect(bob).stakeFor(alice, 7n);
      await expect(staking7).to.emit(staking, "Staked").withArgs(alice, bob, 7);
      await expect(staking7).to.changeTokenBalances(ethers, token, [alice, bob, staking], [0, -7, 7]);
      expect((await staking.accountOf(alice)).active).to.equal(1_000n * MILL + 7n);
      expect((await staking.accountOf(bob)).active).to.equal(0n);
    });

    it("should touch no thaw of the provider, however often (T-02, T-34, T-35, T-76)", async () => {
      const { staking, alice, bob } = await networkHelpers.loadFixture(staked);
      await staking.connect(alice).unstake(400n * MILL);
      const before = await staking.thawsOf(alice);
      await time.increase(DAY);
      for (let i = 0; i < 10; i++) await staking.connect(bob).stakeFor(alice, 1n);
      await staking.connect(alice).stake(1n);
      expect(await staking.thawsOf(alice)).to.deep.equal(before);
      for (let i = 0; i < 7; i++) await staking.connect(alice).unstake(1n);
    });

    it("should refuse an account that is not registered", async () => {
      const { staking, alice, stranger } = await networkHelpers.loadFixture(staked);
      await expect(staking.connect(alice).stakeFor(stranger, 1n))
        .to.be.revertedWithCustomError(staking, "StakingRegistry_NotRegistered")
        .withArgs(stranger);
    });
  });

  describe("bond and unbond", () => {
    it("should move stake between active and bonded", async () => {
      const { staking, alice, market } = await networkHelpers.loadFixture(staked);
      await expect(staking.connect(market).bond(alice, 300n)).to.emit(staking, "Bonded").withArgs(alice, market, 300);
      let account = await staking.accountOf(alice);
      expect([account.active, account.bonded]).to.deep.equal([1_000n * MILL - 300n, 300n]);
      await expect(staking.connect(market).unbond(alice, 100n))
        .to.emit(staking, "Unbonded")
        .withArgs(alice, market, 100);
      account = await staking.accountOf(alice);
      expect([account.active, account.bonded]).to.deep.equal([1_000n * MILL - 200n, 200n]);
    });

    it("should refuse more than the active stake, naming both", async () => {
      const { staking, alice, market } = await networkHelpers.loadFixture(staked);
      await expect(staking.connect(market).bond(alice, 1_000n * MILL + 1n))
        .to.be.revertedWithCustomError(staking, "StakingRegistry_ActiveTooLow")
        .withArgs(alice, 1_000n * MILL, 1_000n * MILL + 1n);
    });

    it("should check access after the bond has moved", async () => {
      const { staking, alice, market, nodes } = await networkHelpers.loadFixture(staked);
      await staking.connect(nodes).setRequired(alice, 900n * MILL);
      await staking.connect(market).bond(alice, 100n * MILL);
      await expect(staking.connect(market).bond(alice, 1n))
        .to.be.revertedWithCustomError(staking, "StakingRegistry_AccessLost")
        .withArgs(alice, 900n * MILL, 900n * MILL - 1n);
      await staking.connect(market).bond(alice, 0n);
      await staking.connect(market).slashStake(Offence.WrongCapacityProof, alice, 1n, ethers.ZeroAddress);
      await expect(staking.connect(market).bond(alice, 0n)).to.be.revertedWithCustomError(
        staking,
        "StakingRegistry_AccessLost",
      );
    });

    it("should return what is bonded at most, so that no exit fails (I4)", async () => {
      const { staking, alice, market } = await networkHelpers.loadFixture(staked);
      await staking.connect(market).bond(alice, 300n);
      await expect(staking.connect(market).unbond(alice, ethers.MaxUint256))
        .to.emit(staking, "Unbonded")
        .withArgs(alice, market, 300);
      expect((await staking.accountOf(alice)).active).to.equal(1_000n * MILL);
    });

    it("should refuse everybody but wired modules, each to its own", async () => {
      const { staking, alice, nodes, stranger } = await networkHelpers.loadFixture(staked);
      for (const caller of [nodes, stranger, alice]) {
        for (const call of ["bond", "unbond"] as const) {
          await expect(staking.connect(caller)[call](alice, 1n))
            .to.be.revertedWithCustomError(staking, "Wired_Forbidden")
            .withArgs(caller, BOND);
        }
        await expect(staking.connect(caller).slashBond(1, alice, 1n, alice, alice))
          .to.be.revertedWithCustomError(staking, "Wired_Forbidden")
          .withArgs(caller, SLASH);
        await expect(staking.connect(caller).slashStake(1, alice, 1n, alice))
          .to.be.revertedWithCustomError(staking, "Wired_Forbidden")
          .withArgs(caller, SLASH);
      }
    });
  });

  describe("setRequired", () => {
    it("should set what nodes need and say whether it is covered", async () => {
      const { staking, alice, bob, nodes } = await networkHelpers.loadFixture(staked);
      const asNodes = staking.connect(nodes);
      expect(await asNodes.setRequired.staticCall(alice, 1_000n * MILL)).to.equal(true);
      expect(await asNodes.setRequired.staticCall(alice, 1_000n * MILL + 1n)).to.equal(false);
      expect(await asNodes.setRequired.staticCall(bob, 0n), "unregistered").to.equal(false);
      await expect(asNodes.setRequired(alice, 2_000n * MILL))
        .to.emit(staking, "RequiredChanged")
        .withArgs(alice, 2_000n * MILL);
      expect(await staking.accessOf(alice)).to.deep.equal([2_000n * MILL, 1_000n * MILL]);
      expect(await staking.hasAccess(alice)).to.equal(false);
    });

    it("should refuse a module without the permission", async () => {
      const { staking, alice, market } = await networkHelpers.loadFixture(staked);
      await expect(staking.connect(market).setRequired(alice, 0n)).to.be.revertedWithCustomError(
        staking,
        "Wired_Forbidden",
      );
    });
  });

  describe("setThawSeconds", () => {
    it("should refuse what is out of bounds (T-09, T-27)", async () => {
      const { staking } = await networkHelpers.loadFixture(deploy);
      for (const bad of [0, MIN_THAW_SECONDS - 1, 90 * DAY + 1, 2 ** 32 - 1]) {
        await expect(staking.setThawSeconds(bad))
          .to.be.revertedWithCustomError(staking, "StakingRegistry_ThawSecondsOutOfBounds")
          .withArgs(bad, MIN_THAW_SECONDS, 90 * DAY);
      }
      expect(await staking.minThawSeconds()).to.equal(MIN_THAW_SECONDS);
    });

    it("should reach new thaws only (I10, T-57)", async () => {
      const { staking, alice } = await networkHelpers.loadFixture(staked);
      await staking.connect(alice).unstake(1n);
      const [first] = await staking.thawsOf(alice);
      await expect(staking.setThawSeconds(MIN_THAW_SECONDS))
        .to.emit(staking, "ThawSecondsChanged")
        .withArgs(MIN_THAW_SECONDS);
      expect(await staking.thawSeconds()).to.equal(MIN_THAW_SECONDS);
      await staking.connect(alice).unstake(1n);
      const [unchanged, second] = await staking.thawsOf(alice);
      expect(unchanged).to.deep.equal(first);
      expect(second?.releaseAt).to.equal((await time.latest()) + MIN_THAW_SECONDS);
    });

    it("should refuse a stranger, as every parameter does", async () => {
      const { staking, stranger } = await networkHelpers.loadFixture(deploy);
      for (const call of [
        async () => staking.connect(stranger).setThawSeconds(THAW_SECONDS),
        async () => staking.connect(stranger).setLeverage(1),
        async () => staking.connect(stranger).pauseEntries(1),
      ]) {
        await expect(call())
          .to.be.revertedWithCustomError(staking, "AccessManagedUnauthorized")
          .withArgs(stranger.address);
      }
    });
  });

  describe("setLeverage", () => {
    it("should keep its bound", async () => {
      const { staking } = await networkHelpers.loadFixture(deploy);
      expect(await staking.leverage()).to.equal(4n);
      await expect(staking.setLeverage(10)).to.emit(staking, "LeverageChanged").withArgs(10);
      expect(await staking.leverage()).to.equal(10n);
      await expect(staking.setLeverage(11))
        .to.be.revertedWithCustomError(staking, "StakingRegistry_LeverageOutOfBounds")
        .withArgs(11, 10);
    });
  });
});
