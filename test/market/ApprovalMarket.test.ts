import { expect } from "chai";
import { keccak256, ZeroHash } from "ethers";
import hre from "hardhat";

import { ApprovalDriver, CHUNKS, delivery, KEY_SECONDS, WINDOW_SECONDS, WORK_SECONDS } from "./approvalDriver.js";
import { CREDIT, marketWorld, taskTerms, type World } from "./marketFixture.js";
import { NODE_OF_ALICE, NODE_OF_BOB, type Opened } from "./taskDriver.js";

const connection = await hre.network.create();
const { networkHelpers } = connection;

const NEVER = 2n ** 48n - 1n;
const MAX = 200n * CREDIT;

async function fixture() {
  return marketWorld(connection);
}

describe("ApprovalMarket", () => {
  let world: World;
  let driver: ApprovalDriver;

  beforeEach(async () => {
    world = await networkHelpers.loadFixture(fixture);
    driver = new ApprovalDriver(connection, world);
  });

  const lockedOf = async () => (await world.settlement.accountOf(world.buyer)).locked;
  const freeOf = async () => (await world.settlement.accountOf(world.buyer)).free;
  const bondedOf = async (provider = world.alice) => (await world.staking.accountOf(provider)).bonded;
  const busyOf = async (nodeId = NODE_OF_ALICE) => (await world.nodes.nodeOf(nodeId)).busyUnits;
  const progressOf = async ({ taskId }: Opened) => world.approvals.progressOf(taskId);
  const priceOf = async ({ taskId, order }: Opened) => {
    const { acceptedAfterSeconds } = await world.approvals.taskOf(taskId);
    return world.approvals.priceAtDown(order, BigInt(order.snapshot.openedAt) + acceptedAfterSeconds);
  };

  describe("open", () => {
    it("should lock the highest price of every chunk", async () => {
      const free = await freeOf();
      const opened = await driver.open();
      expect(await lockedOf()).to.equal(MAX * BigInt(CHUNKS));
      expect(await freeOf()).to.equal(free - MAX * BigInt(CHUNKS));
      const { escrow, chunks, left } = await progressOf(opened);
      expect([escrow, chunks, left]).to.deep.equal([MAX * BigInt(CHUNKS), BigInt(CHUNKS), BigInt(CHUNKS)]);
    });

    it("should refuse no chunks, an escrow beyond its field, and times out of bounds", async () => {
      const market = world.approvals.connect(world.buyer);
      const cases: [Parameters<typeof taskTerms>[0], number, string, bigint, bigint, bigint][] = [
        [{}, 0, "chunks", 0n, 1n, (2n ** 96n - 1n) / MAX],
        [{ maxPrice: 2n ** 95n }, 2, "chunks", 2n, 1n, 1n],
        [{ windowSeconds: 259_201 }, 1, "windowSeconds", 259_201n, 1n, 259_200n],
        [{ windowSeconds: 0 }, 1, "windowSeconds", 0n, 1n, 259_200n],
        [{ responseSeconds: 0 }, 1, "responseSeconds", 0n, 1n, 2_592_000n],
      ];
      for (const [changes, chunks, name, value, min, max] of cases) {
        await expect(market.open(taskTerms(changes), chunks))
          .to.be.revertedWithCustomError(market, "TaskMarket_TermOutOfBounds")
          .withArgs(name, value, min, max);
      }
      await world.approvals.pauseEntries(100);
      await expect(market.open(taskTerms(), 1)).to.be.revertedWithCustomError(market, "EntryPause_EntriesPaused");
    });
  });

  describe("a task that goes well", () => {
    it("should pay each chunk its price, and at the end give back the rest, the bond and the node", async () => {
      const opened = await driver.working(4);
      const free = await freeOf();
      const price = await priceOf(opened);
      expect(price).to.be.lessThan(MAX);
      for (const chunk of [0, 1, 2]) await driver.deliver(opened, chunk);
      expect(await lockedOf()).to.equal(4n * MAX - 3n * price);
      await driver.submit(opened, 3);
      await driver.approve(opened, 3);
      const last = await driver.release(opened, 3);
      await expect(last)
        .to.emit(world.approvals, "TaskFinalized")
        .withArgs(opened.taskId, world.alice, 1, 4n * price, 4n * (MAX - price));
      const { earned } = await world.settlement.positionOf(world.alice);
      expect(earned).to.be.closeTo((4n * price * 95n) / 100n, 4n);
      expect(await lockedOf()).to.equal(0n);
      expect(await freeOf()).to.equal(free + 4n * (MAX - price));
      expect(await bondedOf()).to.equal(0n);
      expect(await busyOf()).to.equal(0n);
      expect(await driver.statusOf(opened)).to.equal("Finalized");
    });

    it("should publish the key with the pay, and take no other one", async () => {
      const opened = await driver.inChunkStatus("Approved");
      const { approvals, alice } = world;
      const { previewHash, cipherRoot, key } = delivery(0);
      const wrong: [string, string, string][] = [
        [previewHash, cipherRoot, delivery(0, 2).key],
        [ZeroHash, cipherRoot, key],
        [previewHash, ZeroHash, key],
      ];
      for (const [preview, cipher, given] of wrong) {
        await expect(
          approvals.connect(alice).releaseKey(opened.taskId, opened.order, 0, preview, cipher, given),
        ).to.be.revertedWithCustomError(approvals, "ApprovalMarket_WrongKey");
      }
      const price = await priceOf(opened);
      await expect(driver.release(opened, 0)).to.emit(approvals, "ChunkPaid").withArgs(opened.taskId, 0, key, price);
    });

    it("T-43: should pay no chunk for the key of another, be it the same, nor before it is approved", async () => {
      const { approvals, alice, buyer } = world;
      const { taskId, order } = await driver.working();
      const zeroKey = keccak256(ZeroHash);
      const release = async (chunk: number) =>
        approvals.connect(alice).releaseKey(taskId, order, chunk, ZeroHash, ZeroHash, ZeroHash);
      for (const chunk of [0, 1]) {
        await approvals.connect(alice).submitChunk(taskId, order, chunk, ZeroHash, ZeroHash, zeroKey);
        await expect(release(chunk)).to.be.revertedWithCustomError(approvals, "ApprovalMarket_WrongChunkStatus");
      }
      await approvals.connect(buyer).approveChunk(taskId, order, 0);
      await release(0);
      await expect(release(1)).to.be.revertedWithCustomError(approvals, "ApprovalMarket_WrongChunkStatus");
      expect((await approvals.progressOf(taskId)).left).to.equal(4n);
    });

    it("T-49: should pay a chunk once", async () => {
      const opened = await driver.inChunkStatus("Paid");
      await expect(driver.release(opened, 0)).to.be.revertedWithCustomError(
        world.approvals,
        "ApprovalMarket_WrongChunkStatus",
      );
      const calls = [1, 1].map(() =>
        world.approvals.interface.encodeFunctionData("approveChunk", [opened.taskId, opened.order, 1]),
      );
      await driver.submit(opened, 1);
      await expect(world.approvals.connect(world.buyer).multicall(calls)).to.be.revertedWithCustomError(
        world.approvals,
        "ApprovalMarket_WrongChunkStatus",
      );
    });

    it("should go by itself with a buyer that never answers", async () => {
      const opened = await driver.working(2);
      for (const chunk of [0, 1]) await driver.submit(opened, chunk);
      await driver.pass(WINDOW_SECONDS + 5);
      for (const chunk of [0, 1]) await driver.release(opened, chunk);
      expect(await driver.statusOf(opened)).to.equal("Finalized");
    });
  });

  describe("chunks in flight", () => {
    it("should be at most three, until one is paid or refunded", async () => {
      const opened = await driver.working();
      for (const chunk of [4, 0, 2]) await driver.submit(opened, chunk);
      await expect(driver.submit(opened, 1))
        .to.be.revertedWithCustomError(world.approvals, "ApprovalMarket_TooManyInFlight")
        .withArgs(opened.taskId, 3);
      await driver.approve(opened, 2);
      await expect(driver.submit(opened, 1)).to.be.revertedWithCustomError(
        world.approvals,
        "ApprovalMarket_TooManyInFlight",
      );
      await driver.release(opened, 2);
      await driver.submit(opened, 1);
      expect((await progressOf(opened)).inFlight).to.equal(3n);
    });

    it("should have numbers of the order", async () => {
      const opened = await driver.working();
      for (const chunk of [CHUNKS, 65_535]) {
        await expect(driver.submit(opened, chunk))
          .to.be.revertedWithCustomError(world.approvals, "ApprovalMarket_NoSuchChunk")
          .withArgs(opened.taskId, chunk, CHUNKS);
      }
    });
  });

  describe("the provider's clock", () => {
    it("should start anew with each submission and rest while all waits for the buyer", async () => {
      const opened = await driver.working();
      const deadline = async () => (await world.approvals.taskOf(opened.taskId)).deadlineAt;
      const fromNow = async () => BigInt((await networkHelpers.time.latest()) + WORK_SECONDS);
      await driver.submit(opened, 0);
      expect(await deadline()).to.equal(await fromNow());
      await driver.submit(opened, 1);
      await driver.submit(opened, 2);
      expect(await deadline()).to.equal(NEVER);
      await driver.pass(40);
      await driver.approve(opened, 0);
      expect(await deadline()).to.equal(NEVER);
      await driver.release(opened, 0);
      expect(await deadline()).to.equal(await fromNow());
    });

    it("T-61: should never be shortened by the buyer: a rejection starts a resting clock and leaves a running one", async () => {
      const opened = await driver.working(2);
      const deadline = async () => (await world.approvals.taskOf(opened.taskId)).deadlineAt;
      await driver.submit(opened, 0);
      const running = await deadline();
      await driver.pass(10);
      await driver.reject(opened, 0);
      expect(await deadline()).to.equal(running);
      await driver.submit(opened, 0, 2);
      await driver.submit(opened, 1);
      expect(await deadline()).to.equal(NEVER);
      await driver.pass(10);
      await driver.reject(opened, 1);
      expect(await deadline()).to.equal(BigInt((await networkHelpers.time.latest()) + WORK_SECONDS));
    });

    it("should make the task Overdue when it runs out, though chunks wait for the buyer", async () => {
      const opened = await driver.working();
      await driver.submit(opened, 0);
      await driver.pass(WORK_SECONDS + 1);
      expect(await driver.statusOf(opened)).to.equal("Overdue");
    });
  });

  describe("rejection", () => {
    it("should allow two more submissions, then refund the chunk and let either side end the rest", async () => {
      const { approvals, buyer } = world;
      const opened = await driver.working();
      const bond = await bondedOf();
      await driver.deliver(opened, 1);
      const price = await priceOf(opened);
      await driver.submit(opened, 0);
      await driver.reject(opened, 0);
      await driver.submit(opened, 0, 2);
      await driver.reject(opened, 0);
      await driver.submit(opened, 0, 3);
      const before = await freeOf();
      await expect(driver.reject(opened, 0)).to.emit(approvals, "ChunkRefunded").withArgs(opened.taskId, 0, MAX);
      expect(await freeOf()).to.equal(before + MAX);
      expect(await driver.statusOf(opened)).to.equal("Working");
      expect(bond).to.be.greaterThan(0n);
      const { active } = await world.staking.accountOf(world.alice);
      await expect(approvals.connect(buyer).endRest(opened.taskId, opened.order))
        .to.emit(approvals, "TaskCancelled")
        .withArgs(opened.taskId, 5n * MAX - price - MAX);
      expect(await lockedOf()).to.equal(0n);
      expect((await world.staking.accountOf(world.alice)).active).to.equal(active + bond);
      expect(await busyOf()).to.equal(0n);
    });

    it("should not end anything by itself: the rest can be delivered", async () => {
      const opened = await driver.working(2);
      await driver.refund(opened, 0);
      await driver.deliver(opened, 1);
      expect(await driver.statusOf(opened)).to.equal("Finalized");
      expect(await lockedOf()).to.equal(0n);
    });

    it("should finalize a task whose last chunk is refunded", async () => {
      const opened = await driver.working(1);
      await driver.refund(opened, 0);
      expect(await driver.statusOf(opened)).to.equal("Finalized");
      expect(await lockedOf()).to.equal(0n);
      expect(await bondedOf()).to.equal(0n);
    });

    it("should let a buyer reject and end in one transaction, before the provider can submit again", async () => {
      const { approvals, buyer } = world;
      const opened = await driver.working();
      await driver.refund(opened, 0);
      await driver.submit(opened, 1);
      const { interface: abi } = approvals;
      await approvals
        .connect(buyer)
        .multicall([
          abi.encodeFunctionData("rejectChunk", [opened.taskId, opened.order, 1, ZeroHash]),
          abi.encodeFunctionData("endRest", [opened.taskId, opened.order]),
        ]);
      expect(await driver.statusOf(opened)).to.equal("Cancelled");
    });
  });

  describe("non-delivery", () => {
    it("T-52: should cost a provider that withholds a key a part of its bond, and list what is left", async () => {
      const { approvals, stranger, settlement, buyer } = world;
      const opened = await driver.working();
      await driver.deliver(opened, 0);
      await driver.submit(opened, 1);
      await driver.approve(opened, 1);
      await driver.pass(KEY_SECONDS + 1);
      const bond = await bondedOf();
      const slashed = (bond + 4n) / 5n;
      await expect(approvals.connect(stranger).timeoutKey(opened.taskId, opened.order, 1))
        .to.emit(approvals, "TaskRelisted")
        .withArgs(opened.taskId, 1, 6, slashed, bond - slashed);
      expect(await driver.statusOf(opened)).to.equal("Listed");
      expect((await settlement.accountOf(buyer)).owedMill).to.equal((slashed * 4n) / 5n);
      expect(await busyOf()).to.equal(0n);
      const { left, inFlight, toRedo, escrow } = await progressOf(opened);
      expect([left, inFlight, toRedo]).to.deep.equal([4n, 0n, 0n]);
      expect(escrow).to.equal(await lockedOf());
    });

    it("should let another provider go on with what is left, and nothing of the first be in its way", async () => {
      const opened = await driver.working(2);
      const paidToAlice = await priceOf(opened);
      await driver.deliver(opened, 0);
      await driver.submit(opened, 1);
      await driver.reject(opened, 1);
      await driver.pass(WORK_SECONDS + 1);
      await driver.accept(opened, NODE_OF_BOB);
      expect(await driver.chunkStatusOf(opened, 0)).to.equal("Paid");
      expect(await driver.chunkStatusOf(opened, 1)).to.equal("None");
      await driver.submit(opened, 1, 7, world.bob);
      expect((await world.approvals.chunkOf(opened.taskId, 1)).submissions).to.equal(1n);
      await driver.approve(opened, 1);
      const price = await priceOf(opened);
      expect(price).to.be.greaterThan(paidToAlice);
      await expect(driver.release(opened, 1, 7, world.bob))
        .to.emit(world.approvals, "TaskFinalized")
        .withArgs(opened.taskId, world.bob, 2, paidToAlice + price, 2n * MAX - paidToAlice - price);
      expect(await lockedOf()).to.equal(0n);
    });

    it("should pay a late provider for what was approved, but not forgive its being late", async () => {
      const opened = await driver.open(5, { responseSeconds: 1_000 });
      await driver.accept(opened);
      await driver.submit(opened, 0);
      await driver.approve(opened, 0);
      await driver.pass(WORK_SECONDS + 1);
      expect(await driver.statusOf(opened)).to.equal("Overdue");
      await driver.release(opened, 0);
      expect(await driver.chunkStatusOf(opened, 0)).to.equal("Paid");
      expect(await driver.statusOf(opened)).to.equal("Overdue");
      await expect(world.approvals.release(opened.taskId, opened.order)).to.emit(world.approvals, "TaskRelisted");
      expect((await progressOf(opened)).left).to.equal(4n);
    });

    it("T-24: should give a cancelling buyer exactly what was not paid", async () => {
      const { approvals, buyer } = world;
      const opened = await driver.working();
      const price = await priceOf(opened);
      await driver.deliver(opened, 3);
      await driver.pass(WORK_SECONDS + 1);
      await expect(approvals.connect(buyer).cancel(opened.taskId, opened.order))
        .to.emit(approvals, "TaskCancelled")
        .withArgs(opened.taskId, 5n * MAX - price);
      expect(await lockedOf()).to.equal(0n);
      expect((await progressOf(opened)).escrow, "I9").to.equal(0n);
    });

    it("should bond for as many chunks as can be in flight, and for fewer when fewer are left", async () => {
      const { approvals } = world;
      const many = await driver.working(5);
      const bond = await bondedOf();
      const [order, price] = [many.order, await priceOf(many)];
      expect(bond).to.equal(await approvals.bondOfUp(order, 3n * price));
      const one = await driver.open(1);
      await driver.accept(one);
      expect(await bondedOf()).to.equal(bond + (await approvals.bondOfUp(one.order, await priceOf(one))));
    });
  });

  describe("money", () => {
    it("T-23: should keep two tasks of one buyer apart", async () => {
      const [first, second] = [await driver.working(2), await driver.open(1)];
      await driver.deliver(first, 0);
      await driver.deliver(first, 1);
      expect(await lockedOf()).to.equal(MAX);
      await world.approvals.connect(world.buyer).cancel(second.taskId, second.order);
      expect(await lockedOf()).to.equal(0n);
    });

    it("T-22: should keep fee and bond rule of the opening", async () => {
      const opened = await driver.open(1);
      await world.terms.setTradeTerms({ ...world.parameters.tradeTerms, feePpm: 100_000 });
      await world.approvals.setBondRule({ floor: 10n ** 24n, detectionPpm: 10_000 });
      await driver.accept(opened);
      expect(await bondedOf()).to.be.lessThan(10n ** 24n);
      await driver.deliver(opened, 0);
      const [paid] = await world.settlement.queryFilter(world.settlement.filters.Paid(world.buyer));
      expect(paid.args.fee).to.equal((paid.args.credits * 50_000n + 999_999n) / 1_000_000n);
    });

    it("T-54: should keep the provider of one task out of another's chunks", async () => {
      const opened = await driver.working();
      const other = await driver.open();
      await driver.accept(other, NODE_OF_BOB);
      await expect(driver.submit(opened, 0, 1, world.bob)).to.be.revertedWithCustomError(
        world.approvals,
        "TaskMarket_NotProvider",
      );
      await expect(
        world.approvals.connect(world.bob).submitChunk(opened.taskId, other.order, 0, ZeroHash, ZeroHash, ZeroHash),
      ).to.be.revertedWithCustomError(world.approvals, "TaskMarket_WrongOrder");
    });
  });

  describe("gas", () => {
    it("should stay below the lowest peer's submission and payment", async () => {
      const opened = await driver.working();
      const used = async (sent: Promise<{ wait: () => Promise<{ gasUsed: bigint } | null> }>) =>
        (await (await sent).wait())?.gasUsed ?? 0n;
      expect(await used(driver.submit(opened, 0))).to.be.lessThan(150_000n);
      expect(await used(driver.approve(opened, 0))).to.be.lessThan(60_000n);
      expect(await used(driver.release(opened, 0))).to.be.lessThan(160_000n);
    });
  });
});
