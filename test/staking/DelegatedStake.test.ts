import { expect } from "chai";
import hre from "hardhat";

import { type DelegationContext, delegationFixture, OWN_STAKE } from "./delegationFixture.js";
import { Offence } from "./Offence.js";
import { DAY, MILL, MIN_THAW_SECONDS, THAW_SECONDS } from "./stakingFixture.js";

const connection = await hre.network.create();
const { ethers, networkHelpers } = connection;
const { time } = networkHelpers;
const nobody = ethers.ZeroAddress;

describe("DelegatedStake", () => {
  const deploy = delegationFixture(connection);
  let at: DelegationContext;

  beforeEach(async () => {
    at = await networkHelpers.loadFixture(deploy);
  });

  const slash = async (mill: bigint) =>
    at.staking.connect(at.market).slashStake(Offence.FalseReport, at.alice, mill, at.reporter);
  const worth = async (who: typeof at.bob) => (await at.staking.delegationOf(at.alice, who)).worth;
  const as = (who: typeof at.bob) => at.staking.connect(who);

  describe("delegate", () => {
    it("should issue a share for each unit of an empty pool, and hold what it took", async () => {
      const call = as(at.bob).delegate(at.alice, 100n * MILL);
      await expect(call)
        .to.emit(at.staking, "Delegated")
        .withArgs(at.alice, at.bob, 100n * MILL, 100n * MILL);
      await expect(call).to.changeTokenBalances(ethers, at.token, [at.bob, at.staking], [-100n * MILL, 100n * MILL]);
      expect(await at.staking.delegationOf(at.alice, at.bob)).to.deep.equal([0n, 100n * MILL, 0n, 100n * MILL, 0n]);
      expect(await at.staking.totalHeld()).to.equal(OWN_STAKE + 100n * MILL);
    });

    it("should give weight for access at once, up to the leverage (S1)", async () => {
      const weight = async () => (await at.staking.accessOf(at.alice)).weight;
      await at.delegate(at.bob, 3_000n * MILL);
      expect(await weight()).to.equal(4_000n * MILL);
      await at.delegate(at.carol, 2_000n * MILL);
      expect(await weight()).to.equal(5_000n * MILL);
      await as(at.governor).setLeverage(0);
      expect(await weight()).to.equal(1_000n * MILL);
    });

    it("should refuse less than a MILL, whose shares could be played with (T-25)", async () => {
      await expect(as(at.bob).delegate(at.alice, MILL - 1n))
        .to.be.revertedWithCustomError(at.staking, "DelegatedStake_TooLittle")
        .withArgs(MILL - 1n, MILL);
      await expect(as(at.bob).delegate(at.alice, 0n)).to.be.revertedWithCustomError(
        at.staking,
        "DelegatedStake_TooLittle",
      );
    });

    it("should refuse providers who are not registered, paused entries, and amounts beyond the wallet", async () => {
      await expect(as(at.bob).delegate(at.carol, MILL))
        .to.be.revertedWithCustomError(at.staking, "StakingRegistry_NotRegistered")
        .withArgs(at.carol);
      await expect(as(at.bob).delegate(at.alice, 2_000_000n * MILL)).to.be.revertedWithCustomError(
        at.token,
        "ERC20InsufficientBalance",
      );
      await expect(as(at.bob).delegate(at.alice, ethers.MaxUint256)).to.be.revertedWithCustomError(
        at.staking,
        "SafeCastOverflowedUintDowncast",
      );
      await at.staking.pauseEntries(DAY);
      await expect(as(at.bob).delegate(at.alice, MILL)).to.be.revertedWithCustomError(
        at.staking,
        "EntryPause_EntriesPaused",
      );
    });

    it("should price shares by what was delegated, whatever is donated (T-25, T-46)", async () => {
      await at.delegate(at.bob, MILL);
      await at.token.transfer(at.staking, 1_000_000n * MILL);
      await at.delegate(at.carol, 5n * MILL);
      expect(await worth(at.bob)).to.equal(MILL);
      expect(await worth(at.carol)).to.equal(5n * MILL);
    });

    it("should touch nothing of the provider but its weight (T-01, T-02, T-34)", async () => {
      await as(at.alice).unstake(10n * MILL);
      const [account, thaws] = [await at.staking.accountOf(at.alice), await at.staking.thawsOf(at.alice)];
      await at.delegate(at.bob, 7n * MILL);
      await as(at.bob).undelegate(at.alice, 5n * MILL);
      await at.delegate(at.alice, 2n * MILL);
      expect(await at.staking.thawsOf(at.alice)).to.deep.equal(thaws);
      const after = await at.staking.accountOf(at.alice);
      expect([after.active, after.bonded, after.thawing]).to.deep.equal([
        account.active,
        account.bonded,
        account.thawing,
      ]);
      expect(await at.staking.undelegationsOf(at.alice, at.alice)).to.have.lengthOf(0);
    });
  });

  describe("undelegate", () => {
    it("should keep the shares in the pool, without weight, until the thaw period is over", async () => {
      await at.delegate(at.bob, 100n * MILL);
      const releaseAt = (await time.latest()) + 10 + THAW_SECONDS;
      await time.setNextBlockTimestamp(releaseAt - THAW_SECONDS);
      await expect(as(at.bob).undelegate(at.alice, 40n * MILL))
        .to.emit(at.staking, "UndelegationStarted")
        .withArgs(at.alice, at.bob, 40n * MILL, releaseAt);
      expect(await at.staking.undelegationsOf(at.alice, at.bob)).to.deep.equal([[40n * MILL, BigInt(releaseAt)]]);
      expect((await at.staking.accountOf(at.alice)).delegated).to.equal(60n * MILL);
      expect((await at.staking.poolOf(at.alice)).mill).to.equal(100n * MILL);
    });

    it("should never be refused for the provider's nodes: the provider drains", async () => {
      await at.delegate(at.bob, 500n * MILL);
      await as(at.nodes).setRequired(at.alice, 1_500n * MILL);
      expect(await at.staking.hasAccess(at.alice)).to.equal(true);
      await as(at.bob).undelegate(at.alice, 1n);
      expect(await at.staking.hasAccess(at.alice)).to.equal(false);
      await expect(as(at.alice).unstake(1n)).to.be.revertedWithCustomError(at.staking, "StakingRegistry_AccessLost");
      await as(at.bob).cancelUndelegation(at.alice);
      expect(await at.staking.hasAccess(at.alice)).to.equal(true);
    });

    it("should refuse no shares, and more than are there", async () => {
      await at.delegate(at.bob, 10n * MILL);
      await as(at.bob).undelegate(at.alice, 4n * MILL);
      await expect(as(at.bob).undelegate(at.alice, 0n)).to.be.revertedWithCustomError(
        at.staking,
        "DelegatedStake_ZeroShares",
      );
      for (const shares of [6n * MILL + 1n, ethers.MaxUint256]) {
        await expect(as(at.bob).undelegate(at.alice, shares))
          .to.be.revertedWithCustomError(at.staking, "DelegatedStake_TooFewShares")
          .withArgs(at.alice, at.bob, 6n * MILL, shares);
      }
      await expect(as(at.carol).undelegate(at.alice, 1n)).to.be.revertedWithCustomError(
        at.staking,
        "DelegatedStake_TooFewShares",
      );
    });

    it("should take eight exits at once, and eight more when these are out (T-02, T-08)", async () => {
      await at.delegate(at.bob, 100n * MILL);
      for (let round = 0; round < 2; round++) {
        for (let i = 0; i < 8; i++) await as(at.bob).undelegate(at.alice, MILL);
        await expect(as(at.bob).undelegate(at.alice, MILL))
          .to.be.revertedWithCustomError(at.staking, "DelegatedStake_TooManyUndelegations")
          .withArgs(at.alice, at.bob, 8);
        await time.increase(THAW_SECONDS);
        expect(await as(at.bob).withdrawDelegation.staticCall(at.alice)).to.equal(8n * MILL);
        await as(at.bob).withdrawDelegation(at.alice);
      }
    });

    it("should leave other exits' times alone: later ones, and a shorter period (T-32, T-76)", async () => {
      await at.delegate(at.bob, 100n * MILL);
      await as(at.bob).undelegate(at.alice, 10n * MILL);
      const [first] = await at.staking.undelegationsOf(at.alice, at.bob);
      await at.staking.setThawSeconds(MIN_THAW_SECONDS);
      await at.delegate(at.bob, 5n * MILL);
      await as(at.bob).undelegate(at.alice, 20n * MILL);
      const exits = await at.staking.undelegationsOf(at.alice, at.bob);
      expect(exits[0]).to.deep.equal(first);
      // The later one is out first, and strands nobody.
      await time.increase(MIN_THAW_SECONDS);
      expect(await as(at.bob).withdrawDelegation.staticCall(at.alice)).to.equal(20n * MILL);
      await as(at.bob).withdrawDelegation(at.alice);
      expect(await at.staking.undelegationsOf(at.alice, at.bob)).to.deep.equal([first]);
      await time.increase(THAW_SECONDS);
      expect(await as(at.bob).withdrawDelegation.staticCall(at.alice)).to.equal(10n * MILL);
    });
  });

  describe("cancelUndelegation", () => {
    it("should return all exits, matured or not, to the weight", async () => {
      await at.delegate(at.bob, 100n * MILL);
      await as(at.bob).undelegate(at.alice, 30n * MILL);
      await time.increase(THAW_SECONDS);
      await as(at.bob).undelegate(at.alice, 20n * MILL);
      await expect(as(at.bob).cancelUndelegation(at.alice))
        .to.emit(at.staking, "UndelegationCancelled")
        .withArgs(at.alice, at.bob, 50n * MILL);
      expect(await at.staking.delegationOf(at.alice, at.bob)).to.deep.equal([
        50n * MILL,
        50n * MILL,
        0n,
        100n * MILL,
        0n,
      ]);
      expect(await as(at.bob).withdrawDelegation.staticCall(at.alice)).to.equal(0n);
      await expect(as(at.bob).cancelUndelegation(at.alice))
        .to.be.revertedWithCustomError(at.staking, "DelegatedStake_NothingUndelegating")
        .withArgs(at.alice, at.bob);
    });
  });

  describe("withdrawDelegation", () => {
    it("should pay nothing a second early, all when it is time, and nothing twice", async () => {
      await at.delegate(at.bob, 100n * MILL);
      await as(at.bob).undelegate(at.alice, 100n * MILL);
      const [exit] = await at.staking.undelegationsOf(at.alice, at.bob);
      await time.setNextBlockTimestamp(exit.releaseAt - 1n);
      await expect(as(at.bob).withdrawDelegation(at.alice)).to.not.emit(at.staking, "DelegationWithdrawn");
      await time.setNextBlockTimestamp(exit.releaseAt);
      const call = as(at.bob).withdrawDelegation(at.alice);
      await expect(call)
        .to.emit(at.staking, "DelegationWithdrawn")
        .withArgs(at.alice, at.bob, 100n * MILL, 100n * MILL);
      await expect(call).to.changeTokenBalances(ethers, at.token, [at.bob, at.staking], [100n * MILL, -100n * MILL]);
      await expect(as(at.bob).withdrawDelegation(at.alice)).to.not.emit(at.token, "Transfer");
      expect(await at.staking.poolOf(at.alice)).to.deep.equal([0n, 0n, 0n, 0n, 0n, 0n, 0n]);
      expect(await at.staking.totalHeld()).to.equal(OWN_STAKE);
    });

    it("should work in a pause, when the provider has left, and when every module is gone (I4, T-66, T-79)", async () => {
      await at.delegate(at.bob, 50n * MILL);
      await at.staking.pauseEntries(7 * DAY);
      await as(at.alice).deregister();
      for (const module of [at.market, at.nodes, at.oracle]) await at.staking.wire(module, 0);
      await as(at.bob).undelegate(at.alice, 50n * MILL);
      await time.increase(THAW_SECONDS);
      await at.staking.pauseEntries(7 * DAY);
      expect(await as(at.bob).withdrawDelegation.staticCall(at.alice)).to.equal(50n * MILL);
      await as(at.bob).claimRewards(at.alice, at.bob);
    });
  });

  describe("slashStake", () => {
    beforeEach(async () => {
      await at.delegate(at.bob, 300n * MILL);
      await at.delegate(at.carol, 100n * MILL);
    });

    it("should take active, then thawing, then delegated stake, and burn all that is delegated (T-06, T-73)", async () => {
      await as(at.alice).unstake(400n * MILL);
      const call = slash(1_200n * MILL);
      await expect(call)
        .to.emit(at.staking, "StakeSlashed")
        .withArgs(
          at.alice,
          Offence.FalseReport,
          at.reporter,
          600n * MILL,
          400n * MILL,
          200n * MILL,
          300n * MILL,
          900n * MILL,
        );
      await expect(call).to.changeTokenBalances(
        ethers,
        at.token,
        [at.staking, at.settlement, at.reporter],
        [-1_200n * MILL, 900n * MILL, 300n * MILL],
      );
      expect(await worth(at.bob)).to.equal(150n * MILL);
      expect(await worth(at.carol)).to.equal(50n * MILL);
      expect((await at.staking.accountOf(at.alice)).delegated).to.equal(200n * MILL);
    });

    it("should leave delegated stake alone while own stake is enough, and bonds in any case", async () => {
      await as(at.market).bond(at.alice, 500n * MILL);
      await slash(500n * MILL);
      expect(await worth(at.bob)).to.equal(300n * MILL);
      await slash(ethers.MaxUint256);
      expect(await worth(at.bob)).to.equal(0n);
      expect((await at.staking.accountOf(at.alice)).bonded).to.equal(500n * MILL);
      // A bond pays others from the provider's own MILL only.
      await as(at.market).slashBond(Offence.WrongResult, at.alice, 500n * MILL, at.buyer, at.reporter);
      expect(await at.staking.totalHeld()).to.equal(0n);
    });

    it("should reach delegated stake again and again when the provider has nothing left (T-05, T-21)", async () => {
      await slash(OWN_STAKE);
      for (let left = 300n; left >= 0n; left -= 100n) {
        await slash(100n * MILL);
        expect((await at.staking.poolOf(at.alice)).mill).to.equal(left * MILL);
      }
    });

    it("should reach shares on their way out to their last day in the pool, alike (T-27, T-28)", async () => {
      await as(at.bob).undelegate(at.alice, 300n * MILL);
      await slash(OWN_STAKE + 200n * MILL);
      expect(await worth(at.bob)).to.equal(150n * MILL);
      expect(await worth(at.carol)).to.equal(50n * MILL);
      expect((await at.staking.accountOf(at.alice)).delegated).to.equal(50n * MILL);
      await time.increase(THAW_SECONDS);
      // Matured shares are in it until they are withdrawn: what is left is paid, and nothing reverts.
      await slash(100n * MILL);
      expect(await as(at.bob).withdrawDelegation.staticCall(at.alice)).to.equal(75n * MILL);
    });

    it("should take a single unit, burn it, and charge it to the pool (T-13)", async () => {
      await slash(OWN_STAKE);
      const unburned = await at.settlement.unburned();
      await slash(1n);
      expect((await at.settlement.unburned()) - unburned).to.equal(1n);
      expect((await at.staking.poolOf(at.alice)).mill).to.equal(400n * MILL - 1n);
      expect((await worth(at.bob)) + (await worth(at.carol))).to.be.at.most(400n * MILL - 1n);
    });

    it("should let nobody's share price rise by a slash, nor pay out more than is there (T-03, T-12)", async () => {
      await slash(OWN_STAKE + 123_456_789n);
      await as(at.bob).undelegate(at.alice, 300n * MILL);
      await as(at.carol).undelegate(at.alice, 100n * MILL);
      await time.increase(THAW_SECONDS);
      for (const who of [at.bob, at.carol]) await as(who).withdrawDelegation(at.alice);
      expect(await at.token.balanceOf(at.staking)).to.equal(await at.staking.totalHeld());
      expect((await at.staking.poolOf(at.alice)).shares).to.equal(0n);
      expect((await at.staking.poolOf(at.alice)).mill).to.equal(0n);
    });
  });

  describe("eras", () => {
    beforeEach(async () => {
      await at.delegate(at.bob, 400n * MILL);
      await slash(OWN_STAKE);
    });

    it("should go on above a millionth of a MILL a share, and start anew below it (T-26)", async () => {
      const edge = 400n * MILL - (400n * MILL) / 1_000_000n;
      await expect(slash(edge)).to.not.emit(at.staking, "EraStarted");
      expect((await at.staking.poolOf(at.alice)).era).to.equal(0n);
      const call = slash(1n);
      await expect(call).to.emit(at.staking, "EraStarted").withArgs(at.alice, 1);
      // The dust goes with the era: nobody owns it.
      await expect(call)
        .to.emit(at.staking, "StakeSlashed")
        .withArgs(
          at.alice,
          Offence.FalseReport,
          at.reporter,
          0,
          0,
          (400n * MILL) / 1_000_000n,
          0,
          (400n * MILL) / 1_000_000n,
        );
      expect(await at.staking.totalHeld()).to.equal(0n);
      expect(await at.staking.hasDelegators(at.alice)).to.equal(false);
    });

    it("should bound the number of shares over any number of slashes to dust (T-26)", async () => {
      for (let i = 0n; i < 5n; i++) {
        await at.delegate(at.carol, 10n * MILL);
        const { mill, shares } = await at.staking.poolOf(at.alice);
        expect(shares).to.be.at.most(mill * 1_000_000n);
        await slash(((mill - 1n) * 999_999n) / 1_000_000n);
      }
    });

    it("should keep older shares and exits away from what comes later (T-72)", async () => {
      await as(at.bob).undelegate(at.alice, 100n * MILL);
      await slash(ethers.MaxUint256);
      await at.delegate(at.carol, 50n * MILL);
      expect(await at.staking.delegationOf(at.alice, at.bob)).to.deep.equal([0n, 0n, 0n, 0n, 0n]);
      await time.increase(THAW_SECONDS);
      await as(at.bob).withdrawDelegation(at.alice);
      expect(await worth(at.carol)).to.equal(50n * MILL);
      await expect(as(at.bob).undelegate(at.alice, 1n)).to.be.revertedWithCustomError(
        at.staking,
        "DelegatedStake_TooFewShares",
      );
      await expect(as(at.bob).cancelUndelegation(at.alice)).to.be.revertedWithCustomError(
        at.staking,
        "DelegatedStake_NothingUndelegating",
      );
      // Who comes back holds what it brings, no more.
      await at.delegate(at.bob, 2n * MILL);
      expect(await worth(at.bob)).to.equal(2n * MILL);
      expect(await at.staking.undelegationsOf(at.alice, at.bob)).to.have.lengthOf(0);
    });

    it("should take deposits into a pool that is leaving as a whole, or slashed to nothing (T-71)", async () => {
      await as(at.bob).undelegate(at.alice, 400n * MILL);
      await at.delegate(at.carol, 10n * MILL);
      expect(await worth(at.carol)).to.equal(10n * MILL);
      await slash(ethers.MaxUint256);
      await at.delegate(at.carol, 10n * MILL);
      expect(await worth(at.carol)).to.equal(10n * MILL);
      await as(at.carol).undelegate(at.alice, 10n * MILL);
      await time.increase(THAW_SECONDS);
      await as(at.carol).withdrawDelegation(at.alice);
      await at.delegate(at.bob, 10n * MILL);
      expect(await worth(at.bob)).to.equal(10n * MILL);
    });
  });

  describe("operator", () => {
    it("should act for its provider until it is replaced, and then no more (T-30)", async () => {
      await expect(as(at.alice).setOperator(at.bob)).to.emit(at.staking, "OperatorChanged").withArgs(at.alice, at.bob);
      expect(await at.staking.operatorOf(at.alice)).to.equal(at.bob);
      expect(await at.staking.isOperator(at.alice, at.bob)).to.equal(true);
      expect(await at.staking.isOperator(at.alice, at.alice)).to.equal(true);
      expect(await at.staking.isOperator(at.bob, at.alice)).to.equal(false);
      await as(at.alice).setOperator(at.carol);
      expect(await at.staking.isOperator(at.alice, at.bob)).to.equal(false);
      await as(at.alice).setOperator(nobody);
      expect(await at.staking.isOperator(at.alice, nobody)).to.equal(false);
    });

    it("should be gone when its provider leaves, and not come back with it (T-31)", async () => {
      await as(at.alice).setOperator(at.bob);
      await expect(as(at.alice).deregister()).to.emit(at.staking, "OperatorChanged").withArgs(at.alice, nobody);
      await as(at.alice).register("again");
      expect(await at.staking.isOperator(at.alice, at.bob)).to.equal(false);
      await expect(as(at.bob).setOperator(at.carol)).to.be.revertedWithCustomError(
        at.staking,
        "StakingRegistry_NotRegistered",
      );
    });

    it("should move no money: it withdraws, unstakes and leaves for itself alone (T-54)", async () => {
      await as(at.alice).setOperator(at.bob);
      await expect(as(at.bob).unstake(1n)).to.be.revertedWithCustomError(at.staking, "StakingRegistry_ActiveTooLow");
      await expect(as(at.bob).deregister()).to.be.revertedWithCustomError(at.staking, "StakingRegistry_NotRegistered");
      await expect(as(at.bob).setCommission(1)).to.be.revertedWithCustomError(
        at.staking,
        "StakingRegistry_NotRegistered",
      );
      expect((await at.staking.accountOf(at.alice)).active).to.equal(OWN_STAKE);
    });
  });

  describe("slashRowOf", () => {
    it("should show every row of the table, each burning a fifth or more", async () => {
      for (const offence of Object.values(Offence).filter((each) => each !== Offence.None)) {
        const { takenPpm, buyerPpm, reporterPpm } = await at.staking.slashRowOf(offence);
        expect(takenPpm).to.be.within(1n, 1_000_000n);
        expect(buyerPpm + reporterPpm).to.be.at.most(800_000n);
      }
    });
  });
});
