import { expect } from "chai";
import hre from "hardhat";

import {
  closeEpoch,
  COMPENSATE,
  CREDIT,
  FEE_PPM,
  setPrice,
  settlementFixture,
  supplyIdentity,
  TRADE_TERMS,
  WAD,
} from "./settlementFixture.js";

const connection = await hre.network.create();
const { ethers, networkHelpers } = connection;

const deploy = settlementFixture(connection);
const fixture = () => networkHelpers.loadFixture(deploy);

const HOUR = 3_600;
const FLOOR = TRADE_TERMS.hourlyCapFloor;

/** A buyer with 995 credits for 1,000 MILL. */
async function bought() {
  const context = await fixture();
  await context.settlement.connect(context.buyer).buy(1_000n * WAD, 0n, 0n);
  return context;
}

/** The same, 600 of them locked. */
async function locked() {
  const context = await bought();
  await context.settlement.connect(context.market).lock(context.buyer, 600n * WAD);
  return context;
}

describe("BurnMintSettlement: accounts", () => {
  describe("buy", () => {
    it("should burn MILL into the bank and give credits at the lower price less the spread", async () => {
      const context = await fixture();
      const { settlement, token, buyer } = context;
      await setPrice(context, 2n * WAD); // the average is still one
      const supply = await token.totalSupply();
      await expect(settlement.connect(buyer).buy(100n * WAD, 0n, 0n)).to.emit(settlement, "Bought");
      const { free, burned } = await settlement.accountOf(buyer);
      expect(burned).to.equal(100n * WAD);
      expect(free >= (995n * WAD) / 10n && free < 100n * WAD).to.equal(true);
      expect(await token.totalSupply()).to.equal(supply - 100n * WAD);
      expect([await settlement.bank(), await settlement.outstanding()]).to.deep.equal([100n * WAD, free]);
    });

    it("should do as quoted", async () => {
      const { settlement, buyer } = await fixture();
      const [credits, ratio, left] = await settlement.quote(1_000n * WAD);
      expect([credits, left]).to.deep.equal([995n * WAD, FLOOR]);
      await settlement.connect(buyer).buy(1_000n * WAD, credits, ratio);
      await expect(settlement.connect(buyer).buy(1_000n * WAD, credits + 1n, 0n))
        .to.be.revertedWithCustomError(settlement, "BurnMintSettlement_TooFewCredits")
        .withArgs(credits, credits + 1n);
    });

    it("should quote no amount beyond any supply, X-42", async () => {
      const { settlement } = await fixture();
      await expect(settlement.quote(2n ** 128n))
        .to.be.revertedWithCustomError(settlement, "SafeCastOverflowedUintDowncast")
        .withArgs(128, 2n ** 128n);
      expect((await settlement.quote(2n ** 128n - 1n))[0]).to.be.greaterThan(0n);
    });

    it("should respect the least backing that the buyer takes", async () => {
      const context = await bought();
      const { settlement, buyer } = context;
      await setPrice(context, WAD / 2n);
      const half = WAD / 2n;
      await expect(settlement.connect(buyer).buy(WAD, 0n, WAD)).to.be.revertedWithCustomError(
        settlement,
        "BurnMintSettlement_CollateralTooLow",
      );
      await settlement.connect(buyer).buy(WAD, 0n, half);
    });

    it("should refuse nothing, no price, no allowance, a pause; each by name", async () => {
      const { settlement, token, feeds, buyer, governor } = await fixture();
      const buy = (mill: bigint) => settlement.connect(buyer).buy(mill, 0n, 0n);
      for (const dust of [0n, 1n]) {
        await expect(buy(dust)).to.be.revertedWithCustomError(settlement, "BurnMintSettlement_ZeroAmount");
      }
      await expect(settlement.connect(governor).buy(WAD, 0n, 0n)).to.be.revertedWithCustomError(
        token,
        "ERC20InsufficientAllowance",
      );
      await settlement.pauseEntries(HOUR);
      await expect(buy(WAD)).to.be.revertedWithCustomError(settlement, "EntryPause_EntriesPaused");
      await settlement.pauseEntries(0);
      await feeds[0].post(0n);
      await expect(buy(WAD)).to.be.revertedWithCustomError(settlement, "BurnMintSettlement_NoUsablePrice");
      expect((await settlement.quote(WAD))[0]).to.equal(0n);
    });

    it("should bound each hour's purchases, whoever makes them, X-50", async () => {
      const { settlement, token, treasury, buyer, stranger } = await fixture();
      await token.connect(treasury).transfer(buyer, 10_000_000n * WAD);
      const hour = Math.ceil((await networkHelpers.time.latest()) / HOUR) * HOUR;
      await networkHelpers.time.increaseTo(hour);
      await settlement.connect(buyer).buy(1_000_000n * WAD, 0n, 0n);
      const left = FLOOR - 995_000n * WAD;
      expect((await settlement.quote(WAD))[2]).to.equal(left);
      await expect(settlement.connect(stranger).buy(6_000n * WAD, 0n, 0n))
        .to.be.revertedWithCustomError(settlement, "BurnMintSettlement_HourlyCapReached")
        .withArgs(5_970n * WAD, left);
      await settlement.connect(stranger).buy(5_000n * WAD, 0n, 0n);
      await networkHelpers.time.increaseTo(hour + HOUR);
      expect((await settlement.quote(WAD))[2]).to.equal(FLOOR);
    });

    it("should let purchases grow with L, but not raise their own cap", async () => {
      const { settlement, terms, buyer } = await bought();
      await terms.setTradeTerms({ ...TRADE_TERMS, hourlyCapFloor: 1_000n * WAD, hourlyCapPpm: 1_000_000n });
      for (let i = 0; i < 2; ++i) {
        const expected = i === 0 ? 1_000n * WAD : await settlement.outstanding();
        const hour = Math.ceil(((await networkHelpers.time.latest()) + 1) / HOUR) * HOUR;
        await networkHelpers.time.increaseTo(hour);
        expect((await settlement.quote(WAD))[2]).to.equal(expected);
        await settlement.connect(buyer).buy(1_000n * WAD, 0n, 0n);
        expect((await settlement.quote(WAD))[2]).to.equal(expected - 995n * WAD);
        await settlement.connect(buyer).buy((5n * WAD * 1_000n) / 995n, 0n, 0n);
      }
    });

    it("should not count MILL that was sent here, T-46", async () => {
      const { settlement, token, treasury } = await bought();
      await token.connect(treasury).transfer(settlement, 5_000n * WAD);
      expect([await settlement.bank(), await settlement.unburned()]).to.deep.equal([1_000n * WAD, 0n]);
      expect((await settlement.quote(WAD))[1] < (1_006n * WAD) / 1_000n).to.equal(true);
    });
  });

  describe("lock and refund", () => {
    it("should move credits between free and locked, exactly", async () => {
      const { settlement, market, buyer } = await bought();
      await expect(settlement.connect(market).lock(buyer, 600n * WAD))
        .to.emit(settlement, "Locked")
        .withArgs(buyer, 600n * WAD);
      await expect(settlement.connect(market).refund(buyer, 100n * WAD))
        .to.emit(settlement, "Refunded")
        .withArgs(buyer, 100n * WAD);
      const account = await settlement.accountOf(buyer);
      expect([account.free, account.locked]).to.deep.equal([495n * WAD, 500n * WAD]);
    });

    it("should refuse more than there is", async () => {
      const { settlement, market, buyer } = await locked();
      await expect(settlement.connect(market).lock(buyer, 395n * WAD + 1n))
        .to.be.revertedWithCustomError(settlement, "BurnMintSettlement_TooFewFree")
        .withArgs(buyer, 395n * WAD, 395n * WAD + 1n);
      await expect(settlement.connect(market).refund(buyer, 600n * WAD + 1n))
        .to.be.revertedWithCustomError(settlement, "BurnMintSettlement_TooFewLocked")
        .withArgs(buyer, 600n * WAD, 600n * WAD + 1n);
      await expect(settlement.connect(market).lock(buyer, ethers.MaxUint256)).to.be.revertedWithCustomError(
        settlement,
        "BurnMintSettlement_TooFewFree",
      );
    });
  });

  describe("pay", () => {
    it("should take the fee out of L, rounded up, and the buyer's claim to what it burned", async () => {
      const { settlement, market, buyer, provider } = await locked();
      const credits = 100n * WAD + 1n;
      const fee = 5n * WAD + 1n;
      await settlement.connect(market).pay(buyer, provider, credits, FEE_PPM);
      expect(await settlement.outstanding()).to.equal(995n * WAD - fee);
      expect((await settlement.positionOf(provider)).earned).to.equal(credits - fee);
      expect(await settlement.tallyOf(0)).to.deep.equal([credits - fee, fee]);
      const lost = (1_000n * WAD * credits + 995n * WAD - 1n) / (995n * WAD);
      expect((await settlement.accountOf(buyer)).burned).to.equal(1_000n * WAD - lost);
    });

    it("should leave a fee of one unit for one unit of work, and nothing for none, X-37", async () => {
      const { settlement, market, buyer, provider } = await locked();
      for (let i = 0; i < 3; ++i) await settlement.connect(market).pay(buyer, provider, 1n, FEE_PPM);
      await settlement.connect(market).pay(buyer, provider, 0n, FEE_PPM);
      expect((await settlement.positionOf(provider)).earned).to.equal(0n);
      expect((await settlement.tallyOf(0))[1]).to.equal(3n);
    });

    it("should leave no claim when all credits are spent", async () => {
      const { settlement, market, buyer, provider } = await locked();
      await settlement.connect(market).lock(buyer, 395n * WAD);
      await settlement.connect(market).pay(buyer, provider, 995n * WAD, FEE_PPM);
      const account = await settlement.accountOf(buyer);
      expect([account.free, account.locked, account.burned]).to.deep.equal([0n, 0n, 0n]);
    });

    it("should refuse more than is locked, and a fee that no job can have", async () => {
      const { settlement, market, buyer, provider } = await locked();
      const pay = (credits: bigint, fee: bigint) => settlement.connect(market).pay(buyer, provider, credits, fee);
      await expect(pay(600n * WAD + 1n, FEE_PPM)).to.be.revertedWithCustomError(
        settlement,
        "BurnMintSettlement_TooFewLocked",
      );
      for (const fee of [39_999n, 200_001n]) {
        await expect(pay(WAD, fee))
          .to.be.revertedWithCustomError(settlement, "BurnMintSettlement_FeeOutOfBounds")
          .withArgs(fee);
      }
    });
  });

  describe("modules", () => {
    it("should be the only ones to move credits and to compensate, T-36, T-54", async () => {
      const { settlement, market, staking, governor, buyer, provider, stranger } = await locked();
      for (const caller of [governor, buyer, provider, stranger, staking]) {
        const as = settlement.connect(caller);
        for (const call of [as.lock(buyer, 1n), as.refund(buyer, 1n), as.pay(buyer, provider, 1n, FEE_PPM)]) {
          await expect(call).to.be.revertedWithCustomError(settlement, "Wired_Forbidden").withArgs(caller, CREDIT);
        }
      }
      await expect(settlement.connect(market).compensate(buyer, 1n, 1n))
        .to.be.revertedWithCustomError(settlement, "Wired_Forbidden")
        .withArgs(market, COMPENSATE);
    });
  });

  describe("requestRedemption", () => {
    it("should take free credits with their part of what was burned", async () => {
      const { settlement, buyer } = await locked();
      await expect(settlement.connect(buyer).requestRedemption(199n * WAD))
        .to.emit(settlement, "RedemptionRequested")
        .withArgs(buyer, 0, 199n * WAD, 200n * WAD);
      const account = await settlement.accountOf(buyer);
      expect([account.free, account.burned]).to.deep.equal([196n * WAD, 800n * WAD]);
      expect(await settlement.outstanding(), "still in L").to.equal(995n * WAD);
      expect((await settlement.tallyOf(0))[0]).to.equal(199n * WAD);
    });

    it("should refuse nothing and more than is free", async () => {
      const { settlement, buyer } = await locked();
      await expect(settlement.connect(buyer).requestRedemption(0n)).to.be.revertedWithCustomError(
        settlement,
        "BurnMintSettlement_ZeroAmount",
      );
      await expect(settlement.connect(buyer).requestRedemption(395n * WAD + 1n))
        .to.be.revertedWithCustomError(settlement, "BurnMintSettlement_TooFewFree")
        .withArgs(buyer, 395n * WAD, 395n * WAD + 1n);
    });

    it("should work in a pause and without any price, T-66", async () => {
      const { settlement, feeds, market, buyer, provider } = await locked();
      await settlement.pauseEntries(HOUR);
      for (const feed of feeds) await feed.post(0n);
      await settlement.connect(buyer).requestRedemption(WAD);
      await settlement.connect(market).pay(buyer, provider, WAD, FEE_PPM);
      await settlement.connect(market).refund(buyer, WAD);
      expect(await settlement.collect.staticCall(buyer)).to.equal(0n);
    });
  });

  describe("compensate and creditOwed (8)", () => {
    async function slashed() {
      const context = await bought();
      const { token, treasury, settlement, staking, buyer } = context;
      await token.connect(treasury).transfer(settlement, 30n * WAD);
      await settlement.connect(staking).compensate(buyer, 20n * WAD, 10n * WAD);
      return context;
    }

    it("should hold slashed MILL outside the bank, still in the supply, and ask no price", async () => {
      const context = await bought();
      const { token, treasury, settlement, staking, buyer, feeds } = context;
      for (const feed of feeds) await feed.post(0n);
      await token.connect(treasury).transfer(settlement, 30n * WAD);
      const supply = await token.totalSupply();
      await expect(settlement.connect(staking).compensate(buyer, 20n * WAD, 10n * WAD))
        .to.emit(settlement, "Compensated")
        .withArgs(buyer, 20n * WAD, 10n * WAD);
      expect([await settlement.owedMillTotal(), await settlement.unburned()]).to.deep.equal([20n * WAD, 10n * WAD]);
      expect([await settlement.bank(), await token.totalSupply()]).to.deep.equal([1_000n * WAD, supply]);
      await expect(settlement.creditOwed(buyer)).to.be.revertedWithCustomError(
        settlement,
        "BurnMintSettlement_NoUsablePrice",
      );
    });

    it("should refuse a compensation that did not arrive, T-69", async () => {
      const { settlement, staking, buyer } = await slashed();
      await expect(settlement.connect(staking).compensate(buyer, 1n, 0n))
        .to.be.revertedWithCustomError(settlement, "BurnMintSettlement_CompensationMissing")
        .withArgs(30n * WAD, 30n * WAD + 1n);
    });

    it("should become credits once, at the lower price, without spread or cap, by anyone's hand", async () => {
      const context = await slashed();
      const { settlement, token, buyer, stranger } = context;
      await setPrice(context, WAD / 2n);
      await expect(settlement.connect(stranger).creditOwed(buyer))
        .to.emit(settlement, "OwedCredited")
        .withArgs(buyer, 20n * WAD, 10n * WAD);
      const account = await settlement.accountOf(buyer);
      expect([account.free, account.burned, account.owedMill]).to.deep.equal([1_005n * WAD, 1_020n * WAD, 0n]);
      expect([await settlement.bank(), await settlement.outstanding()]).to.deep.equal([1_020n * WAD, 1_005n * WAD]);
      expect(await token.balanceOf(settlement)).to.equal(10n * WAD);
      await expect(settlement.creditOwed(buyer))
        .to.be.revertedWithCustomError(settlement, "BurnMintSettlement_NothingOwed")
        .withArgs(buyer);
    });

    it("should not let L outgrow its fields, T-10", async () => {
      const context = await bought();
      const { settlement, token, treasury, staking, buyer } = context;
      const most = await settlement.MAX_OUTSTANDING();
      await setPrice(context, 100n * WAD);
      await networkHelpers.time.increase(40 * 1_800);
      const mill = 900_000_000n * WAD;
      await token.connect(treasury).transfer(settlement, mill);
      await settlement.connect(staking).compensate(buyer, mill, 0n);
      await expect(settlement.creditOwed(buyer)).to.be.revertedWithCustomError(
        settlement,
        "BurnMintSettlement_OutstandingTooLarge",
      );
      expect((await settlement.outstanding()) <= most).to.equal(true);
      await settlement.connect(buyer).requestRedemption(995n * WAD);
    });

    it("should burn the rest for good at the next close", async () => {
      const context = await slashed();
      const { settlement, token } = context;
      const before = await settlement.burnedForGood();
      await expect(closeEpoch(connection, context, 0)).not.to.revert(ethers);
      expect(await settlement.unburned()).to.equal(0n);
      expect((await settlement.burnedForGood()) - before >= 10n * WAD).to.equal(true);
      expect(await token.balanceOf(settlement)).to.equal(20n * WAD);
    });

    it("should be paid out as MILL once the price is dead, by anyone's hand, so that nothing is stuck", async () => {
      const context = await slashed();
      const { settlement, token, buyer, provider, stranger } = context;
      await settlement.connect(buyer).setPayout(provider);
      const before = await token.balanceOf(provider);
      await networkHelpers.time.increase(8 * 86_400);
      await settlement.closeEpoch(0, []);
      await networkHelpers.time.increase(7 * 86_400);
      await expect(settlement.connect(stranger).creditOwed(buyer))
        .to.emit(settlement, "OwedPaid")
        .withArgs(buyer, provider, 20n * WAD);
      expect((await token.balanceOf(provider)) - before).to.equal(20n * WAD);
      const { owedMill, free } = await settlement.accountOf(buyer);
      expect([owedMill, free, await settlement.owedMillTotal()]).to.deep.equal([0n, 995n * WAD, 0n]);
      const { left, right } = await supplyIdentity(context);
      expect(left).to.equal(right);
    });

    it("should wait for a price that fails for an hour when nobody had closed for a week: idleness is not death", async () => {
      const context = await slashed();
      const { settlement, buyer, feeds } = context;
      await networkHelpers.time.increase(8 * 86_400);
      for (const feed of feeds) await feed.post(0n);
      const waits = async () =>
        expect(settlement.creditOwed(buyer)).to.be.revertedWithCustomError(
          settlement,
          "BurnMintSettlement_NoUsablePrice",
        );
      await waits();
      // The first close that has none begins the time in which everybody else can bring a price.
      await settlement.closeEpoch(0, []);
      const closedAt = await networkHelpers.time.latest();
      await networkHelpers.time.setNextBlockTimestamp(closedAt + 7 * 86_400 - 1);
      await waits();
      await setPrice(context, WAD);
      await expect(settlement.creditOwed(buyer))
        .to.emit(settlement, "OwedCredited")
        .withArgs(buyer, 20n * WAD, 20n * WAD);
    });

    it("should give no credits at a dead price, whose MILL may be worth a fraction of it by now, X-18", async () => {
      const context = await bought();
      const { settlement, token, treasury, staking, feeds, buyer, stranger } = context;
      // A price that rose has left more in the bank than one MILL a credit.
      await token.connect(treasury).transfer(settlement, 1_000n * WAD);
      await setPrice(context, 4n * WAD);
      await networkHelpers.time.increase(40 * 1_800);
      await closeEpoch(connection, context, 0);
      const backing = async () => ((await settlement.bank()) * WAD) / (await settlement.outstanding());
      for (const feed of feeds) await feed.post(0n);
      await closeEpoch(connection, context, 1);
      await networkHelpers.time.increase(7 * 86_400);
      const before = await backing();
      await settlement.connect(staking).compensate(stranger, 800n * WAD, 200n * WAD);
      await settlement.creditOwed(stranger);
      expect(await backing(), "what backs the credits of others").to.equal(before);
      expect((await settlement.accountOf(buyer)).free).to.equal(995n * WAD);
    });
  });
});
