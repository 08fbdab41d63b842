import { expect } from "chai";
import hre from "hardhat";

import {
  CLOSE_TERMS,
  closeEpoch,
  DAY,
  endOf,
  EPOCH_SECONDS,
  FEE_PPM,
  fieldsOf,
  HEARTBEAT_SECONDS,
  type SettlementContext,
  setPrice,
  settlementFixture,
  supplyIdentity,
  WAD,
} from "./settlementFixture.js";

const connection = await hre.network.create();
const { ethers, networkHelpers } = connection;

const deploy = settlementFixture(connection);
const deployWithChecks = settlementFixture(connection, { areChecksPaid: true });
const RATE_ONE = 10n ** 27n;

/** A buyer with 99,500 credits, all of them locked. */
async function fixture(): Promise<SettlementContext> {
  const context = await networkHelpers.loadFixture(deploy);
  const { settlement, market, buyer } = context;
  await settlement.connect(buyer).buy(100_000n * WAD, 0n, 0n);
  await settlement.connect(market).lock(buyer, 50_000n * WAD);
  return context;
}

async function pay({ settlement, market, buyer, provider }: SettlementContext, credits: bigint): Promise<void> {
  await settlement.connect(market).pay(buyer, provider, credits, FEE_PPM);
}

async function toEpoch(context: SettlementContext, epoch: number): Promise<void> {
  await networkHelpers.time.increaseTo(context.genesisAt + epoch * EPOCH_SECONDS + 10);
}

async function expectIdentity(context: SettlementContext): Promise<void> {
  const { left, right } = await supplyIdentity(context);
  expect(left, "I1").to.equal(right);
}

/** The event of a close, as fields. */
async function closingOf({ settlement }: SettlementContext, epoch: number) {
  const [event] = await settlement.queryFilter(settlement.filters.EpochClosed(epoch));
  return event.args.closing;
}

