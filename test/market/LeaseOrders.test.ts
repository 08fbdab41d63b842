import { expect } from "chai";
import hre from "hardhat";

import { localAccount } from "../../scripts/local/localAccount.js";
import type { ILeaseOrders } from "../../typechain-types/index.js";
import { ALL_UP, LeaseDriver } from "./leaseDriver.js";
import { type LeaseOrder, leaseTerms, NO_DETAILS, openOrder, PLEDGE } from "./leaseTerms.js";
import { addNode, marketWorld, RATE, type World } from "./marketFixture.js";

const connection = await hre.network.create();
const { ethers, networkHelpers } = connection;

async function fixture() {
  const world = await marketWorld(connection);
  // Nodes 3 and 4, alice's and bob's.
  for (const provider of [world.alice, world.bob]) await addNode(connection, world, provider, world.agent);
  return world;
}

/** In the order of `ILeaseOrders.SeatStatus` and `OrderStatus`. */
const SEATS = ["Open", "Held", "Ready", "Leased", "Returned", "Gone"];
const ORDERS = ["None", "Listed", "Filling", "Lapsed", "Filled", "Ended"];

describe("LeaseOrders", () => {
  let world: World;
  let driver: LeaseDriver;

  beforeEach(async () => {
    world = await networkHelpers.loadFixture(fixture);
    driver = new LeaseDriver(connection, world);
  });

  const lockedOf = async () => (await world.settlement.accountOf(world.buyer)).locked;
  const bondedOf = async (provider = world.alice) => (await world.staking.accountOf(provider)).bonded;
  const seatStatusOf = async (orderId: bigint, order: LeaseOrder, seat: number) =>
    SEATS[Number(await world.orders.seatStatusOf(orderId, order, seat))];
  const statusOf = async (orderId: bigint, order: LeaseOrder) =>
    ORDERS[Number(await world.orders.statusOf(orderId, order))];

  const open = (changes: Partial<ILeaseOrders.TermsStruct> = {}) => openOrder(connection, world, changes);

  function accept(orderId: bigint, order: LeaseOrder, seat: number, nodeId: number) {
    const by = nodeId % 2 === 1 ? world.alice : world.bob;
    return world.orders.connect(by).accept(orderId, order, seat, nodeId, NO_DETAILS);
  }

  /** What an order and its leases hold is what the buyer has locked: nothing leaks, nothing sticks (I2, I9). */
  async function expectHeld(orderId: bigint, order: LeaseOrder) {
    let held = await world.orders.escrowOf(orderId, order);
    for (let leaseId = 1n; leaseId <= (await world.leases.leaseCount()); leaseId++) {
      held += (await world.leases.leaseOf(leaseId)).locked;
    }
    expect(await lockedOf(), "I2").to.equal(held);
  }

  describe("open", () => {
    it("should lock the most that it can cost, and tell all of it", async () => {
      const changes = { seats: 3, startRate: RATE, maxRate: 2n * RATE, fillSeconds: 600 };
      const { orderId, order } = await open(changes);
      const escrow = 3n * 2n * driver.price(750);
      expect(await lockedOf()).to.equal(escrow);
      const [opened] = await world.orders.queryFilter(world.orders.filters.OrderOpened(orderId), -1);
      expect(opened.args.escrow).to.equal(escrow);
      const told = opened.args.order;
      expect([told.buyer, told.openedAt, told.feePpm]).to.deep.equal([
        world.buyer.address,
        BigInt(order.openedAt),
        50_000n,
      ]);
      expect(await statusOf(orderId, order)).to.equal("Listed");
      await expectHeld(orderId, order);
    });

    it("should refuse terms out of bounds, each by its name, and take those at them (T-45, T-56)", async () => {
      const wanted = leaseTerms().wanted;
      const bad: [string, Partial<ILeaseOrders.TermsStruct>][] = [
        ["units", { wanted: { ...wanted, units: 0 } }],
        ["nodeIds", { wanted: { ...wanted, nodeIds: Array.from({ length: 33 }, (_, i) => i + 1) } }],
        ["inspectors", { wanted: { ...wanted, inspectors: Array.from({ length: 17 }, () => world.bob.address) } }],
        ["seats", { seats: 0 }],
        ["seats", { seats: 17 }],
        ["maxRate", { maxRate: 0n }],
        ["startRate", { startRate: RATE + 1n }],
        ["startRate", { startRate: 0n }],
        ["leaseSeconds", { leaseSeconds: 9 }],
        ["listSeconds", { listSeconds: 0 }],
        ["listSeconds", { listSeconds: 2_592_001 }],
        ["fillSeconds", { fillSeconds: 3_601 }],
        ["dataUri", { dataUri: "x".repeat(257) }],
      ];
      for (const [name, change] of bad) {
        const error = await world.orders
          .connect(world.buyer)
          .open.staticCall(leaseTerms(change))
          .then(() => "", String);
        expect(error).to.contain(`LeaseOrders_TermOutOfBounds("${name}"`);
      }
      await expect(open({ pledge: { ...PLEDGE, bond: 0n } })).to.be.revertedWithCustomError(
        world.leases,
        "LeaseMarket_UnsoundPledge",
      );
      await open({ seats: 16, leaseSeconds: 10, listSeconds: 2_592_000, fillSeconds: 3_600, dataUri: "x".repeat(256) });
    });

    it("should refuse too few credits, and a pause", async () => {
      await expect(openOrder(connection, world, {}, world.stranger)).to.be.revertedWithCustomError(
        world.settlement,
        "BurnMintSettlement_TooFewFree",
      );
      await world.orders.pauseEntries(3_600);
      await expect(open()).to.be.revertedWithCustomError(world.orders, "EntryPause_EntriesPaused");
    });
  });

  describe("accept", () => {
    it("should begin a lease at the rate of its second and give back the rest", async () => {
      const { orderId, order } = await open({ startRate: RATE, maxRate: 3n * RATE });
      await driver.at(Number(order.openedAt) + 50);
      await expect(accept(orderId, order, 0, 1))
        .to.emit(world.orders, "SeatTaken")
        .withArgs(orderId, 0, 1, world.alice.address, 2n * RATE);
      expect(await lockedOf()).to.equal(2n * driver.price(150));
      expect(await statusOf(orderId, order)).to.equal("Filled");
      expect(await seatStatusOf(orderId, order, 0)).to.equal("Leased");
      await expectHeld(orderId, order);
    });

    it("should pay the greatest rate from the end of the ramp on", async () => {
      const { orderId, order } = await open({ startRate: RATE, maxRate: 3n * RATE });
      await driver.pass(500);
      expect(await world.orders.rateOf(orderId, order, 0)).to.equal(3n * RATE);
      await accept(orderId, order, 0, 1);
      expect((await world.leases.leaseOf(1)).rate).to.equal(3n * RATE);
    });

    it("should bond the pledge, which the lease then answers with", async () => {
      const { orderId, order } = await open({ pledge: PLEDGE });
      await accept(orderId, order, 0, 1);
      expect(await bondedOf()).to.equal(PLEDGE.bond);
      await world.leases.connect(world.alice).abandon(1);
      expect(await bondedOf()).to.be.lessThan(PLEDGE.bond);
    });

    it("should refuse changed terms, other orders' and unknown ones (T-38)", async () => {
      const { orderId, order } = await open();
      const changed = { ...order, terms: { ...order.terms, maxRate: 2n * RATE } };
      for (const [id, given] of [
        [orderId, changed],
        [orderId, { ...order, buyer: world.otherBuyer.address }],
        [orderId + 1n, order],
      ] as [bigint, LeaseOrder][]) {
        await expect(accept(id, given, 0, 1)).to.be.revertedWithCustomError(world.orders, "LeaseOrders_WrongOrder");
      }
    });

    it("should refuse a seat twice, one that is not there, and an order whose time is over", async () => {
      const { orderId, order } = await open({ seats: 2 });
      await accept(orderId, order, 0, 1);
      await expect(accept(orderId, order, 0, 2))
        .to.be.revertedWithCustomError(world.orders, "LeaseOrders_WrongSeatStatus")
        .withArgs(orderId, 0, SEATS.indexOf("Leased"), 1n);
      await expect(accept(orderId, order, 2, 2))
        .to.be.revertedWithCustomError(world.orders, "LeaseOrders_NoSuchSeat")
        .withArgs(2, 2);
      await driver.at(Number(order.openedAt) + 1_000);
      await expect(accept(orderId, order, 1, 2))
        .to.be.revertedWithCustomError(world.orders, "LeaseOrders_WrongStatus")
        .withArgs(orderId, ORDERS.indexOf("Lapsed"), 6n);
    });

    it("should refuse others' nodes, and the buyer's own (T-36, T-54)", async () => {
      const { orderId, order } = await open();
      await expect(world.orders.connect(world.bob).accept(orderId, order, 0, 1, NO_DETAILS))
        .to.be.revertedWithCustomError(world.orders, "LeaseOrders_NotProvider")
        .withArgs(world.bob.address, world.alice.address);
      await world.token.connect(world.alice).approve(world.settlement, ethers.MaxUint256);
      await world.token.transfer(world.alice, 10n ** 21n);
      await world.settlement.connect(world.alice).buy(10n ** 21n, 0, 0);
      const own = await openOrder(connection, world, {}, world.alice);
      await expect(accept(own.orderId, own.order, 0, 1))
        .to.be.revertedWithCustomError(world.orders, "LeaseOrders_OwnOrder")
        .withArgs(world.alice.address);
    });

    it("should refuse nodes that do not fit: class, list, region, attributes, inspectors", async () => {
      const { wanted } = leaseTerms();
      const region = (name: string) => ethers.encodeBytes32String(name);
      const details = { ...NO_DETAILS, region: region("DE-BE"), attributes: 0b101n };
      await world.nodes.connect(world.alice).setDetails(1, details);
      const cases: [Partial<typeof wanted>, string | undefined][] = [
        [{ classId: 2 }, "NodeFilter_WrongClass"],
        [{ classId: 1 }, undefined],
        [{ nodeIds: [2, 3] }, "NodeFilter_NotListed"],
        [{ nodeIds: [2, 1] }, undefined],
        [{ region: region("DE-BY") }, "NodeFilter_WrongRegion"],
        [{ region: region("D") }, undefined],
        [{ region: region("DE") }, undefined],
        [{ region: region("DE-BE") }, undefined],
        [{ region: region("DE-BE-X") }, "NodeFilter_WrongRegion"],
        [{ attributes: 0b111n }, "NodeFilter_AttributesMissing"],
        [{ attributes: 0b101n }, undefined],
        [{ attributes: 0b1n, inspectors: [world.stranger.address] }, "NodeFilter_NotConfirmed"],
      ];
      for (const [change, error] of cases) {
        const { orderId, order } = await open({ wanted: { ...wanted, ...change } });
        const sent = world.orders.connect(world.alice).accept(orderId, order, 0, 1, details);
        if (error !== undefined) await expect(sent, error).to.be.revertedWithCustomError(world.orders, error);
        else {
          await sent;
          await world.leases.connect(world.buyer).close(await world.leases.leaseCount());
        }
      }
      const { orderId, order } = await open({ wanted: { ...wanted, region: region("DE") } });
      await expect(
        world.orders.connect(world.alice).accept(orderId, order, 0, 1, { ...details, attributes: 1n }),
      ).to.be.revertedWithCustomError(world.nodes, "NodeRegistry_WrongDetails");
    });

    it("should take inspectors' word, that of any or of all", async () => {
      const { inspections, stranger, challenger, alice } = world;
      const now = await driver.now();
      const statement = { nodeId: 1n, attributes: 1n, issuedAt: now, expiresAt: now + 10_000 };
      const digest = await inspections.statementDigest(statement);
      const wallet = localAccount(7);
      expect(wallet.address).to.equal(stranger.address);
      await inspections.bring(stranger, statement, wallet.signingKey.sign(digest).serialized);
      await world.nodes.connect(alice).setDetails(1, { ...NO_DETAILS, attributes: 1n });
      const inspectors = [challenger.address, stranger.address];
      const wanted = { ...leaseTerms().wanted, attributes: 1n, inspectors };
      const details = { ...NO_DETAILS, attributes: 1n };
      const all = await open({ wanted: { ...wanted, allInspectors: true } });
      await expect(
        world.orders.connect(alice).accept(all.orderId, all.order, 0, 1, details),
      ).to.be.revertedWithCustomError(world.orders, "NodeFilter_NotConfirmed");
      const any = await open({ wanted });
      await world.orders.connect(alice).accept(any.orderId, any.order, 0, 1, details);
    });

    it("should let an operator act, and keep the opening's fee (T-22)", async () => {
      const { orderId, order } = await open();
      await world.terms.setTradeTerms({ ...world.parameters.tradeTerms, feePpm: 100_000 });
      await world.staking.connect(world.alice).setOperator(world.stranger);
      await world.orders.connect(world.stranger).accept(orderId, order, 0, 1, NO_DETAILS);
      expect((await world.leases.leaseOf(1)).feePpm).to.equal(50_000n);
    });
  });

  describe("acceptSeats", () => {
    it("should take what it can and tell the rest by event (X-28)", async () => {
      const { orderId, order } = await open({ seats: 3 });
      const item = (seat: number, nodeId: number) => ({ orderId, order, seat, nodeId, details: NO_DETAILS });
      const sent = world.orders.connect(world.alice).acceptSeats([item(0, 1), item(0, 3), item(1, 2), item(2, 3)]);
      await expect(sent)
        .to.emit(world.orders, "ItemFailed")
        .withArgs(1, (reason: string) => reason.length > 10);
      await expect(sent)
        .to.emit(world.orders, "ItemFailed")
        .withArgs(2, (reason: string) => reason.length > 10);
      expect(await seatStatusOf(orderId, order, 0)).to.equal("Leased");
      expect(await seatStatusOf(orderId, order, 1)).to.equal("Open");
      expect(await seatStatusOf(orderId, order, 2)).to.equal("Leased");
      const gasUsed = (await (await sent).wait())?.gasUsed ?? 0n;
      expect(gasUsed / 2n, "T-53: gas of an item").to.be.lessThan(((await world.orders.ACCEPT_GAS()) * 3n) / 4n);
    });
  });

  describe("clusters", () => {
    const CLUSTER = { seats: 3, fillSeconds: 300, pledge: PLEDGE };

    it("should begin all seats at the second in which the last was taken", async () => {
      const { orderId, order } = await open(CLUSTER);
      await accept(orderId, order, 0, 1);
      expect(await statusOf(orderId, order)).to.equal("Filling");
      await accept(orderId, order, 2, 2);
      expect(await seatStatusOf(orderId, order, 2)).to.equal("Held");
      await expect(world.orders.start(orderId, order, 0)).to.be.revertedWithCustomError(
        world.orders,
        "LeaseOrders_WrongSeatStatus",
      );
      await driver.pass(100);
      await accept(orderId, order, 1, 3);
      const filledAt = BigInt(await driver.now());
      expect(await statusOf(orderId, order)).to.equal("Filled");
      await expectHeld(orderId, order);
      await driver.pass(40);
      await world.orders.pauseEntries(3_600);
      await world.orders.connect(world.stranger).startSeats(orderId, order, [0, 1, 1, 2]);
      for (const leaseId of [1, 2, 3]) {
        const { startAt, paidThrough } = await world.leases.leaseOf(leaseId);
        expect([startAt, paidThrough]).to.deep.equal([filledAt, filledAt + 150n]);
      }
      expect(await world.orders.escrowOf(orderId, order)).to.equal(0n);
      await expectHeld(orderId, order);
    });

    it("T-52: should begin and end seats whose lease was over and whose node retired before anybody came", async () => {
      const { orderId, order } = await open({ ...CLUSTER, seats: 2 });
      await accept(orderId, order, 0, 1);
      await world.nodes.connect(world.alice).retire(1);
      await accept(orderId, order, 1, 2);
      await driver.pass(150 + world.parameters.leasePeriods.graceSeconds);
      await world.orders.connect(world.stranger).startSeats(orderId, order, [0, 1]);
      for (const leaseId of [1n, 2n]) {
        expect(await driver.statusOf(leaseId)).to.equal("Ended");
        await world.leases.connect(world.stranger).release(leaseId);
      }
      expect((await world.nodes.nodeOf(1)).retiredAt).to.be.greaterThan(0n);
      await expectHeld(orderId, order);
    });

    it("should pay the wait, free the seats and refund the rest when it does not fill, by anyone", async () => {
      const { orderId, order } = await open(CLUSTER);
      await accept(orderId, order, 0, 1);
      const firstAt = await driver.now();
      await driver.at(firstAt + 100);
      await accept(orderId, order, 1, 2);
      await expect(world.orders.connect(world.stranger).close(orderId, order))
        .to.be.revertedWithCustomError(world.orders, "LeaseOrders_NotBuyer")
        .withArgs(world.stranger.address, world.buyer.address);
      await driver.at(firstAt + 300);
      await expect(accept(orderId, order, 2, 3)).to.be.revertedWithCustomError(world.orders, "LeaseOrders_WrongStatus");
      await driver.pass(100);
      await expect(world.orders.connect(world.stranger).close(orderId, order))
        .to.emit(world.orders, "OrderClosed")
        .withArgs(orderId, 3n * driver.price(450) - driver.price(500), driver.price(500));
      expect((await world.settlement.positionOf(world.alice)).earned).to.equal((driver.price(300) * 95n) / 100n);
      expect((await world.settlement.positionOf(world.bob)).earned).to.equal((driver.price(200) * 95n) / 100n);
      for (const provider of [world.alice, world.bob]) expect(await bondedOf(provider)).to.equal(0n);
      for (const nodeId of [1, 2]) expect((await world.nodes.nodeOf(nodeId)).busyUnits).to.equal(0n);
      expect(await lockedOf()).to.equal(0n);
      for (const seat of [0, 1, 2]) expect(await seatStatusOf(orderId, order, seat)).to.equal("Gone");
      await expect(world.orders.close(orderId, order)).to.be.revertedWithCustomError(
        world.orders,
        "LeaseOrders_WrongStatus",
      );
    });

    it("should let the buyer give up early, for the wait so far, in a pause too (T-66)", async () => {
      const { orderId, order } = await open(CLUSTER);
      await accept(orderId, order, 0, 1);
      const firstAt = await driver.now();
      await world.orders.pauseEntries(3_600);
      await driver.at(firstAt + 10);
      await expect(world.orders.connect(world.buyer).close(orderId, order))
        .to.emit(world.orders, "SeatFreed")
        .withArgs(orderId, 0, world.alice.address, driver.price(10));
      expect(await lockedOf()).to.equal(0n);
    });

    it("T-56: should close sixteen waiting seats well below ten million gas (I12)", async () => {
      for (let i = 0; i < 4; i++) await addNode(connection, world, world.alice, world.agent);
      const { orderId, order } = await open({ ...CLUSTER, seats: 16, fillSeconds: 3_600 });
      const nodes = [1, 3, 5, 6, 7, 8].flatMap((nodeId) => [nodeId, nodeId]);
      const items = [...nodes.map((nodeId) => ({ nodeId, by: world.alice })), { nodeId: 2, by: world.bob }];
      for (const [seat, { nodeId, by }] of items.entries()) {
        await world.orders.connect(by).accept(orderId, order, seat, nodeId, NO_DETAILS);
      }
      await driver.pass(3_600);
      const closed = await (await world.orders.close(orderId, order)).wait();
      expect(closed?.gasUsed, "I12").to.be.lessThan(2_500_000n);
      expect(await lockedOf()).to.equal(0n);
    });
  });

  describe("close", () => {
    it("should refund what nobody took and leave leases alone", async () => {
      const { orderId, order } = await open({ seats: 2 });
      await accept(orderId, order, 0, 1);
      await world.orders.connect(world.buyer).close(orderId, order);
      expect(await lockedOf()).to.equal(driver.price(150));
      expect(await seatStatusOf(orderId, order, 0)).to.equal("Leased");
      expect(await seatStatusOf(orderId, order, 1)).to.equal("Gone");
      await expectHeld(orderId, order);
    });

    it("should be anyone's once the listing is over: the credits are the buyer's again (I4)", async () => {
      const { orderId, order } = await open();
      await driver.at(Number(order.openedAt) + 999);
      await expect(world.orders.connect(world.stranger).close(orderId, order)).to.be.revertedWithCustomError(
        world.orders,
        "LeaseOrders_NotBuyer",
      );
      await world.orders.connect(world.stranger).close(orderId, order);
      expect(await lockedOf()).to.equal(0n);
    });
  });

  describe("relist", () => {
    /** An order's lease that alice left 60 seconds after it began: 90 seconds are unserved. */
    async function left() {
      const { orderId, order } = await open({ pledge: PLEDGE, startRate: RATE / 2n, rampSeconds: 0 });
      await accept(orderId, order, 0, 1);
      const { startAt } = await world.leases.leaseOf(1);
      await driver.at(Number(startAt) + 60);
      await world.leases.connect(world.alice).abandon(1);
      return { orderId, order };
    }

    it("should put the rest back with its escrow, for another provider to serve", async () => {
      const { orderId, order } = await left();
      expect(await seatStatusOf(orderId, order, 0)).to.equal("Returned");
      expect(await world.orders.escrowOf(orderId, order)).to.equal(driver.price(90));
      await expectHeld(orderId, order);
      await expect(world.orders.connect(world.stranger).relist(orderId, order, 0))
        .to.emit(world.orders, "SeatRelisted")
        .withArgs(orderId, 0, 1, 90);
      await expectHeld(orderId, order);
      await accept(orderId, order, 0, 2);
      const lease = await world.leases.leaseOf(2);
      expect([lease.nodeId, lease.paidThrough - lease.startAt]).to.deep.equal([2n, 90n]);
      expect(lease.rate).to.equal(RATE);
      await expectHeld(orderId, order);
    });

    it("should climb again, and give back what it saves", async () => {
      const { orderId, order } = await open({ startRate: RATE / 2n, rampSeconds: 200 });
      await driver.at(Number(order.openedAt) + 200);
      await accept(orderId, order, 0, 1);
      await world.leases.connect(world.alice).giveNotice(1);
      await driver.pass(60);
      await world.orders.relist(orderId, order, 0);
      const { relistedAt } = await world.orders.seatOf(orderId, 0);
      await driver.at(Number(relistedAt) + 100);
      await accept(orderId, order, 0, 2);
      expect((await world.leases.leaseOf(2)).rate).to.equal((RATE * 3n) / 4n);
      await expectHeld(orderId, order);
    });

    it("should cost its buyer no more than what was served, however often its provider leaves and comes back", async () => {
      const { orderId, order } = await open({ startRate: RATE / 2n, rampSeconds: 1_000, leaseSeconds: 1_000 });
      let rate = RATE;
      for (let leaseId = 1n; leaseId <= 4n; leaseId++) {
        await accept(orderId, order, 0, 1);
        const lease = await world.leases.leaseOf(leaseId);
        expect(lease.rate, "never above the last").to.be.lessThanOrEqual(rate);
        rate = lease.rate;
        await world.leases.connect(world.alice).giveNotice(leaseId);
        await driver.pass(60);
        await world.leases.release(leaseId);
        await world.orders.connect(world.alice).relist(orderId, order, 0);
        await expectHeld(orderId, order);
      }
      await world.orders.connect(world.buyer).closeSeat(orderId, order, 0);
      expect(await world.orders.escrowOf(orderId, order)).to.equal(0n);
      await expectHeld(orderId, order);
    });

    it("should wait until the lease is over: its provider may leave more unserved until then (T-78)", async () => {
      const { orderId, order } = await open({ pledge: PLEDGE });
      await accept(orderId, order, 0, 1);
      await world.leases.connect(world.alice).giveNotice(1);
      expect(await seatStatusOf(orderId, order, 0)).to.equal("Leased");
      await expect(world.orders.relist(orderId, order, 0)).to.be.revertedWithCustomError(
        world.orders,
        "LeaseOrders_WrongSeatStatus",
      );
      await world.leases.connect(world.alice).abandon(1);
      await world.orders.relist(orderId, order, 0);
      await expectHeld(orderId, order);
    });

    it("should follow a node that went dark, with the buyer absent", async () => {
      const epoch = (await driver.epoch()) + 1;
      await driver.at(driver.startOf(epoch) - 1);
      const { orderId, order } = await open({ leaseSeconds: 1_000, pledge: PLEDGE });
      await accept(orderId, order, 0, 1);
      const [mine] = await driver.finalReport(epoch, [ALL_UP & ~0b111110n, ALL_UP]);
      await world.leases.connect(world.stranger).settle(1, mine.leaf, mine.proof);
      await world.orders.connect(world.stranger).relist(orderId, order, 0);
      await expectHeld(orderId, order);
      await accept(orderId, order, 0, 2);
      await expectHeld(orderId, order);
    });

    it("should let the buyer cancel instead, relisted or not (T-29)", async () => {
      const { orderId, order } = await left();
      const snapshot = await networkHelpers.takeSnapshot();
      for (const relisted of [false, true]) {
        if (relisted) await world.orders.relist(orderId, order, 0);
        await expect(world.orders.connect(world.stranger).closeSeat(orderId, order, 0)).to.be.revertedWithCustomError(
          world.orders,
          "LeaseOrders_NotBuyer",
        );
        await expect(world.orders.connect(world.buyer).closeSeat(orderId, order, 0))
          .to.emit(world.orders, "SeatClosed")
          .withArgs(orderId, 0, driver.price(90));
        await expectHeld(orderId, order);
        for (const call of ["closeSeat", "relist", "start"] as const) {
          await expect(world.orders.connect(world.buyer)[call](orderId, order, 0), call).to.be.revertedWithCustomError(
            world.orders,
            "LeaseOrders_WrongSeatStatus",
          );
        }
        await expect(accept(orderId, order, 0, 2)).to.be.revertedWithCustomError(
          world.orders,
          "LeaseOrders_WrongSeatStatus",
        );
        if (!relisted) await snapshot.restore();
      }
    });

    it("should let anyone close a seat whose new listing is over, and nobody take it", async () => {
      const { orderId, order } = await left();
      await world.orders.relist(orderId, order, 0);
      const { relistedAt } = await world.orders.seatOf(orderId, 0);
      await driver.at(Number(relistedAt) + 1_000);
      await expect(accept(orderId, order, 0, 2))
        .to.be.revertedWithCustomError(world.orders, "LeaseOrders_ListingOver")
        .withArgs(0, relistedAt + 1_000n);
      await world.orders.connect(world.stranger).closeSeat(orderId, order, 0);
      await expectHeld(orderId, order);
    });

    it("should leave the buyer's own close to the buyer: nothing returns to the order", async () => {
      const { orderId, order } = await open();
      await accept(orderId, order, 0, 1);
      await world.leases.connect(world.buyer).close(1);
      expect(await seatStatusOf(orderId, order, 0)).to.equal("Leased");
      expect(await world.orders.escrowOf(orderId, order)).to.equal(0n);
      await expectHeld(orderId, order);
    });
  });
});
