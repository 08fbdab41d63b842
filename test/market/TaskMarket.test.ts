import { expect } from "chai";
import hre from "hardhat";

import { BODY_ROOT, CREDIT, HEADER, MILL, marketWorld, OUTPUT_ROOT, taskTerms, type World } from "./marketFixture.js";
import { NODE_OF_ALICE, NODE_OF_BOB, TaskDriver } from "./taskDriver.js";

const connection = await hre.network.create();
const { ethers, networkHelpers } = connection;

async function fixture() {
  return marketWorld(connection);
}

describe("TaskMarket", () => {
  let world: World;
  let driver: TaskDriver;

  beforeEach(async () => {
    world = await networkHelpers.loadFixture(fixture);
    driver = new TaskDriver(connection, world);
  });

  const lockedOf = async (account = world.buyer) => (await world.settlement.accountOf(account)).locked;
  const freeOf = async (account = world.buyer) => (await world.settlement.accountOf(account)).free;
  const bondedOf = async (provider = world.alice) => (await world.staking.accountOf(provider)).bonded;
  const busyOf = async (nodeId = NODE_OF_ALICE) => (await world.nodes.nodeOf(nodeId)).busyUnits;

  describe("constructor", () => {
    it("should refuse a missing address and name it", async () => {
      const { authority, token, settlement, staking, nodes, traits, claims } = world;
      const addresses = { authority, token, settlement, staking, nodes, traits, claims };
      for (const missing of Object.keys(addresses)) {
        const given = Object.entries(addresses).map(([name, at]) => (name === missing ? ethers.ZeroAddress : at));
        await expect(ethers.deployContract("TaskMarket", [...given, world.parameters.taskBondRule]))
          .to.be.revertedWithCustomError(world.tasks, "TaskMarket_ZeroAddress")
          .withArgs(missing);
      }
    });
  });

  describe("open", () => {
    it("should lock the max price and list the task", async () => {
      const free = await freeOf();
      const { taskId } = await driver.open();
      expect(taskId).to.equal(1n);
      expect(await driver.statusOf(taskId)).to.equal("Listed");
      expect(await lockedOf()).to.equal(200n * CREDIT);
      expect(await freeOf()).to.equal(free - 200n * CREDIT);
    });

    it("should emit the order in full, and store its hash", async () => {
      const { taskId, order } = await driver.open({ nodeIds: [2n, 1n], dataUri: "http://host/α" });
      const [event] = await world.tasks.queryFilter(world.tasks.filters.TaskOpened(taskId));
      const { terms, snapshot } = event.args;
      expect(terms.dataUri).to.equal("http://host/α");
      expect([...terms.nodeIds]).to.deep.equal([2n, 1n]);
      expect(snapshot.feePpm).to.equal(world.parameters.tradeTerms.feePpm);
      expect(await world.tasks.hashOf(order)).to.equal((await world.tasks.taskOf(taskId)).orderHash);
    });

    it("should give answers the time that forcing them in takes, unless it is a small job", async () => {
      const least = await world.claims.minResponseSeconds();
      expect(least).to.equal(7_200n);
      const open = (terms: Parameters<typeof taskTerms>[0]) => world.tasks.connect(world.buyer).open(taskTerms(terms));
      await expect(open({ isSmallJob: false, responseSeconds: least - 1n }))
        .to.be.revertedWithCustomError(world.tasks, "TaskMarket_TermOutOfBounds")
        .withArgs("responseSeconds", least - 1n, least, 2_592_000n);
      await open({ isSmallJob: false, responseSeconds: least });
      await open({ isSmallJob: true, responseSeconds: 1n });
    });

    it("should refuse terms out of bounds, with the bounds", async () => {
      const now = await networkHelpers.time.latest();
      const uint96 = 2n ** 96n - 1n;
      const cases: [string, Parameters<typeof taskTerms>[0], bigint, bigint, bigint | null][] = [
        ["units", { units: 0 }, 0n, 1n, 65_535n],
        ["nodeIds", { nodeIds: Array(33).fill(1n) }, 33n, 0n, 32n],
        ["maxPrice", { startPrice: 0n, maxPrice: 0n }, 0n, 1n, uint96],
        ["startPrice", { startPrice: 0n }, 0n, 1n, 200n * CREDIT],
        ["startPrice", { startPrice: 201n * CREDIT }, 201n * CREDIT, 1n, 200n * CREDIT],
        ["ackSeconds", { ackSeconds: 0 }, 0n, 1n, 86_400n],
        ["ackSeconds", { ackSeconds: 86_401 }, 86_401n, 1n, 86_400n],
        ["workSeconds", { workSeconds: 0 }, 0n, 1n, 31_536_000n],
        ["windowSeconds", { windowSeconds: 0 }, 0n, 1n, 2_592_000n],
        ["responseSeconds", { responseSeconds: 2_592_001 }, 2_592_001n, 1n, 2_592_000n],
        ["dataUri", { dataUri: "x".repeat(257) }, 257n, 0n, 256n],
      ];
      for (const [name, change, value, min, max] of cases) {
        await expect(world.tasks.connect(world.buyer).open(taskTerms(change)))
          .to.be.revertedWithCustomError(world.tasks, "TaskMarket_TermOutOfBounds")
          .withArgs(name, value, min, max);
      }
      await expect(world.tasks.connect(world.buyer).open(taskTerms({ expiresAt: now }))).to.be.revertedWithCustomError(
        world.tasks,
        "TaskMarket_TermOutOfBounds",
      );
    });

    it("should refuse more than the buyer's free credits", async () => {
      const maxPrice = (await freeOf()) + 1n;
      await expect(world.tasks.connect(world.buyer).open(taskTerms({ maxPrice }))).to.be.revertedWithCustomError(
        world.settlement,
        "BurnMintSettlement_TooFewFree",
      );
    });

    it("should refuse while entries are paused, and only this (T-66)", async () => {
      const opened = await driver.open();
      const confirmed = await driver.inStatus("Confirmed");
      await world.tasks.pauseEntries(3_600);
      await expect(world.tasks.connect(world.buyer).open(taskTerms())).to.be.revertedWithCustomError(
        world.tasks,
        "EntryPause_EntriesPaused",
      );
      await driver.accept(opened);
      await driver.submit(opened);
      await world.tasks.finalize(confirmed.taskId, confirmed.order);
      expect(await driver.statusOf(confirmed.taskId)).to.equal("Finalized");
    });
  });

  describe("accept", () => {
    it("should reserve the node and bond its provider by equation (9)", async () => {
      const opened = await driver.open({ rampSeconds: 0, outsideValue: 50n * CREDIT });
      await driver.accept(opened, false);
      // (200 + 50) · (1 − ½) / (½ · ½) credits at 2 USD per MILL
      expect(await bondedOf()).to.equal(250n * MILL);
      expect(await world.tasks.bondOfUp(opened.order, 200n * CREDIT)).to.equal(250n * MILL);
      expect(await busyOf()).to.equal(1n);
      expect(await driver.statusOf(opened.taskId)).to.equal("Accepted");
    });

    it("should fix the price of its second", async () => {
      const opened = await driver.open();
      const openedAt = Number(opened.order.snapshot.openedAt);
      await networkHelpers.time.setNextBlockTimestamp(openedAt + 25);
      await expect(driver.accept(opened))
        .to.emit(world.tasks, "TaskAccepted")
        .withArgs(opened.taskId, world.alice.address, NODE_OF_ALICE, 1, 125n * CREDIT, 125n * MILL, openedAt + 55);
      expect(await world.tasks.priceAtDown(opened.order, openedAt + 25)).to.equal(125n * CREDIT);
    });

    it("should take at least the floor", async () => {
      const opened = await driver.open({ startPrice: 1n, maxPrice: 1n });
      await driver.accept(opened);
      expect(await bondedOf()).to.equal(world.parameters.taskBondRule.floor);
    });

    it("should let the node's agent accept", async () => {
      const opened = await driver.open();
      await driver.accept(opened, true, NODE_OF_ALICE, world.agent);
      expect(await driver.statusOf(opened.taskId)).to.equal("Working");
    });

    it("should let nobody else put a provider's bond at risk (T-54)", async () => {
      const opened = await driver.open();
      for (const caller of [world.stranger, world.bob, world.buyer]) {
        await expect(driver.accept(opened, true, NODE_OF_ALICE, caller))
          .to.be.revertedWithCustomError(world.tasks, "TaskMarket_NotProvider")
          .withArgs(caller.address, NODE_OF_ALICE);
      }
    });

    it("should refuse a buyer's own node", async () => {
      await world.token.transfer(world.alice, 1_000n * MILL);
      await world.token.connect(world.alice).approve(world.settlement, 1_000n * MILL);
      await world.settlement.connect(world.alice).buy(1_000n * MILL, 0n, 0n);
      const opened = await driver.open({}, world.alice);
      await expect(driver.accept(opened))
        .to.be.revertedWithCustomError(world.tasks, "TaskMarket_OwnTask")
        .withArgs(world.alice.address);
    });

    it("should refuse nodes that the order leaves out", async () => {
      const listed = await driver.open({ nodeIds: [NODE_OF_BOB] });
      await expect(driver.accept(listed))
        .to.be.revertedWithCustomError(world.tasks, "TaskMarket_NodeNotListed")
        .withArgs(NODE_OF_ALICE);
      await driver.accept(listed, true, NODE_OF_BOB);

      const classed = await driver.open({ classId: 9 });
      await expect(driver.accept(classed))
        .to.be.revertedWithCustomError(world.tasks, "TaskMarket_WrongClass")
        .withArgs(NODE_OF_ALICE, 1, 9);
    });

    it("should refuse a node without free units, and a stake that does not cover the bond", async () => {
      const tooLarge = await driver.open({ units: 3 });
      await expect(driver.accept(tooLarge)).to.be.revertedWithCustomError(world.nodes, "NodeRegistry_TooFewUnits");
      const tooRisky = await driver.open({ outsideValue: 1_000_000n * CREDIT });
      await expect(driver.accept(tooRisky)).to.be.revertedWithCustomError(
        world.staking,
        "StakingRegistry_ActiveTooLow",
      );
    });

    it("should refuse after expiry, also what failed before it (T-45)", async () => {
      const now = await networkHelpers.time.latest();
      const opened = await driver.open({ expiresAt: now + 100 });
      await driver.accept(opened, false);
      await networkHelpers.time.setNextBlockTimestamp(now + 100);
      await driver.accept(opened, false, NODE_OF_BOB);
      await driver.pass(40);
      await expect(driver.accept(opened))
        .to.be.revertedWithCustomError(world.tasks, "TaskMarket_Expired")
        .withArgs(opened.taskId, now + 100);
    });

    it("should refuse an order that differs in any field", async () => {
      const { taskId, order } = await driver.open();
      const forged = { ...order, terms: { ...order.terms, maxPrice: 201n * CREDIT } };
      await expect(driver.accept({ taskId, order: forged })).to.be.revertedWithCustomError(
        world.tasks,
        "TaskMarket_WrongOrder",
      );
    });

    it("should count attempts to the last and then leave only cancel", async () => {
      const opened = await driver.open({ expiresAt: 2n ** 40n });
      const slot = await storageSlotOfAttempt(opened.taskId);
      await slot.write(255n);
      await expect(driver.accept(opened))
        .to.be.revertedWithCustomError(world.tasks, "TaskMarket_NoAttemptsLeft")
        .withArgs(opened.taskId, 255);
      await world.tasks.connect(world.buyer).cancel(opened.taskId, opened.order);
      expect(await lockedOf()).to.equal(0n);
    });
  });

  describe("acknowledge", () => {
    it("should start the deadline", async () => {
      const opened = await driver.inStatus("Accepted");
      await world.tasks.connect(world.agent).acknowledge(opened.taskId, opened.order);
      const { deadlineAt } = await world.tasks.taskOf(opened.taskId);
      expect(deadlineAt).to.equal((await networkHelpers.time.latest()) + 120);
    });

    it("should refuse anybody but provider and agent", async () => {
      const opened = await driver.inStatus("Accepted");
      await expect(
        world.tasks.connect(world.stranger).acknowledge(opened.taskId, opened.order),
      ).to.be.revertedWithCustomError(world.tasks, "TaskMarket_NotProvider");
    });
  });

  describe("submit", () => {
    it("should post the claim with the order's terms", async () => {
      const opened = await driver.inStatus("Working");
      const claimId = opened.taskId * 256n + 1n;
      await expect(driver.submit(opened))
        .to.emit(world.tasks, "TaskSubmitted")
        .withArgs(opened.taskId, 1, claimId, BODY_ROOT, OUTPUT_ROOT);
      const [posted] = await world.claims.queryFilter(world.claims.filters.ClaimPosted(claimId));
      const { terms } = posted.args.claim;
      expect(terms.provider).to.equal(world.alice.address);
      expect(terms.buyer).to.equal(world.buyer.address);
      expect(terms.bond).to.equal(await bondedOf());
      expect(terms.inputRoot).to.equal(opened.order.terms.inputRoot);
      expect(terms.windowSeconds).to.equal(60n);
    });

    it("should refuse a stranger and another program", async () => {
      const opened = await driver.inStatus("Working");
      await expect(driver.submit(opened, world.bob)).to.be.revertedWithCustomError(
        world.tasks,
        "TaskMarket_NotProvider",
      );
      const header = { ...HEADER, outWords: 64n };
      await expect(
        world.tasks.connect(world.alice).submit(opened.taskId, opened.order, header, BODY_ROOT, OUTPUT_ROOT),
      ).to.be.revertedWithCustomError(world.claims, "ResultClaims_OtherProgram");
    });
  });

  describe("finalize", () => {
    it("should pay the price, refund the rest, return the bond and free the node", async () => {
      const opened = await driver.open();
      await networkHelpers.time.setNextBlockTimestamp(Number(opened.order.snapshot.openedAt) + 25);
      await driver.accept(opened);
      await driver.submit(opened);
      await driver.pass(70);
      const free = await freeOf();
      await expect(world.tasks.connect(world.stranger).finalize(opened.taskId, opened.order))
        .to.emit(world.tasks, "TaskFinalized")
        .withArgs(opened.taskId, world.alice.address, 1, 125n * CREDIT, 75n * CREDIT);
      expect(await freeOf()).to.equal(free + 75n * CREDIT);
      expect(await lockedOf()).to.equal(0n);
      expect(await bondedOf()).to.equal(0n);
      expect(await busyOf()).to.equal(0n);
      const { earned } = await world.settlement.positionOf(world.alice);
      expect(earned).to.equal((125n * CREDIT * 95n) / 100n);
    });

    it("should pay the fee of the opening, whatever it is now (T-22, I10)", async () => {
      const opened = await driver.inStatus("Confirmed");
      await world.terms.setTradeTerms({ ...world.parameters.tradeTerms, feePpm: 100_000 });
      await world.tasks.setBondRule({ floor: MILL, detectionPpm: 10_000 });
      const { acceptedAfterSeconds } = await world.tasks.taskOf(opened.taskId);
      const openedAt = BigInt(opened.order.snapshot.openedAt);
      const price = await world.tasks.priceAtDown(opened.order, openedAt + acceptedAfterSeconds);
      await world.tasks.finalize(opened.taskId, opened.order);
      const { earned } = await world.settlement.positionOf(world.alice);
      expect(earned, "I10").to.equal(price - (price * 50_000n + 999_999n) / 1_000_000n);
    });
  });

  describe("release", () => {
    it("should return the whole bond after a missed acknowledgement", async () => {
      const opened = await driver.inStatus("Unacknowledged");
      const bond = await bondedOf();
      await expect(world.tasks.release(opened.taskId, opened.order))
        .to.emit(world.tasks, "TaskRelisted")
        .withArgs(opened.taskId, 1, 4, 0n, bond);
      expect(await bondedOf()).to.equal(0n);
      expect(await busyOf()).to.equal(0n);
      expect(await lockedOf()).to.equal(200n * CREDIT);
    });

    it("should slash a fifth after a missed deadline, most of it for the buyer", async () => {
      const opened = await driver.inStatus("Overdue");
      const bond = await bondedOf();
      const { active } = await world.staking.accountOf(world.alice);
      await expect(world.tasks.release(opened.taskId, opened.order))
        .to.emit(world.tasks, "TaskRelisted")
        .withArgs(opened.taskId, 1, 6, bond / 5n, (bond * 4n) / 5n);
      expect((await world.staking.accountOf(world.alice)).active).to.equal(active + (bond * 4n) / 5n);
      expect((await world.settlement.accountOf(world.buyer)).owedMill).to.equal(((bond / 5n) * 4n) / 5n);
    });

    it("should only free the node after a slashed claim: its bond is gone already (T-23)", async () => {
      const opened = await driver.inStatus("Rejected");
      const other = await driver.open({ rampSeconds: 0 });
      await driver.accept(other);
      const bonded = await bondedOf();
      await world.tasks.release(opened.taskId, opened.order);
      expect(await bondedOf()).to.equal(bonded);
      expect(await busyOf()).to.equal(1n);
    });
  });

  describe("cancel", () => {
    it("should return the whole escrow to the buyer", async () => {
      const opened = await driver.open();
      await expect(world.tasks.connect(world.buyer).cancel(opened.taskId, opened.order))
        .to.emit(world.tasks, "TaskCancelled")
        .withArgs(opened.taskId, 200n * CREDIT);
      expect(await lockedOf()).to.equal(0n);
    });

    it("should let anyone return it to the buyer after expiry, and nobody before", async () => {
      const now = await networkHelpers.time.latest();
      const opened = await driver.open({ expiresAt: now + 50 });
      const byStranger = () => world.tasks.connect(world.stranger).cancel(opened.taskId, opened.order);
      await networkHelpers.time.setNextBlockTimestamp(now + 50);
      await expect(byStranger())
        .to.be.revertedWithCustomError(world.tasks, "TaskMarket_NotBuyer")
        .withArgs(world.stranger.address, world.buyer.address, now + 50);
      await networkHelpers.time.setNextBlockTimestamp(now + 51);
      await byStranger();
      expect(await lockedOf()).to.equal(0n);
    });

    it("should tidy up a failed attempt first", async () => {
      const opened = await driver.inStatus("Overdue");
      await expect(world.tasks.connect(world.buyer).cancel(opened.taskId, opened.order)).to.emit(
        world.tasks,
        "TaskRelisted",
      );
      expect(await busyOf()).to.equal(0n);
      expect(await bondedOf()).to.equal(0n);
      expect(await lockedOf()).to.equal(0n);
    });

    it("should work with provider and node gone (T-52, I4)", async () => {
      const opened = await driver.inStatus("Overdue");
      await world.nodes.connect(world.alice).retire(NODE_OF_ALICE);
      await world.staking
        .connect(world.alice)
        .unstake((await world.staking.accountOf(world.alice)).active - 2_000n * MILL);
      await world.tasks.connect(world.buyer).cancel(opened.taskId, opened.order);
      expect(await lockedOf(), "I4").to.equal(0n);
    });
  });

  describe("deadlines", () => {
    it("should include their last second, and nothing after it", async () => {
      const now = await networkHelpers.time.latest();
      const opened = await driver.open({ expiresAt: now + 500 });
      await networkHelpers.time.increaseTo(now + 500);
      expect(await driver.statusOf(opened.taskId)).to.equal("Listed");
      await networkHelpers.time.increaseTo(now + 501);
      expect(await driver.statusOf(opened.taskId)).to.equal("Expired");
    });

    it("should let a provider acknowledge and submit in the last second", async () => {
      const opened = await driver.inStatus("Accepted");
      const ackBy = Number((await world.tasks.taskOf(opened.taskId)).deadlineAt);
      await networkHelpers.time.setNextBlockTimestamp(ackBy);
      await world.tasks.connect(world.alice).acknowledge(opened.taskId, opened.order);
      const submitBy = Number((await world.tasks.taskOf(opened.taskId)).deadlineAt);
      await networkHelpers.time.setNextBlockTimestamp(submitBy);
      await driver.submit(opened);
      expect(await driver.statusOf(opened.taskId)).to.equal("Submitted");
    });
  });

  describe("relisting", () => {
    it("should let another provider finish after a slash, out of the same escrow", async () => {
      const opened = await driver.inStatus("Rejected");
      await driver.pass(100);
      await driver.accept(opened, true, NODE_OF_BOB);
      await driver.submit(opened, world.bob);
      await driver.pass(70);
      await world.tasks.finalize(opened.taskId, opened.order);
      expect((await world.settlement.positionOf(world.bob)).earned).to.equal(190n * CREDIT);
      expect((await world.settlement.positionOf(world.alice)).earned).to.equal(0n);
      expect(await lockedOf()).to.equal(0n);
      expect(await bondedOf(world.bob)).to.equal(0n);
    });

    it("should not take the escrow of the buyer's other tasks (T-24)", async () => {
      const first = await driver.open({ startPrice: 10n * CREDIT, maxPrice: 10n * CREDIT });
      const second = await driver.open({ startPrice: 70n * CREDIT, maxPrice: 70n * CREDIT });
      await world.tasks.connect(world.buyer).cancel(first.taskId, first.order);
      expect(await lockedOf()).to.equal(70n * CREDIT);
      await expect(world.tasks.connect(world.buyer).cancel(second.taskId, first.order)).to.be.revertedWithCustomError(
        world.tasks,
        "TaskMarket_WrongOrder",
      );
    });
  });

  describe("setBondRule", () => {
    it("should set the rule of later tasks only", async () => {
      const before = await driver.open({ rampSeconds: 0 });
      await expect(world.tasks.setBondRule({ floor: MILL, detectionPpm: 250_000 }))
        .to.emit(world.tasks, "BondRuleSet")
        .withArgs([MILL, 250_000n]);
      const after = await driver.open({ rampSeconds: 0 });
      expect(await world.tasks.bondOfUp(before.order, 200n * CREDIT)).to.equal(200n * MILL);
      expect(await world.tasks.bondOfUp(after.order, 200n * CREDIT)).to.equal(600n * MILL);
    });

    it("should refuse values out of bounds and callers without the role", async () => {
      const rule = world.parameters.taskBondRule;
      for (const [name, change] of [
        ["floor", { floor: 0n }],
        ["floor", { floor: 1_000_001n * MILL }],
        ["detectionPpm", { detectionPpm: 9_999 }],
        ["detectionPpm", { detectionPpm: 1_000_001 }],
      ] as const) {
        await expect(world.tasks.setBondRule({ ...rule, ...change }))
          .to.be.revertedWithCustomError(world.tasks, "TaskMarket_RuleOutOfBounds")
          .withArgs(
            name,
            Object.values(change)[0],
            name === "floor" ? 1n : 10_000n,
            name === "floor" ? 10n ** 24n : 10n ** 6n,
          );
      }
      await expect(world.tasks.connect(world.stranger).setBondRule(rule)).to.be.revertedWithCustomError(
        world.tasks,
        "AccessManagedUnauthorized",
      );
    });
  });

  /** The byte of `attempt` in storage: only so can the end of 255 attempts be reached in a test. */
  async function storageSlotOfAttempt(taskId: bigint) {
    const { attempt } = await world.tasks.taskOf(taskId);
    const address = await world.tasks.getAddress();
    for (let mappingSlot = 0n; mappingSlot < 8n; mappingSlot++) {
      const base = ethers.keccak256(
        ethers.AbiCoder.defaultAbiCoder().encode(["uint256", "uint256"], [taskId, mappingSlot]),
      );
      const stored = await ethers.provider.getStorage(address, base);
      if (stored !== (await world.tasks.taskOf(taskId)).orderHash) continue;
      const slot = BigInt(base) + 1n;
      const word = BigInt(await ethers.provider.getStorage(address, slot));
      const shift = 64n + 96n + 48n + 32n;
      return {
        async write(value: bigint) {
          const cleared = word & ~(0xffn << shift);
          await networkHelpers.setStorageAt(
            address,
            ethers.toBeHex(slot),
            ethers.toBeHex(cleared | (value << shift), 32),
          );
        },
        attempt,
      };
    }
    throw new Error("the task's storage was not found");
  }
});
