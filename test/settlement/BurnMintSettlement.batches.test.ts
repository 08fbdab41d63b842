import { expect } from "chai";
import hre from "hardhat";

import { BUY_FOR, closeEpoch, FEE_PPM, setPrice, settlementFixture, supplyIdentity, WAD } from "./settlementFixture.js";

const connection = await hre.network.create();
const { ethers, networkHelpers } = connection;

const deploy = settlementFixture(connection);
const fixture = () => networkHelpers.loadFixture(deploy);

const EARNED = 95n * WAD;

/** Two providers with 95 MILL each, priced at par. */
async function earned() {
  const context = await fixture();
  const { settlement, market, buyer, provider, stranger } = context;
  await settlement.connect(buyer).buy(1_000n * WAD, 0n, 0n);
  await settlement.connect(market).lock(buyer, 200n * WAD);
  for (const each of [provider, stranger]) await settlement.connect(market).pay(buyer, each, 100n * WAD, FEE_PPM);
  await closeEpoch(connection, context, 0);
  return context;
}

describe("BurnMintSettlement: buying for a buyer, payouts and batches", () => {
  describe("buyFor", () => {
    it("should do for the buyer what it could do itself", async () => {
      const { settlement, token, market, buyer } = await fixture();
      const [credits, ratio] = await settlement.quote(1_000n * WAD);
      const bought = settlement.connect(market).buyFor(buyer, 1_000n * WAD, credits, ratio);
      await expect(bought).to.changeTokenBalances(ethers, token, [buyer, market], [-1_000n * WAD, 0n]);
      await expect(bought)
        .to.emit(settlement, "Bought")
        .withArgs(buyer, 1_000n * WAD, credits, WAD);
      expect((await settlement.accountOf(buyer)).free).to.equal(credits);
      expect((await settlement.accountOf(market)).free).to.equal(0n);
    });

    it("should be for markets only, and spend no more than the buyer approved", async () => {
      const { settlement, token, market, buyer, stranger } = await fixture();
      await expect(settlement.connect(stranger).buyFor(buyer, WAD, 0n, 0n))
        .to.be.revertedWithCustomError(settlement, "Wired_Forbidden")
        .withArgs(stranger, BUY_FOR);
      await token.connect(buyer).approve(settlement, WAD);
      await settlement.connect(market).buyFor(buyer, WAD, 0n, 0n);
      await expect(settlement.connect(market).buyFor(buyer, WAD, 0n, 0n)).to.be.revertedWithCustomError(
        token,
        "ERC20InsufficientAllowance",
      );
    });

    it("should keep every limit of a purchase: pause, least credits, least backing, the hour's cap", async () => {
      const { settlement, market, buyer, governor } = await fixture();
      const buy = (mill: bigint, credits = 0n, ratio = 0n) =>
        settlement.connect(market).buyFor(buyer, mill, credits, ratio);
      const [credits, ratio, left] = await settlement.quote(WAD);
      const refusals = [
        [buy(WAD, credits + 1n), "BurnMintSettlement_TooFewCredits"],
        [buy(WAD, 0n, ratio + 1n), "BurnMintSettlement_CollateralTooLow"],
        [buy(left * 2n), "BurnMintSettlement_HourlyCapReached"],
        [buy(0n), "BurnMintSettlement_ZeroAmount"],
      ] as const;
      for (const [refused, name] of refusals) await expect(refused).to.be.revertedWithCustomError(settlement, name);
      await settlement.connect(governor).pauseEntries(60);
      await expect(buy(WAD)).to.be.revertedWithCustomError(settlement, "EntryPause_EntriesPaused");
    });
  });

  describe("setPayout", () => {
    it("should send what is collected to the receiver, and back to the account once it says so", async () => {
      const context = await earned();
      const { settlement, token, provider, ecosystem, stranger } = context;
      expect(await settlement.payoutOf(provider)).to.equal(provider);
      await expect(settlement.connect(provider).setPayout(ecosystem))
        .to.emit(settlement, "PayoutSet")
        .withArgs(provider, ecosystem);
      expect(await settlement.payoutOf(provider)).to.equal(ecosystem);
      const collected = settlement.connect(stranger).collect(provider);
      await expect(collected).to.changeTokenBalances(ethers, token, [provider, ecosystem], [0n, EARNED]);
      await expect(collected).to.emit(settlement, "Collected").withArgs(provider, EARNED);

      await settlement.connect(stranger).setPayout(ecosystem);
      await expect(settlement.connect(stranger).setPayout(ethers.ZeroAddress))
        .to.emit(settlement, "PayoutSet")
        .withArgs(stranger, stranger);
      await expect(settlement.collect(stranger)).to.changeTokenBalance(ethers, token, stranger, EARNED);
      await settlement.connect(provider).setPayout(provider);
      expect(await settlement.payoutOf(provider)).to.equal(provider);
    });

    it("should reach one's own account only, and change nothing that waits, T-43", async () => {
      const { settlement, provider, stranger, ecosystem } = await earned();
      const before = await settlement.collectable(provider);
      await settlement.connect(stranger).setPayout(ecosystem);
      expect(await settlement.payoutOf(provider)).to.equal(provider);
      await settlement.connect(provider).setPayout(ecosystem);
      expect(await settlement.collectable(provider)).to.equal(before);
      expect(await settlement.collectable(ecosystem)).to.equal(0n);
    });
  });

  describe("collectMany", () => {
    it("should pay each account once, however often it is named, X-28, T-49", async () => {
      const context = await earned();
      const { settlement, token, provider, stranger, buyer } = context;
      const accounts = [provider, stranger, provider, buyer, stranger];
      expect(await settlement.collectMany.staticCall(accounts)).to.equal(2n * EARNED);
      await expect(settlement.collectMany(accounts)).to.changeTokenBalances(
        ethers,
        token,
        [provider, stranger, buyer],
        [EARNED, EARNED, 0n],
      );
      const { left, right } = await supplyIdentity(context);
      expect(left).to.equal(right);
    });

    it("should be bounded, and so should collectEpochs", async () => {
      const { settlement, provider } = await earned();
      const most = Number(await settlement.MAX_BATCH());
      await settlement.collectMany(Array.from({ length: most }, () => provider));
      for (const refused of [
        settlement.collectMany(Array.from({ length: most + 1 }, () => provider)),
        settlement.collectEpochs(
          provider,
          Array.from({ length: most + 1 }, (_, epoch) => epoch),
        ),
      ]) {
        await expect(refused)
          .to.be.revertedWithCustomError(settlement, "BurnMintSettlement_TooManyItems")
          .withArgs(most + 1, most);
      }
    });
  });

  describe("collectEpochs", () => {
    it("should pay what was set aside for several epochs at once, each once, X-28", async () => {
      const context = await fixture();
      const { settlement, token, market, buyer, provider, genesisAt } = context;
      await settlement.connect(buyer).buy(1_000n * WAD, 0n, 0n);
      await settlement.connect(market).lock(buyer, 300n * WAD);
      for (const epoch of [0, 1, 2]) {
        if (epoch !== 0) await networkHelpers.time.increaseTo(genesisAt + epoch * 86_400 + 10);
        await setPrice(context, WAD);
        await settlement.connect(market).pay(buyer, provider, 100n * WAD, FEE_PPM);
      }
      expect(await settlement.tallyOf(0)).to.deep.equal([EARNED, 5n * WAD]);
      expect(await settlement.outstanding()).to.equal(980n * WAD);
      for (const epoch of [0, 1, 2]) await closeEpoch(connection, context, epoch);
      expect(await settlement.tallyOf(0), "closed").to.deep.equal([0n, 0n]);
      const asides = settlement.collectEpochs(provider, [1, 0, 1, 0, 7]);
      await expect(asides).to.changeTokenBalance(ethers, token, provider, 3n * EARNED);
      const { left, right } = await supplyIdentity(context);
      expect(left).to.equal(right);
    });
  });
});
