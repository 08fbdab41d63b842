import { expect } from "chai";
import hre from "hardhat";

import { ALL_UP, LeaseDriver } from "./leaseDriver.js";
import { NO_PLEDGE, PLEDGE, takePledged } from "./leaseTerms.js";
import { MILL, marketWorld, RATE, type World } from "./marketFixture.js";

const connection = await hre.network.create();
const { ethers, networkHelpers } = connection;

/** In the order of `SlashTable.Offence`. */
const UPTIME_BELOW_PROMISE = 4n;
const LEASE_ABANDONED = 5n;
const PRICE = 2n;

async function fixture() {
  return marketWorld(connection);
}

describe("LeaseMarket pledges", () => {
  let world: World;
  let driver: LeaseDriver;
  let epoch: number;
  let start: number;

  beforeEach(async () => {
    world = await networkHelpers.loadFixture(fixture);
    driver = new LeaseDriver(connection, world);
    epoch = (await driver.epoch()) + 1;
    start = driver.startOf(epoch);
  });

  const bondedOf = async () => (await world.staking.accountOf(world.alice)).bonded;
  const lockedOf = async () => (await world.settlement.accountOf(world.buyer)).locked;
  const bondOf = async (leaseId: bigint) => (await world.leases.pledgeOf(leaseId)).bond;

  /** A pledged lease from the first second of `epoch`. */
  async function takeAtStart(seconds: number, changes: Parameters<typeof takePledged>[3] = {}): Promise<bigint> {
    await driver.at(start);
    return takePledged(connection, world, seconds, changes);
  }

  /** Announces maintenance in a later epoch, which becomes `epoch`: windows by their first second in it and length. */
  async function maintain(...windows: readonly (readonly [number, number])[]): Promise<void> {
    const { noticeSeconds } = await world.maintenance.rules();
    const at = driver.startOf(epoch) + Number(noticeSeconds) + 1_000;
    epoch = Math.ceil((at - world.clock.genesisAt) / 200);
    start = driver.startOf(epoch);
    for (const [from, length] of windows) {
      await world.maintenance.connect(world.alice).announce(1, start + from, length);
    }
    await networkHelpers.time.increaseTo(start - 5);
  }

  async function settleWith(leaseId: bigint, bitmap: bigint, of = epoch) {
    const [mine] = await driver.finalReport(of, [bitmap, ALL_UP]);
    // Past the grace time, in which a top-up could still resume the lease.
    await driver.pass(world.parameters.leasePeriods.graceSeconds);
    return world.leases.connect(world.stranger).settle(leaseId, mine.leaf, mine.proof);
  }

  describe("settle", () => {
    it("should slash nothing while the pledge is kept, to its last slot (T-45)", async () => {
      const leaseId = await takeAtStart(200);
      const settling = settleWith(leaseId, ALL_UP & ~0b1001n);
      await expect(settling).not.to.emit(world.leases, "LeaseSlashed");
      await expect(settling).to.emit(world.leases, "LeaseUnbonded").withArgs(leaseId, world.alice.address, PLEDGE.bond);
      expect(await bondedOf()).to.equal(0n);
    });

    it("should slash the pay of each second missed beyond the pledge, and pay four fifths to the buyer", async () => {
      const leaseId = await takeAtStart(200);
      const mill = (20n * RATE) / PRICE;
      await expect(settleWith(leaseId, ALL_UP & ~0b1001001001n))
        .to.emit(world.leases, "LeaseSlashed")
        .withArgs(leaseId, world.alice.address, UPTIME_BELOW_PROMISE, mill, (mill * 8n) / 10n);
      expect((await world.settlement.accountOf(world.buyer)).owedMill).to.equal((mill * 8n) / 10n);
      expect(await bondedOf(), "what is left is free").to.equal(0n);
    });

    it("should never give a buyer more than twice the pay of the seconds missed", async () => {
      const leaseId = await takeAtStart(200, { uptimePpm: 1_000_000, darkSlots: 0 });
      await settleWith(leaseId, 0n);
      const compensation = (await world.settlement.accountOf(world.buyer)).owedMill * PRICE;
      expect(driver.price(200) + compensation).to.equal((driver.price(200) * 18n) / 10n);
    });

    it("should take no more than the bond (I5)", async () => {
      const leaseId = await takeAtStart(200, { bondPerUnit: 5n, darkSlots: 0 });
      await expect(settleWith(leaseId, 0n))
        .to.emit(world.leases, "LeaseSlashed")
        .withArgs(leaseId, world.alice.address, UPTIME_BELOW_PROMISE, 5n, 4n);
      expect(await driver.statusOf(leaseId)).to.equal("Settled");
    });

    it("should excuse no seconds outside of the window, however long it was up inside", async () => {
      await maintain([40, 60]);
      const leaseId = await takeAtStart(200);
      // Down in slots 9 to 14, of which the window has the first: 50 s are missed, 20 of them allowed.
      const mill = (30n * RATE) / PRICE;
      await expect(settleWith(leaseId, ALL_UP & ~(0b111111n << 9n)))
        .to.emit(world.leases, "LeaseSlashed")
        .withArgs(leaseId, world.alice.address, UPTIME_BELOW_PROMISE, mill, (mill * 8n) / 10n);
    });

    it("should excuse seconds of announced maintenance, which the buyer still does not pay", async () => {
      await maintain([40, 60]);
      const leaseId = await takeAtStart(200);
      const settling = settleWith(leaseId, ALL_UP & ~(0b111111n << 4n));
      await expect(settling).not.to.emit(world.leases, "LeaseSlashed");
      await expect(settling)
        .to.emit(world.leases, "LeaseSettled")
        .withArgs(leaseId, epoch, start, start + 200, 140n, driver.price(140), driver.price(60));
    });

    it("should end a lease whose node was dark for the agreed slots, for the notice period's pay", async () => {
      const leaseId = await takeAtStart(2_000, { uptimePpm: 0 });
      const mill = (60n * RATE) / PRICE;
      const settling = settleWith(leaseId, ALL_UP & ~(0b11111n << 3n));
      await expect(settling)
        .to.emit(world.leases, "LeaseSlashed")
        .withArgs(leaseId, world.alice.address, LEASE_ABANDONED, mill, (mill * 8n) / 10n);
      await expect(settling).to.emit(world.leases, "LeaseClosed");
      expect((await world.nodes.nodeOf(1)).busyUnits).to.equal(0n);
      expect((await world.leases.leaseOf(leaseId)).failed).to.equal(true);
      const { paidThrough } = await world.leases.leaseOf(leaseId);
      expect(await lockedOf()).to.equal(RATE * (paidThrough - BigInt(start + 200)));
    });

    it("should not end it a slot short of them, nor for slots that it had not hired", async () => {
      const leaseId = await takeAtStart(2_000, { uptimePpm: 0 });
      await expect(settleWith(leaseId, ALL_UP & ~(0b1111n << 3n))).not.to.emit(world.leases, "LeaseSlashed");
      expect(await driver.statusOf(leaseId)).to.equal("Running");
      const second = driver.startOf(epoch + 2) + 175;
      await driver.at(second);
      const late = await takePledged(connection, world, 100, { uptimePpm: 0, nonce: 8n });
      const [mine] = await driver.finalReport(epoch + 2, [0b1n, ALL_UP]);
      await expect(world.leases.settle(late, mine.leaf, mine.proof)).not.to.emit(world.leases, "LeaseSlashed");
    });

    it("should slash nothing without a final report, and free the bond (T-52)", async () => {
      const leaseId = await takeAtStart(150);
      await driver.at(driver.startOf(epoch + 1) + 400);
      await expect(world.leases.settleUnreported(leaseId, epoch))
        .to.emit(world.leases, "LeaseUnbonded")
        .withArgs(leaseId, world.alice.address, PLEDGE.bond);
    });

    it("should convert at the last close's price, with every feed dead (I4)", async () => {
      const leaseId = await takeAtStart(200);
      const [mine] = await driver.finalReport(epoch, [0n, 0n]);
      await driver.pass(10 * 86_400);
      await expect(world.leases.settle(leaseId, mine.leaf, mine.proof)).to.emit(world.leases, "LeaseSlashed");
    });
  });

  describe("abandon", () => {
    it("should end the lease at once for the notice period's pay", async () => {
      const leaseId = await takeAtStart(1_000);
      await driver.at(start + 100);
      const mill = (60n * RATE) / PRICE;
      const leaving = world.leases.connect(world.alice).abandon(leaseId);
      await expect(leaving)
        .to.emit(world.leases, "LeaseSlashed")
        .withArgs(leaseId, world.alice.address, LEASE_ABANDONED, mill, (mill * 8n) / 10n);
      await expect(leaving)
        .to.emit(world.leases, "LeaseClosed")
        .withArgs(leaseId, world.alice.address, start + 100, driver.price(900), 0n);
      expect(await lockedOf()).to.equal(driver.price(100));
      await settleWith(leaseId, ALL_UP);
      expect(await bondedOf()).to.equal(0n);
    });

    it("T-73: should hand a provider's second account four fifths of what it slashes of itself, and no more", async () => {
      const bond = 90_000n * MILL;
      // All of the bond is the pay of one notice period.
      const ratePerUnit = (bond * PRICE) / 60n;
      const before = await world.staking.accountOf(world.alice);
      const { burned } = await world.settlement.accountOf(world.buyer);
      const leaseId = await takeAtStart(60, { bondPerUnit: bond, ratePerUnit });
      await world.leases.connect(world.alice).abandon(leaseId);
      await world.settlement.creditOwed(world.buyer);
      const after = await world.staking.accountOf(world.alice);
      const lost = before.active - after.active - after.bonded;
      expect(lost).to.be.greaterThan((bond * 9n) / 10n);
      expect((await world.settlement.accountOf(world.buyer)).burned - burned).to.equal((lost * 4n) / 5n);
    });

    it("should cost no more than what is left of the notice", async () => {
      const leaseId = await takeAtStart(1_000);
      await world.leases.connect(world.alice).giveNotice(leaseId);
      const { paidThrough } = await world.leases.leaseOf(leaseId);
      await driver.at(Number(paidThrough) - 20);
      await expect(world.leases.connect(world.alice).abandon(leaseId))
        .to.emit(world.leases, "LeaseSlashed")
        .withArgs(leaseId, world.alice.address, LEASE_ABANDONED, 10n * RATE, 8n * RATE);
    });

    it("should let the operator act, and nobody else (T-54)", async () => {
      const leaseId = await takeAtStart(1_000);
      for (const caller of [world.bob, world.buyer, world.stranger]) {
        await expect(world.leases.connect(caller).abandon(leaseId))
          .to.be.revertedWithCustomError(world.leases, "LeaseMarket_NotProvider")
          .withArgs(caller.address, world.alice.address);
      }
      await world.staking.connect(world.alice).setOperator(world.stranger);
      await world.leases.connect(world.stranger).abandon(leaseId);
    });

    it("should refuse where nothing is bonded: there a provider gives notice", async () => {
      const leaseId = await driver.hire(500);
      await expect(world.leases.connect(world.alice).abandon(leaseId))
        .to.be.revertedWithCustomError(world.leases, "LeaseMarket_NoBond")
        .withArgs(leaseId);
    });
  });

  describe("releaseBond", () => {
    it("should free the bond of a lease that was settled before its grace time was over, and once", async () => {
      await driver.at(start + 150);
      const leaseId = await takePledged(connection, world, 50);
      const [mine] = await driver.finalReport(epoch);
      await world.leases.settle(leaseId, mine.leaf, mine.proof);
      const release = () => world.leases.connect(world.stranger).releaseBond(leaseId);
      await expect(release())
        .to.be.revertedWithCustomError(world.leases, "LeaseMarket_NothingToUnbond")
        .withArgs(leaseId, 3n, PLEDGE.bond);
      await driver.at(start + 300);
      await expect(release())
        .to.emit(world.leases, "LeaseUnbonded")
        .withArgs(leaseId, world.alice.address, PLEDGE.bond);
      expect(await bondedOf()).to.equal(0n);
      await expect(release()).to.be.revertedWithCustomError(world.leases, "LeaseMarket_NothingToUnbond");
    });

    it("should leave the bond of a lease that runs, and one that went back with the last piece", async () => {
      const leaseId = await takeAtStart(50);
      const [mine] = await driver.finalReport(epoch);
      await driver.pass(100);
      const early = await takePledged(connection, world, 20, { nonce: 9n });
      await expect(world.leases.releaseBond(early))
        .to.be.revertedWithCustomError(world.leases, "LeaseMarket_NothingToUnbond")
        .withArgs(early, 1n, PLEDGE.bond);
      await world.leases.settle(leaseId, mine.leaf, mine.proof);
      expect(await bondOf(leaseId), "over, so freed with the last piece").to.equal(0n);
      await expect(world.leases.releaseBond(leaseId)).to.be.revertedWithCustomError(
        world.leases,
        "LeaseMarket_NothingToUnbond",
      );
    });
  });

  describe("objectTo", () => {
    const untilOf = (of: number) => driver.startOf(of + 1) + 400;

    it("should hold the pay until the leaf timeout when no report comes (T-61)", async () => {
      const leaseId = await takeAtStart(150);
      await driver.at(untilOf(epoch) - 1);
      await expect(world.leases.connect(world.buyer).objectTo(leaseId, epoch))
        .to.emit(world.leases, "LeaseObjected")
        .withArgs(leaseId, epoch);
      const due = driver.startOf(epoch + 1) + 2_000;
      await driver.at(due - 1);
      await expect(world.leases.settleUnreported(leaseId, epoch))
        .to.be.revertedWithCustomError(world.leases, "LeaseMarket_ReportAwaited")
        .withArgs(epoch, 0, due);
      await world.leases.settleUnreported(leaseId, epoch);
      expect(await lockedOf()).to.equal(0n);
    });

    it("should let a late report decide", async () => {
      const leaseId = await takeAtStart(150);
      await world.leases.connect(world.buyer).objectTo(leaseId, epoch);
      await driver.pass(600);
      await settleWith(leaseId, 0n);
      expect((await world.settlement.positionOf(world.alice)).earned).to.equal(0n);
    });

    it("should refuse anybody else, another epoch and the timeout itself", async () => {
      const leaseId = await takeAtStart(150);
      await expect(world.leases.connect(world.alice).objectTo(leaseId, epoch)).to.be.revertedWithCustomError(
        world.leases,
        "LeaseMarket_NotBuyer",
      );
      const object = (of: number) => world.leases.connect(world.buyer).objectTo(leaseId, of);
      for (const of of [epoch - 1, epoch + 1]) {
        await expect(object(of))
          .to.be.revertedWithCustomError(world.leases, "LeaseMarket_NoObjection")
          .withArgs(leaseId, of, epoch, epoch, untilOf(of));
      }
      await driver.at(untilOf(epoch));
      await expect(object(epoch)).to.be.revertedWithCustomError(world.leases, "LeaseMarket_NoObjection");
    });
  });

  describe("settleMany", () => {
    it("should settle what it can and tell the rest by event (X-28)", async () => {
      const first = await takeAtStart(150);
      const second = await driver.hire(100);
      const [mine] = await driver.finalReport(epoch);
      await driver.pass(100);
      const items = [first, first, second].map((leaseId) => ({ leaseId, ...mine }));
      const settling = world.leases.connect(world.stranger).settleMany(items);
      const reason = world.leases.interface.encodeErrorResult("LeaseMarket_NothingToSettle", [first]);
      await expect(settling).to.emit(world.leases, "ItemFailed").withArgs(1, reason);
      for (const leaseId of [first, second]) expect(await driver.statusOf(leaseId)).to.equal("Settled");
    });

    it("should need less gas for an item than it asks for, with all maintenance in its epoch (T-53, T-56)", async () => {
      const most = Number(await world.maintenance.MAX_WINDOWS());
      await maintain(...Array.from({ length: most }, (_, i) => [6 * i, 1] as const));
      const leaseId = await takeAtStart(2_000, { darkSlots: 1 });
      const [mine] = await driver.finalReport(epoch, [0n, ALL_UP]);
      const settled = await (await world.leases.settleMany([{ leaseId, ...mine }])).wait();
      expect(settled?.gasUsed).to.be.lessThan(((await world.leases.SETTLE_GAS()) * 3n) / 4n);
      expect((await world.leases.leaseOf(leaseId)).failed, "the costliest case").to.equal(true);
    });

    it("should refuse none and more than 64 (T-56)", async () => {
      await expect(world.leases.settleMany([])).to.be.revertedWithCustomError(world.leases, "Batch_LengthOutOfBounds");
    });
  });

  describe("begin", () => {
    it("should be for wired contracts alone (T-36)", async () => {
      const terms = {
        buyer: world.buyer,
        startAt: 0,
        leaseSeconds: 100,
        nodeId: 1,
        units: 1,
        rate: RATE,
        feePpm: 50_000,
        locked: false,
        pledge: NO_PLEDGE,
      };
      for (const caller of [world.buyer, world.alice, world.governor]) {
        await expect(world.leases.connect(caller).begin(terms)).to.be.revertedWithCustomError(
          world.leases,
          "Wired_Forbidden",
        );
      }
    });

    it("should refuse what no lease can be, whoever brings it", async () => {
      const desk = await ethers.getImpersonatedSigner(await world.quotes.getAddress());
      await networkHelpers.setBalance(desk.address, 10n ** 20n);
      const now = await driver.now();
      const good = {
        buyer: world.buyer,
        startAt: now,
        leaseSeconds: 100,
        nodeId: 1,
        units: 1,
        rate: RATE,
        feePpm: 50_000,
        locked: false,
        pledge: PLEDGE,
      };
      const cases: [object, string][] = [
        [{ units: 0 }, "LeaseMarket_NoUnits"],
        [{ rate: 0 }, "LeaseMarket_RateZero"],
        [{ leaseSeconds: 9 }, "LeaseMarket_SecondsOutOfBounds"],
        [{ startAt: now + 100 }, "LeaseMarket_StartOutOfBounds"],
        [{ startAt: world.clock.genesisAt - 1 }, "LeaseMarket_StartOutOfBounds"],
        [{ buyer: world.alice }, "LeaseMarket_OwnNode"],
        [{ pledge: { ...PLEDGE, uptimePpm: 1_000_001 } }, "LeaseMarket_UnsoundPledge"],
        [{ pledge: { ...PLEDGE, penaltyPpm: 1_000_001 } }, "LeaseMarket_UnsoundPledge"],
        [{ pledge: { ...PLEDGE, darkSlots: 21 } }, "LeaseMarket_UnsoundPledge"],
        [{ pledge: { ...PLEDGE, bond: 0n } }, "LeaseMarket_UnsoundPledge"],
      ];
      for (const [change, name] of cases) {
        await expect(world.leases.connect(desk).begin({ ...good, ...change }), name).to.be.revertedWithCustomError(
          world.leases,
          name,
        );
      }
      await expect(
        world.leases.connect(desk).begin({ ...good, pledge: { ...PLEDGE, bond: 10n ** 9n * MILL } }),
      ).to.be.revertedWithCustomError(world.staking, "StakingRegistry_ActiveTooLow");
    });
  });
});
