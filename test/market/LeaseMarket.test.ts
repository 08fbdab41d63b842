import { expect } from "chai";
import hre from "hardhat";

import { ALL_UP, LeaseDriver } from "./leaseDriver.js";
import { MILL, marketWorld, RATE, type World } from "./marketFixture.js";

const connection = await hre.network.create();
const { ethers, networkHelpers } = connection;
const MAX_RATE = 2n ** 96n - 1n;

async function fixture() {
  return marketWorld(connection);
}

describe("LeaseMarket", () => {
  let world: World;
  let driver: LeaseDriver;
  /** First second of an epoch that has not begun. */
  let epoch: number;
  let start: number;

  beforeEach(async () => {
    world = await networkHelpers.loadFixture(fixture);
    driver = new LeaseDriver(connection, world);
    epoch = (await driver.epoch()) + 1;
    start = driver.startOf(epoch);
  });

  const lockedOf = async () => (await world.settlement.accountOf(world.buyer)).locked;
  const earnedOf = async (provider = world.alice) => (await world.settlement.positionOf(provider)).earned;
  const busyOf = async (nodeId = 1n) => (await world.nodes.nodeOf(nodeId)).busyUnits;
  const asBuyer = () => world.leases.connect(world.buyer);

  /** A lease from the first second of `epoch`. */
  async function hireAtStart(seconds: number): Promise<bigint> {
    await driver.at(start);
    return driver.hire(seconds);
  }

  describe("constructor", () => {
    it("should refuse a missing address and name it", async () => {
      const { governor: deployer, authority, token, settlement, staking, nodes, maintenance } = world;
      const { uptime: oracle, challenges, receipts } = world;
      const uptimeParts = { oracle, challenges, receipts };
      const addresses = { deployer, authority, token, settlement, staking, nodes, maintenance, ...uptimeParts };
      for (const missing of Object.keys(addresses)) {
        const given = Object.entries(addresses).map(([name, at]) => (name === missing ? ethers.ZeroAddress : at));
        await expect(ethers.deployContract("LeaseMarket", [...given, world.parameters.leasePeriods]))
          .to.be.revertedWithCustomError(world.leases, "Wired_ZeroAddress")
          .withArgs(missing);
      }
    });

    it("should refuse periods out of bounds", async () => {
      const { governor, authority, token, settlement, staking, nodes, maintenance } = world;
      const { uptime, challenges, receipts } = world;
      const uptimeParts = [uptime, challenges, receipts];
      const below = [governor, authority, token, settlement, staking, nodes, maintenance, ...uptimeParts];
      for (const change of [
        { graceSeconds: 2_592_001 },
        { noticeSeconds: 2_592_001 },
        // A buyer would hire and give notice at once for less than the slot that closing costs.
        { noticeSeconds: world.clock.epochSeconds / world.clock.slotsPerEpoch - 1 },
        { reportTimeoutSeconds: 0 },
        { leafTimeoutSeconds: world.parameters.leasePeriods.reportTimeoutSeconds - 1 },
      ]) {
        const periods = { ...world.parameters.leasePeriods, ...change };
        await expect(ethers.deployContract("LeaseMarket", [...below, periods])).to.be.revertedWithCustomError(
          world.leases,
          "LeaseMarket_PeriodOutOfBounds",
        );
      }
      const periods = Object.values(world.parameters.leasePeriods).map(BigInt);
      expect([...(await world.leases.periods())]).to.deep.equal(periods);
    });
  });

  describe("hire", () => {
    it("should reserve the units and lock the whole time's pay", async () => {
      const leaseId = await driver.hire(150, 2);
      expect(await lockedOf()).to.equal(2n * driver.price(150));
      expect(await busyOf()).to.equal(2n);
      const lease = await world.leases.leaseOf(leaseId);
      expect(lease.rate).to.equal(2n * RATE);
      expect(lease.paidThrough - lease.startAt).to.equal(150n);
      expect(lease.locked).to.equal(2n * driver.price(150));
    });

    it("should emit all that the lease is", async () => {
      await driver.at(start);
      await expect(asBuyer().hire(1, 1, 150, RATE))
        .to.emit(world.leases, "LeaseHired")
        .withArgs(1n, world.buyer.address, 1n, world.alice.address, 1, RATE, 50_000, start, start + 150);
    });

    it("should refuse a rate above the buyer's limit, and take one at it (T-45)", async () => {
      await expect(asBuyer().hire(1, 1, 150, RATE - 1n))
        .to.be.revertedWithCustomError(world.leases, "LeaseMarket_RateAboveMax")
        .withArgs(RATE, RATE - 1n);
      await asBuyer().hire(1, 1, 150, RATE);
    });

    it("should refuse a time outside the ask, and less than a slot", async () => {
      for (const seconds of [19, 100_001]) {
        await expect(asBuyer().hire(1, 1, seconds, MAX_RATE))
          .to.be.revertedWithCustomError(world.leases, "LeaseMarket_SecondsOutOfBounds")
          .withArgs(seconds, 20, 100_000);
      }
      const ask = { ratePerUnit: RATE, minSeconds: 1, maxSeconds: 100, kinds: 1, changedAt: 0 };
      await world.nodes.connect(world.alice).setAsk(1, ask);
      await expect(asBuyer().hire(1, 1, 9, MAX_RATE))
        .to.be.revertedWithCustomError(world.leases, "LeaseMarket_SecondsOutOfBounds")
        .withArgs(9, 10, 100);
    });

    it("should refuse no units, the provider itself, and too few credits", async () => {
      await expect(asBuyer().hire(1, 0, 150, MAX_RATE)).to.be.revertedWithCustomError(
        world.leases,
        "LeaseMarket_NoUnits",
      );
      await expect(world.leases.connect(world.alice).hire(1, 1, 150, MAX_RATE))
        .to.be.revertedWithCustomError(world.leases, "LeaseMarket_OwnNode")
        .withArgs(world.alice.address);
      await expect(world.leases.connect(world.stranger).hire(1, 1, 150, MAX_RATE)).to.be.revertedWithCustomError(
        world.settlement,
        "BurnMintSettlement_TooFewFree",
      );
    });

    it("should refuse during a pause of entries; all exits stay open (T-66, I4)", async () => {
      const leaseId = await driver.hire(150);
      await world.leases.pauseEntries(3_600);
      await expect(asBuyer().hire(1, 1, 150, MAX_RATE)).to.be.revertedWithCustomError(
        world.leases,
        "EntryPause_EntriesPaused",
      );
      await asBuyer().close(leaseId);
      expect(await busyOf(), "I4").to.equal(0n);
    });
  });

  describe("topUp", () => {
    it("should add whole seconds and lock no more than they cost", async () => {
      const leaseId = await hireAtStart(150);
      await expect(asBuyer().topUp(leaseId, driver.price(50) + 1n))
        .to.emit(world.leases, "LeaseToppedUp")
        .withArgs(leaseId, driver.price(50), start, start + 200);
      expect(await lockedOf()).to.equal(driver.price(200));
    });

    it("should resume a paused lease from now, not from where it stopped", async () => {
      const leaseId = await hireAtStart(50);
      await driver.at(start + 90);
      await asBuyer().topUp(leaseId, driver.price(30));
      const lease = await world.leases.leaseOf(leaseId);
      expect([lease.startAt, lease.paidThrough]).to.deep.equal([BigInt(start + 90), BigInt(start + 120)]);
      const stretch = await world.leases.stretchOf(leaseId, 0);
      expect([stretch.startAt, stretch.endAt]).to.deep.equal([BigInt(start), BigInt(start + 50)]);
    });

    it("should take the units again after a release, if they are still free", async () => {
      const leaseId = await hireAtStart(50);
      await driver.at(start + 50);
      await world.leases.connect(world.stranger).release(leaseId);
      const snapshot = await networkHelpers.takeSnapshot();
      await asBuyer().topUp(leaseId, driver.price(30));
      expect(await busyOf()).to.equal(1n);
      await snapshot.restore();

      await world.leases.connect(world.otherBuyer).hire(1, 2, 150, MAX_RATE);
      await expect(asBuyer().topUp(leaseId, driver.price(30))).to.be.revertedWithCustomError(
        world.nodes,
        "NodeRegistry_TooFewUnits",
      );
    });

    it("should refuse less than a slot, and anybody but the buyer (T-35, I11)", async () => {
      const leaseId = await driver.hire(150);
      await expect(asBuyer().topUp(leaseId, driver.price(10) - 1n))
        .to.be.revertedWithCustomError(world.leases, "LeaseMarket_TopUpTooSmall")
        .withArgs(driver.price(10) - 1n, driver.price(10));
      await expect(world.leases.connect(world.otherBuyer).topUp(leaseId, driver.price(50)))
        .to.be.revertedWithCustomError(world.leases, "LeaseMarket_NotBuyer")
        .withArgs(world.otherBuyer.address, world.buyer.address);
    });

    it("should refuse when the grace time is over", async () => {
      const leaseId = await hireAtStart(50);
      await driver.at(start + 150);
      await expect(asBuyer().topUp(leaseId, driver.price(50))).to.be.revertedWithCustomError(
        world.leases,
        "LeaseMarket_WrongStatus",
      );
    });
  });

  describe("close", () => {
    it("should pay to the second, refund the rest at once and free the node", async () => {
      const leaseId = await hireAtStart(150);
      await driver.at(start + 77);
      await expect(asBuyer().close(leaseId))
        .to.emit(world.leases, "LeaseClosed")
        .withArgs(leaseId, world.buyer.address, start + 77, driver.price(73), 0n);
      expect(await lockedOf()).to.equal(driver.price(77));
      expect(await busyOf()).to.equal(0n);
    });

    it("should pay a slot at least", async () => {
      const leaseId = await hireAtStart(150);
      await driver.at(start + 1);
      await asBuyer().close(leaseId);
      expect(await lockedOf()).to.equal(driver.price(10));
    });

    it("should still pay the provider for what has streamed (T-77)", async () => {
      const leaseId = await hireAtStart(150);
      await driver.at(start + 77);
      await asBuyer().close(leaseId);
      const [mine] = await driver.finalReport(epoch);
      await world.leases.settle(leaseId, mine.leaf, mine.proof);
      expect(await earnedOf()).to.equal((driver.price(77) * 95n) / 100n);
      expect(await driver.statusOf(leaseId)).to.equal("Settled");
    });

    it("should be the buyer's alone", async () => {
      const leaseId = await driver.hire(150);
      await expect(world.leases.connect(world.alice).close(leaseId)).to.be.revertedWithCustomError(
        world.leases,
        "LeaseMarket_NotBuyer",
      );
    });
  });

  describe("giveNotice", () => {
    it("should let the lease run through the notice and refund what is beyond", async () => {
      const leaseId = await hireAtStart(150);
      await driver.at(start + 20);
      await expect(world.leases.connect(world.alice).giveNotice(leaseId))
        .to.emit(world.leases, "LeaseClosed")
        .withArgs(leaseId, world.alice.address, start + 80, driver.price(70), 0n);
      expect(await busyOf()).to.equal(1n);
      expect(await lockedOf()).to.equal(driver.price(80));
    });

    it("should never add time", async () => {
      const leaseId = await hireAtStart(50);
      await world.leases.connect(world.alice).giveNotice(leaseId);
      expect((await world.leases.leaseOf(leaseId)).paidThrough).to.equal(BigInt(start + 50));
    });

    it("T-79: should let a provider out that retires while its buyer tops up and up", async () => {
      const leaseId = await hireAtStart(50);
      await world.nodes.connect(world.alice).retire(1);
      for (let i = 0; i < 3; i++) await asBuyer().topUp(leaseId, driver.price(100));
      await world.leases.connect(world.alice).giveNotice(leaseId);
      await expect(asBuyer().topUp(leaseId, driver.price(100))).to.be.revertedWithCustomError(
        world.leases,
        "LeaseMarket_WrongStatus",
      );
      await driver.pass(60);
      await world.leases.connect(world.stranger).release(leaseId);
      expect((await world.nodes.nodeOf(1)).retiredAt).to.be.greaterThan(0n);
      expect((await world.staking.accountOf(world.alice)).required).to.equal(0n);
    });

    it("should be open to the buyer too: it pays through the notice", async () => {
      const leaseId = await hireAtStart(150);
      await driver.at(start + 20);
      await expect(asBuyer().giveNotice(leaseId))
        .to.emit(world.leases, "LeaseClosed")
        .withArgs(leaseId, world.buyer.address, start + 80, driver.price(70), 0n);
    });

    it("T-54: should refuse everybody else, providers of other nodes too", async () => {
      const leaseId = await driver.hire(150);
      for (const caller of [world.bob, world.agent, world.otherBuyer]) {
        await expect(world.leases.connect(caller).giveNotice(leaseId))
          .to.be.revertedWithCustomError(world.leases, "LeaseMarket_NotParty")
          .withArgs(caller.address, world.buyer.address, world.alice.address);
      }
    });
  });

  describe("release", () => {
    it("should free the units at the end of the paid time, by anyone", async () => {
      const leaseId = await hireAtStart(50);
      await driver.at(start + 49);
      await expect(world.leases.release(leaseId))
        .to.be.revertedWithCustomError(world.leases, "LeaseMarket_NothingToRelease")
        .withArgs(leaseId, start + 50);
      await driver.at(start + 50);
      await expect(world.leases.connect(world.stranger).release(leaseId))
        .to.emit(world.leases, "LeaseReleased")
        .withArgs(leaseId, 1n, 1);
      expect(await busyOf()).to.equal(0n);
    });

    it("should free them once only: another lease's units stay taken (T-29)", async () => {
      const leaseId = await hireAtStart(50);
      await asBuyer().close(leaseId);
      await world.leases.connect(world.otherBuyer).hire(1, 2, 150, MAX_RATE);
      await driver.pass(60);
      await expect(world.leases.release(leaseId)).to.be.revertedWithCustomError(
        world.leases,
        "LeaseMarket_NothingToRelease",
      );
      expect(await busyOf()).to.equal(2n);
    });
  });

  describe("settle", () => {
    it("should pay the seconds up and refund the seconds down", async () => {
      const leaseId = await hireAtStart(150);
      await driver.pass(150);
      const [mine] = await driver.finalReport(epoch, [ALL_UP & ~0b1001n, ALL_UP]);
      await expect(world.leases.connect(world.stranger).settle(leaseId, mine.leaf, mine.proof))
        .to.emit(world.leases, "LeaseSettled")
        .withArgs(leaseId, epoch, start, start + 150, 130n, driver.price(130), driver.price(20));
      expect(await lockedOf()).to.equal(0n);
      expect(await earnedOf()).to.equal((driver.price(130) * 95n) / 100n);
    });

    it("should settle epoch by epoch while the lease runs, at a cost that does not grow", async () => {
      await driver.at(start + 15);
      const leaseId = await driver.hire(2_000);
      const gas: bigint[] = [];
      for (let e = epoch; e < epoch + 4; e++) {
        const [mine] = await driver.finalReport(e);
        const tx = await world.leases.settle(leaseId, mine.leaf, mine.proof);
        gas.push((await tx.wait())?.gasUsed ?? 0n);
      }
      expect((await world.leases.leaseOf(leaseId)).locked).to.equal(driver.price(2_000 - 785));
      expect(gas[3]).to.be.at.most((gas[2] * 101n) / 100n);
    });

    it("should settle stretches on both sides of a pause, each by its own piece", async () => {
      const leaseId = await hireAtStart(50);
      await driver.at(start + 90);
      await asBuyer().topUp(leaseId, driver.price(30));
      const [mine] = await driver.finalReport(epoch, [0b1000010001n, 0n]);
      await world.leases.settle(leaseId, mine.leaf, mine.proof);
      expect((await world.leases.leaseOf(leaseId)).settledThrough).to.equal(BigInt(start + 90));
      await world.leases.settle(leaseId, mine.leaf, mine.proof);
      expect(await earnedOf()).to.equal((driver.price(30) * 95n) / 100n);
      expect(await lockedOf()).to.equal(0n);
    });

    it("should settle an earlier stretch of two epochs to its end before the one after the pause", async () => {
      const leaseId = await hireAtStart(250);
      await driver.at(start + 280);
      await asBuyer().topUp(leaseId, driver.price(30));
      const [first] = await driver.finalReport(epoch);
      const [second] = await driver.finalReport(epoch + 1);
      const settledTo = async ({ leaf, proof }: typeof first) => {
        await world.leases.settle(leaseId, leaf, proof);
        return Number((await world.leases.leaseOf(leaseId)).settledThrough) - start;
      };
      expect([await settledTo(first), await settledTo(second)]).to.deep.equal([200, 280]);
      expect(await lockedOf(), "of the second stretch").to.equal(driver.price(30));
      expect(await settledTo(second)).to.equal(310);
      expect(await earnedOf()).to.equal((driver.price(280) * 95n) / 100n);
      expect(await lockedOf()).to.equal(0n);
    });

    it("should refuse the same piece twice (T-37, X-28)", async () => {
      const leaseId = await hireAtStart(150);
      await driver.pass(150);
      const [mine] = await driver.finalReport(epoch);
      await world.leases.settle(leaseId, mine.leaf, mine.proof);
      await expect(world.leases.settle(leaseId, mine.leaf, mine.proof))
        .to.be.revertedWithCustomError(world.leases, "LeaseMarket_NothingToSettle")
        .withArgs(leaseId);
    });

    it("should refuse another epoch, another node, an unproven leaf and a report that is not final", async () => {
      const leaseId = await hireAtStart(350);
      const [, other] = await driver.finalReport(epoch);
      const [second] = await driver.finalReport(epoch + 1);
      const settle = ({ leaf, proof }: typeof other) => world.leases.settle(leaseId, leaf, proof);
      await expect(settle(second))
        .to.be.revertedWithCustomError(world.leases, "LeaseMarket_WrongEpoch")
        .withArgs(leaseId, epoch + 1, epoch);
      await expect(settle(other))
        .to.be.revertedWithCustomError(world.leases, "LeaseMarket_WrongNode")
        .withArgs(leaseId, 2n, 1n);
      const forged = { leaf: { ...second.leaf, epoch, bitmap: 1n }, proof: second.proof };
      await expect(settle(forged)).to.be.revertedWithCustomError(world.uptime, "UptimeOracle_BadProof");
    });

    it("should refuse a report in its challenge window", async () => {
      const leaseId = await hireAtStart(150);
      const [mine] = await driver.report(epoch);
      await expect(world.leases.settle(leaseId, mine.leaf, mine.proof)).to.be.revertedWithCustomError(
        world.uptime,
        "UptimeOracle_NotFinal",
      );
    });

    it("should refuse a lease that does not exist", async () => {
      const [mine] = await driver.finalReport(epoch);
      await expect(world.leases.settle(7, mine.leaf, mine.proof)).to.be.revertedWithCustomError(
        world.leases,
        "LeaseMarket_NothingToSettle",
      );
    });

    it("should pay the fee of the hire, whatever it is now (T-22, I10)", async () => {
      const leaseId = await hireAtStart(150);
      await world.terms.setTradeTerms({ ...world.parameters.tradeTerms, feePpm: 100_000 });
      const [mine] = await driver.finalReport(epoch);
      await world.leases.settle(leaseId, mine.leaf, mine.proof);
      expect(await earnedOf(), "I10").to.equal((driver.price(150) * 95n) / 100n);
    });
  });

  describe("settleUnreported", () => {
    it("should pay in full when no report was posted by the timeout", async () => {
      const leaseId = await hireAtStart(150);
      const due = driver.startOf(epoch + 1) + 400;
      await driver.at(due - 1);
      await expect(world.leases.settleUnreported(leaseId, epoch))
        .to.be.revertedWithCustomError(world.leases, "LeaseMarket_ReportAwaited")
        .withArgs(epoch, 0, due);
      await driver.at(due);
      await world.leases.connect(world.stranger).settleUnreported(leaseId, epoch);
      expect(await earnedOf()).to.equal((driver.price(150) * 95n) / 100n);
      expect(await lockedOf()).to.equal(0n);
    });

    it("should hold the pay while a report is posted", async () => {
      const leaseId = await hireAtStart(150);
      await driver.closeThrough(epoch);
      await driver.at(driver.startOf(epoch + 1) + 395);
      const posting = driver.report(epoch, [0n, 0n]);
      const [mine] = await posting;
      await driver.at(driver.startOf(epoch + 1) + 410);
      await expect(world.leases.settleUnreported(leaseId, epoch)).to.be.revertedWithCustomError(
        world.leases,
        "LeaseMarket_ReportAwaited",
      );
      await driver.pass(100);
      await world.leases.settle(leaseId, mine.leaf, mine.proof);
      expect(await earnedOf()).to.equal(0n);
    });

    it("should hold the pay while a report is posted, even past the leaf timeout", async () => {
      const periods = {
        ...world.parameters.leasePeriods,
        leafTimeoutSeconds: world.parameters.leasePeriods.reportTimeoutSeconds,
      };
      world = await marketWorld(connection, { leasePeriods: periods });
      driver = new LeaseDriver(connection, world);
      epoch = (await driver.epoch()) + 1;
      start = driver.startOf(epoch);
      const leaseId = await hireAtStart(150);
      const due = driver.startOf(epoch + 1) + periods.leafTimeoutSeconds;
      await driver.closeThrough(epoch);
      await networkHelpers.time.increaseTo(due - 10);
      await driver.report(epoch);
      await driver.at(due + 1);
      await expect(world.leases.settleUnreported(leaseId, epoch)).to.be.revertedWithCustomError(
        world.leases,
        "LeaseMarket_ReportAwaited",
      );
      await driver.pass(world.parameters.reportChallengeSeconds);
      await world.leases.settleUnreported(leaseId, epoch);
      expect(await driver.statusOf(leaseId)).to.equal("Settled");
    });

    it("should let the provider out when nobody has its leaf of a final report", async () => {
      const leaseId = await hireAtStart(150);
      await driver.finalReport(epoch);
      const due = driver.startOf(epoch + 1) + 2_000;
      await driver.at(due - 1);
      await expect(world.leases.settleUnreported(leaseId, epoch)).to.be.revertedWithCustomError(
        world.leases,
        "LeaseMarket_ReportAwaited",
      );
      await driver.at(due);
      await world.leases.settleUnreported(leaseId, epoch);
      expect(await driver.statusOf(leaseId)).to.equal("Settled");
    });

    it("should refuse an epoch that is not the next", async () => {
      const leaseId = await hireAtStart(350);
      await driver.pass(1_000);
      await expect(world.leases.settleUnreported(leaseId, epoch + 1))
        .to.be.revertedWithCustomError(world.leases, "LeaseMarket_WrongEpoch")
        .withArgs(leaseId, epoch + 1, epoch);
    });

    it("should let everybody out with oracle, buyer and provider gone (T-52, I4)", async () => {
      const leaseId = await hireAtStart(350);
      await world.nodes.connect(world.alice).retire(1);
      await driver.pass(1_000);
      await world.leases.connect(world.stranger).release(leaseId);
      await world.leases.connect(world.stranger).settleUnreported(leaseId, epoch);
      await world.leases.connect(world.stranger).settleUnreported(leaseId, epoch + 1);
      expect(await lockedOf(), "I4").to.equal(0n);
      expect(await busyOf(), "I4").to.equal(0n);
      expect((await world.nodes.nodeOf(1)).retiredAt).to.not.equal(0n);
    });
  });

  it("should be untouched by MILL that is sent to it (T-46)", async () => {
    const leaseId = await hireAtStart(150);
    await world.token.transfer(world.leases, 5n * MILL);
    const [mine] = await driver.finalReport(epoch);
    await world.leases.settle(leaseId, mine.leaf, mine.proof);
    expect(await lockedOf()).to.equal(0n);
  });
});