describe("BurnMintSettlement: close", () => {
  describe("closeEpoch", () => {
    it("should close each epoch once and in sequence, X-28", async () => {
      const context = await fixture();
      const { settlement, oracle } = context;
      await toEpoch(context, 3);
      const close = async (epoch: number) =>
        settlement.closeEpoch(epoch, [...(await oracle.roundsAt(endOf(context, epoch)))]);
      await expect(close(1)).to.be.revertedWithCustomError(settlement, "BurnMintSettlement_WrongEpoch").withArgs(1, 0);
      await close(0);
      await expect(close(0)).to.be.revertedWithCustomError(settlement, "BurnMintSettlement_WrongEpoch").withArgs(0, 1);
      await close(1);
      expect(await settlement.nextEpochToClose()).to.equal(2n);
    });

    it("should wait until the epoch's last second is past, T-37", async () => {
      const context = await fixture();
      const { settlement, oracle } = context;
      const endAt = endOf(context, 0);
      const rounds = [...(await oracle.roundsAt(await networkHelpers.time.latest()))];
      await networkHelpers.time.setNextBlockTimestamp(endAt);
      await expect(settlement.closeEpoch(0, rounds))
        .to.be.revertedWithCustomError(settlement, "BurnMintSettlement_EpochNotOver")
        .withArgs(0, endAt);
      await networkHelpers.time.setNextBlockTimestamp(endAt + 1);
      await settlement.closeEpoch(0, rounds);
    });

    it("should refuse rounds of another time, and none at all", async () => {
      const context = await fixture();
      const { settlement, oracle, feeds } = context;
      await toEpoch(context, 1);
      for (const feed of feeds) await feed.post((await feed.decimals()) === 8n ? 9n * 10n ** 8n : 9n * WAD);
      const { roundId } = await feeds[0].latestRoundData();
      await expect(settlement.closeEpoch(0, [roundId, roundId])).to.be.revertedWithCustomError(
        oracle,
        "PriceOracle_WrongRound",
      );
      await expect(settlement.closeEpoch(0, [])).to.be.revertedWithCustomError(oracle, "PriceOracle_RoundCount");
    });

    it("should price at the epoch's end, however late it is closed", async () => {
      const context = await fixture();
      const { settlement, provider } = context;
      await pay(context, 1_000n * WAD);
      await toEpoch(context, 1);
      await setPrice(context, WAD * 10n);
      await closeEpoch(connection, context, 0);
      expect(await settlement.collectable(provider)).to.equal(950n * WAD);
      expect(await settlement.lastPriceWad()).to.equal(WAD);
      expect(await settlement.lastPricedAt()).to.equal(endOf(context, 0));
    });

    it("should mint each pot once, to its payee, and count it, X-07, T-63", async () => {
      const context = await fixture();
      const { settlement, token, pots, ecosystem } = context;
      const [schedule, floor] = await settlement.emissionOf(0);
      await closeEpoch(connection, context, 0);
      const closing = await closingOf(context, 0);
      expect(closing.emitted).to.equal(floor);
      expect(closing.cancelled).to.equal(schedule - floor);
      // The spread keeps the bank above par, so nothing refills it.
      expect(closing.topUp).to.equal(0n);
      expect(closing.availability).to.equal((floor * 8n) / 10n);
      expect(await settlement.potOf(0)).to.deep.equal([closing.availability, closing.attestors]);
      expect(await token.balanceOf(pots)).to.equal(closing.availability + closing.attestors);
      expect(await token.balanceOf(ecosystem)).to.equal(closing.ecosystem);
      expect(await settlement.emitted()).to.equal(floor);
      await expectIdentity(context);
    });

    it("should cancel the checkers' pot while nobody pays it out", async () => {
      const context = await fixture();
      const { settlement, terms, token } = context;
      await terms.setCloseTerms({ ...CLOSE_TERMS, checksPpm: 100_000n });
      await closeEpoch(connection, context, 0);
      await closeEpoch(connection, context, 1);
      const closing = await closingOf(context, 1);
      const [schedule, floor] = await settlement.emissionOf(1);
      const emission = floor + (await closingOf(context, 0)).feeBurn;
      expect([closing.checks, closing.emitted]).to.deep.equal([0n, emission - (emission * 1n) / 10n]);
      expect(closing.emitted + closing.cancelled).to.equal(schedule);
      expect(await token.balanceOf(ethers.ZeroAddress)).to.equal(0n);
      await expectIdentity(context);
    });

    it("should mint the checkers' pot once somebody pays it out", async () => {
      const context = await networkHelpers.loadFixture(deployWithChecks);
      const { settlement, terms, token, checkers } = context;
      await terms.setCloseTerms({ ...CLOSE_TERMS, checksPpm: 100_000n });
      for (const epoch of [0, 1]) await closeEpoch(connection, context, epoch);
      const { checks, emitted } = await closingOf(context, 1);
      expect(checks).to.equal(emitted / 10n);
      expect(await token.balanceOf(checkers)).to.equal(checks);
      expect((await settlement.payees())[1]).to.equal(checkers);
      await expectIdentity(context);
    });

    it("should refill a short bank out of emission, for all credits alike", async () => {
      const context = await fixture();
      const { settlement } = context;
      await setPrice(context, WAD / 2n);
      await networkHelpers.time.increaseTo(endOf(context, 0) - 10);
      await setPrice(context, WAD / 2n);
      await closeEpoch(connection, context, 0);
      const closing = await closingOf(context, 0);
      const [, floor] = await settlement.emissionOf(0);
      expect(closing.topUp).to.equal((floor * 8n) / 10n / 2n);
      expect(closing.availability).to.equal((floor * 8n) / 10n - closing.topUp);
      expect(await settlement.bank()).to.equal(100_000n * WAD + closing.topUp);
      await expectIdentity(context);
    });

    it("should pay pro rata and not first-come when the bank is short, T-48", async () => {
      const context = await fixture();
      const { settlement, market, buyer, provider, stranger } = context;
      await pay(context, 20_000n * WAD);
      await settlement.connect(market).pay(buyer, stranger, 20_000n * WAD, FEE_PPM);
      await setPrice(context, WAD / 4n);
      await networkHelpers.time.increaseTo(endOf(context, 0) - 10);
      await setPrice(context, WAD / 4n);
      await closeEpoch(connection, context, 0);
      const { rate, feeBurn } = await closingOf(context, 0);
      expect(rate < 4n * RATE_ONE && rate > RATE_ONE).to.equal(true);
      expect(feeBurn, "fees recapitalise").to.equal(0n);
      const each = await settlement.collectable(provider);
      expect(await settlement.collectable(stranger)).to.equal(each);
      await settlement.collect(provider);
      expect(await settlement.collectable(stranger)).to.equal(each);
      await settlement.collect(stranger);
      expect((await settlement.owed()) <= 1n, "rounding, one unit an account at most").to.equal(true);
    });

    it("should burn the fee for good while the bank holds more than par, and emit half of it later", async () => {
      const context = await fixture();
      const { settlement } = context;
      await pay(context, 10_000n * WAD);
      await closeEpoch(connection, context, 0);
      const first = await closingOf(context, 0);
      expect(first.feeBurn).to.equal(500n * WAD);
      const ema = (500n * WAD) / 7n;
      expect(await settlement.feeBurnEma()).to.equal(ema);
      await closeEpoch(connection, context, 1);
      const [, floor] = await settlement.emissionOf(1);
      expect((await closingOf(context, 1)).emitted).to.equal(floor + ema / 2n);
      await expectIdentity(context);
    });

    it("should work in a pause, T-66", async () => {
      const context = await fixture();
      const { settlement, provider } = context;
      await pay(context, WAD);
      await settlement.pauseEntries(7 * DAY);
      await closeEpoch(connection, context, 0);
      await settlement.collect(provider);
    });

    it("should keep the terms that an epoch began with, whatever is set in a pause, T-51", async () => {
      const context = await fixture();
      const { settlement, terms, governor } = context;
      await settlement.connect(governor).pauseEntries(5 * DAY);
      await terms.connect(governor).setCloseTerms({ ...CLOSE_TERMS, availabilityPpm: 700_000n });
      await settlement.connect(governor).pauseEntries(0);
      for (const [epoch, availabilityPpm] of [800_000n, 700_000n].entries()) {
        await closeEpoch(connection, context, epoch);
        const { availability, emitted } = await closingOf(context, epoch);
        expect(availability).to.equal((emitted * availabilityPpm) / 1_000_000n);
      }
    });

    it("should need somebody to pay out the pots", async () => {
      const { settlement, authority, token, oracle, terms, governor, genesisAt } = await fixture();
      const bare = await ethers.deployContract("BurnMintSettlement", [
        {
          deployer: governor,
          authority,
          token,
          oracle,
          terms,
          clock: fieldsOf(await settlement.clock()),
          scheduleTotal: 1n,
          scheduleHalfLifeSeconds: DAY,
          floorPerYear: 1n,
          deadPriceSeconds: DAY,
          genesisPriceWad: WAD,
        },
      ]);
      await networkHelpers.time.increaseTo(genesisAt + 2 * DAY);
      await expect(bare.closeEpoch(0, [])).to.be.revertedWithCustomError(bare, "BurnMintSettlement_PayeesNotSet");
    });
  });

  describe("a missing price", () => {
    /** Past the heartbeat, so that no price is usable at the ends of the epochs that follow. */
    async function stale() {
      const context = await fixture();
      await networkHelpers.time.increase(HEARTBEAT_SECONDS);
      return context;
    }

    it("should roll requests and fees over, while emission goes on", async () => {
      const context = await stale();
      const { settlement, provider } = context;
      await closeEpoch(connection, context, 0);
      await closeEpoch(connection, context, 1);
      await pay(context, 1_000n * WAD);
      await closeEpoch(connection, context, 2);
      const closing = await closingOf(context, 2);
      expect([closing.rate, closing.redeemed, closing.feeBurn]).to.deep.equal([0n, 0n, 0n]);
      expect(closing.emitted > 0n).to.equal(true);
      expect(await settlement.carried()).to.deep.equal([950n * WAD, 50n * WAD]);
      expect(await settlement.collectable(provider)).to.equal(0n);
      await expectIdentity(context);

      await setPrice(context, 2n * WAD);
      await networkHelpers.time.increaseTo(endOf(context, 3) - 1_000);
      await setPrice(context, 2n * WAD);
      await closeEpoch(connection, context, 3);
      expect(await settlement.carried()).to.deep.equal([0n, 0n]);
      const { hiWad, feeBurn } = await closingOf(context, 3);
      expect(await settlement.collectable(provider)).to.equal((950n * WAD * (10n ** 45n / hiWad)) / RATE_ONE);
      expect(feeBurn > 0n, "the fees of the rolled epochs").to.equal(true);
    });

    it("should let the last price serve after seven days, and burn nothing at it", async () => {
      const context = await stale();
      const { settlement, provider } = context;
      await pay(context, 1_000n * WAD); // in epoch 2
      for (let epoch = 0; epoch < 9; ++epoch) await closeEpoch(connection, context, epoch);
      // Epochs 0 and 1 were priced live; 2 was closed without a price on day 3, so day 10 is the first close of the
      // last one.
      expect(await settlement.lastPricedAt()).to.equal(endOf(context, 1));
      expect(await settlement.rateOf(2)).to.equal(0n);
      await closeEpoch(connection, context, 9);
      const closing = await closingOf(context, 9);
      expect([closing.loWad, closing.hiWad, closing.feeBurn, closing.surplusBurn]).to.deep.equal([0n, WAD, 0n, 0n]);
      expect(await settlement.rateOf(2)).to.equal(RATE_ONE);
      await settlement.collect(provider);
      expect((await settlement.carried())[1]).to.equal(50n * WAD);
      await expectIdentity(context);
    });

    it("should not take a price for dead because nobody closed: two weeks later live ones still decide", async () => {
      const context = await fixture();
      const { settlement, buyer, provider } = context;
      await settlement.connect(buyer).buy(10_000n * WAD, 0n, 0n);
      for (let day = 0; day < 17; ++day) {
        await networkHelpers.time.increase(DAY - 2);
        await setPrice(context, 4n * WAD);
        if (day === 8) await pay(context, 1_000n * WAD);
      }
      const last = Number(await settlement.currentEpoch());
      for (let epoch = 0; epoch < last; ++epoch) {
        const canHide = (await networkHelpers.time.latest()) + 1 >= endOf(context, epoch) + 7 * DAY;
        if (canHide) await settlement.closeEpoch(epoch, []);
        else await closeEpoch(connection, context, epoch);
      }
      expect((await closingOf(context, 9)).hiWad, "no price was named, none was taken").to.equal(0n);
      await settlement.collect(provider);
      expect(await context.token.balanceOf(provider), "at 4, not at the last 1").to.equal(
        10_000_000n * WAD + (950n * WAD) / 4n,
      );
    });

    it("should close without proof of rounds after seven days, and not a second sooner", async () => {
      const context = await fixture();
      const { settlement, oracle } = context;
      const endAt = endOf(context, 0);
      await networkHelpers.time.setNextBlockTimestamp(endAt + 7 * DAY - 1);
      await expect(settlement.closeEpoch(0, [])).to.be.revertedWithCustomError(oracle, "PriceOracle_RoundCount");
      await networkHelpers.time.setNextBlockTimestamp(endAt + 7 * DAY);
      await settlement.closeEpoch(0, []);
      expect((await closingOf(context, 0)).hiWad, "not priced").to.equal(0n);
    });
  });

  describe("collect", () => {
    it("should pay once, whoever calls, and nothing to those who have nothing, X-28, T-49", async () => {
      const context = await fixture();
      const { settlement, token, provider, stranger } = context;
      await pay(context, 1_000n * WAD);
      await closeEpoch(connection, context, 0);
      await expect(settlement.connect(stranger).collect(provider)).to.changeTokenBalance(
        ethers,
        token,
        provider,
        950n * WAD,
      );
      for (const account of [provider, stranger]) {
        await expect(settlement.collect(account)).to.changeTokenBalance(ethers, token, account, 0n);
        await expect(settlement.collectEpochs(account, [0])).to.changeTokenBalance(ethers, token, account, 0n);
      }
      expect(await settlement.owed()).to.equal(0n);
    });

    it("should mint exactly what collectable promises, before a close and after, T-33", async () => {
      const context = await fixture();
      const { settlement, token, provider, buyer } = context;
      await pay(context, 1_000n * WAD + 7n);
      await settlement.connect(buyer).requestRedemption(333n * WAD + 1n);
      for (const account of [provider, buyer]) expect(await settlement.collectable(account)).to.equal(0n);
      await setPrice(context, (13n * WAD) / 10n);
      await closeEpoch(connection, context, 0);
      for (const account of [provider, buyer]) {
        const promised = await settlement.collectable(account);
        expect(promised > 0n).to.equal(true);
        await expect(settlement.collect(account)).to.changeTokenBalance(ethers, token, account, promised);
        expect(await settlement.collectable(account)).to.equal(0n);
      }
      await expectIdentity(context);
    });

    it("should give a buyer back at most what it burned, and the rest to the bank", async () => {
      const context = await fixture();
      const { settlement, token, buyer } = context;
      await settlement.connect(buyer).requestRedemption(9_950n * WAD);
      await setPrice(context, (8n * WAD) / 10n);
      await networkHelpers.time.increaseTo(endOf(context, 0) - 10);
      await setPrice(context, (8n * WAD) / 10n);
      await closeEpoch(connection, context, 0);
      const { reserved } = await closingOf(context, 0);
      const bank = await settlement.bank();
      await expect(settlement.collect(buyer)).to.changeTokenBalance(ethers, token, buyer, 10_000n * WAD);
      // The bank was short: par would have been 12,437, the backing gave a little over 10,050.
      expect(reserved > 10_000n * WAD).to.equal(true);
      expect((await settlement.bank()) - bank).to.equal(reserved - 10_000n * WAD);
      expect(await settlement.owed()).to.equal(0n);
      await expectIdentity(context);
    });

    it("should keep the rate of an epoch for whoever comes late", async () => {
      const context = await fixture();
      const { settlement, token, provider } = context;
      await pay(context, 1_000n * WAD);
      await closeEpoch(connection, context, 0);
      for (const [epoch, price] of [
        [1, 2n],
        [2, 4n],
      ] as [number, bigint][]) {
        await networkHelpers.time.increaseTo(endOf(context, epoch) - 40_000);
        await setPrice(context, price * WAD);
        await settlement.connect(context.market).pay(context.buyer, context.stranger, WAD, FEE_PPM);
        await closeEpoch(connection, context, epoch);
      }
      expect(await settlement.rateOf(0)).to.equal(RATE_ONE);
      expect((await settlement.rateOf(1)) < RATE_ONE).to.equal(true);
      await expect(settlement.collect(provider)).to.changeTokenBalance(ethers, token, provider, 950n * WAD);
    });
  });

  describe("an overdue close", () => {
    it("should let nobody carry old credits into a later price by paying itself, T-50", async () => {
      const context = await fixture();
      const { settlement, token, market, buyer, provider } = context;
      await pay(context, 1_000n * WAD);
      await settlement.connect(buyer).requestRedemption(995n * WAD);
      await toEpoch(context, 1);
      await setPrice(context, WAD / 2n);
      await networkHelpers.time.increase(40_000);
      // Epoch 0 is over and its price known; both now add to epoch 1.
      await expect(settlement.connect(market).pay(buyer, provider, 100n * WAD, FEE_PPM))
        .to.emit(settlement, "SetAside")
        .withArgs(provider, 0, 950n * WAD, 0n);
      await expect(settlement.connect(buyer).requestRedemption(WAD))
        .to.emit(settlement, "SetAside")
        .withArgs(buyer, 0, 0n, 995n * WAD);
      expect(await settlement.setAsideOf(provider, 0)).to.deep.equal([950n * WAD, 0n, 0n]);
      expect(await settlement.collectEpochs.staticCall(provider, [0]), "not closed").to.equal(0n);
      await closeEpoch(connection, context, 0);
      expect(await settlement.rateOf(0)).to.equal(RATE_ONE);
      await expect(settlement.collectEpochs(provider, [0])).to.changeTokenBalance(ethers, token, provider, 950n * WAD);
      await expect(settlement.collectEpochs(buyer, [0])).to.changeTokenBalance(ethers, token, buyer, 995n * WAD);
      await settlement.collectEpochs(provider, [0]);
      await closeEpoch(connection, context, 1);
      const mill = (95n * WAD * (await settlement.rateOf(1))) / RATE_ONE;
      await expect(settlement.collect(provider)).to.changeTokenBalance(ethers, token, provider, mill);
      await expectIdentity(context);
    });

    it("should merge what waits for the same close, and keep nothing aside", async () => {
      const context = await fixture();
      const { settlement, provider } = context;
      await networkHelpers.time.increase(HEARTBEAT_SECONDS);
      for (const epoch of [0, 1]) await closeEpoch(connection, context, epoch);
      await pay(context, 100n * WAD);
      await closeEpoch(connection, context, 2);
      await pay(context, 100n * WAD);
      const { earned, earnedEpoch } = await settlement.positionOf(provider);
      expect([earned, earnedEpoch]).to.deep.equal([190n * WAD, 3n]);
      expect(await settlement.setAsideOf(provider, 2)).to.deep.equal([0n, 0n, 0n]);
    });
  });

  describe("hiring oneself (7)", () => {
    it("should lose at least (1 - γ) φ V, even with every token that was emitted for it, T-74", async () => {
      const context = await networkHelpers.loadFixture(deploy);
      const { settlement, token, market, buyer } = context;
      const before = await token.balanceOf(buyer);
      await settlement.connect(buyer).buy(100_000n * WAD, 0n, 0n);
      const credits = 99_500n * WAD;
      await settlement.connect(market).lock(buyer, credits);
      await settlement.connect(market).pay(buyer, buyer, credits, FEE_PPM);
      await closeEpoch(connection, context, 0);
      await settlement.collect(buyer);
      let emittedForIt = 0n;
      for (let epoch = 1; epoch < 40; ++epoch) {
        await setPrice(context, WAD);
        await closeEpoch(connection, context, epoch);
        const [, floor] = await settlement.emissionOf(epoch);
        emittedForIt += (await closingOf(context, epoch)).emitted - floor;
      }
      const lost = before - (await token.balanceOf(buyer)) - emittedForIt;
      const bound = (credits * FEE_PPM * (1_000_000n - CLOSE_TERMS.gammaPpm)) / 10n ** 12n;
      expect(lost >= bound, `${lost} < ${bound}`).to.equal(true);
    });
  });

  describe("deployment", () => {
    it("should name payees once, by the deployer, before the seal, T-30", async () => {
      const { settlement, governor, stranger } = await fixture();
      for (const call of [settlement.setPayees(governor, governor), settlement.setChecksPayee(governor)]) {
        await expect(call).to.be.revertedWithCustomError(settlement, "Wired_AlreadySealed");
      }
      await expect(settlement.connect(stranger).setPayees(stranger, stranger)).to.be.revertedWithCustomError(
        settlement,
        "Wired_OnlyDeployer",
      );
    });

    /** Another settlement of the same parts, with what a test changes. */
    async function make({ settlement, authority, token, oracle, terms, governor }: SettlementContext, change = {}) {
      const config = {
        deployer: governor,
        authority,
        token,
        oracle,
        terms,
        clock: fieldsOf(await settlement.clock()),
        scheduleTotal: 1n,
        scheduleHalfLifeSeconds: DAY,
        floorPerYear: 1n,
        deadPriceSeconds: DAY,
        genesisPriceWad: WAD,
      };
      return ethers.deployContract("BurnMintSettlement", [{ ...config, ...change }]);
    }

    it("should miss nothing that holders burned before it was made (I1)", async () => {
      const context = await fixture();
      await context.token.connect(context.treasury).burn(WAD);
      const settlement = await make(context);
      await expectIdentity({ ...context, settlement });
    });

    it("should refuse a dead price that serves within an epoch, and missing parts", async () => {
      const context = await fixture();
      const { settlement, token } = context;
      await expect(make(context, { deadPriceSeconds: DAY - 1 }))
        .to.be.revertedWithCustomError(settlement, "BurnMintSettlement_DeadPriceTooSoon")
        .withArgs(DAY - 1, DAY);
      await expect(make(context, { genesisPriceWad: 0n })).to.be.revertedWithCustomError(
        settlement,
        "BurnMintSettlement_ZeroAmount",
      );
      const most = await settlement.MAX_SUPPLY();
      const rest = most - (await token.totalSupply());
      await make(context, { scheduleTotal: rest });
      await expect(make(context, { scheduleTotal: rest + 1n }))
        .to.be.revertedWithCustomError(settlement, "BurnMintSettlement_SupplyTooLarge")
        .withArgs(most + 1n, most);
      for (const name of ["authority", "token", "oracle", "terms"]) {
        await expect(make(context, { [name]: ethers.ZeroAddress }))
          .to.be.revertedWithCustomError(settlement, "Wired_ZeroAddress")
          .withArgs(name);
      }
    });
  });
});
