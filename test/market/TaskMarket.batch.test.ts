import { expect } from "chai";
import type { BaseContract } from "ethers";
import hre from "hardhat";

import { ChannelDriver } from "./channelDriver.js";
import { addNode, CREDIT, marketWorld, MILL, type World } from "./marketFixture.js";
import { NODE_OF_ALICE, NODE_OF_BOB, TaskDriver } from "./taskDriver.js";

const connection = await hre.network.create();
const { ethers, networkHelpers } = connection;

/** As in the contracts. */
const [ACCEPT_GAS, FINALIZE_GAS, REDEEM_GAS] = [600_000n, 600_000n, 300_000n];
/** In the order of `SmartAccount.Answer`. */
const ALL_GAS = 4;

async function fixture() {
  return marketWorld(connection);
}

describe("batches of the task market and of vouchers", () => {
  let world: World;
  let driver: TaskDriver;

  beforeEach(async () => {
    world = await networkHelpers.loadFixture(fixture);
    driver = new TaskDriver(connection, world);
  });

  const gasOf = async (sent: { wait: () => Promise<{ gasUsed: bigint } | null> }) => (await sent.wait())?.gasUsed ?? 0n;

  describe("acceptMany", () => {
    it("should accept what can be accepted and report what cannot, with its reason", async () => {
      const [first, second, third] = [await driver.open(), await driver.open(), await driver.open()];
      await driver.accept(second, true, NODE_OF_BOB);
      const items = [first, second, third].map((opened) => ({ ...opened, nodeId: NODE_OF_ALICE, holdsData: true }));
      const { tasks } = world;
      const sent = tasks.connect(world.alice).acceptMany(items);
      const reason = tasks.interface.encodeErrorResult("TaskMarket_WrongStatus", [second.taskId, 5, 0b101010010]);
      await expect(sent).to.emit(tasks, "ItemFailed").withArgs(1, reason);
      expect(await driver.statusOf(first.taskId)).to.equal("Working");
      expect(await driver.statusOf(third.taskId)).to.equal("Working");
      expect((await world.nodes.nodeOf(NODE_OF_ALICE)).busyUnits).to.equal(2n);
    });

    it("should act in the caller's name only", async () => {
      const opened = await driver.open();
      const { tasks } = world;
      await expect(
        tasks.connect(world.bob).acceptMany([{ ...opened, nodeId: NODE_OF_ALICE, holdsData: true }]),
      ).to.emit(tasks, "ItemFailed");
      expect(await driver.statusOf(opened.taskId)).to.equal("Listed");
    });

    it("T-53: should revert rather than report a failure for want of gas, and refuse batches out of bounds", async () => {
      const opened = await driver.open();
      const { tasks } = world;
      const item = { ...opened, nodeId: NODE_OF_ALICE, holdsData: true };
      await expect(tasks.connect(world.alice).acceptMany([item], { gasLimit: 80_000n })).to.be.revertedWithCustomError(
        tasks,
        "Batch_TooLittleGas",
      );
      await expect(tasks.acceptMany([]))
        .to.be.revertedWithCustomError(tasks, "Batch_LengthOutOfBounds")
        .withArgs(0, 64);
      await expect(tasks.acceptMany(Array(65).fill(item)))
        .to.be.revertedWithCustomError(tasks, "Batch_LengthOutOfBounds")
        .withArgs(65, 64);
    });

    it("should know the most gas of an accept: a long order, a slash, another node", async () => {
      for (let node = 0; node < 2; node++) await addNode(connection, world, world.alice, world.agent);
      const nodeIds = [...Array.from({ length: 31 }, (_, i) => 100n + BigInt(i)), NODE_OF_BOB];
      const opened = await driver.open({
        dataUri: "x".repeat(256),
        nodeIds: [...nodeIds.slice(1), NODE_OF_ALICE, NODE_OF_BOB].slice(-32),
      });
      await driver.accept(opened, true, NODE_OF_ALICE);
      await driver.pass(130);
      expect(await driver.statusOf(opened.taskId)).to.equal("Overdue");
      const gas = await gasOf(await driver.accept(opened, true, NODE_OF_BOB));
      expect(gas).to.be.lessThan((ACCEPT_GAS * 60n) / 64n);
    });
  });

  describe("finalizeMany", () => {
    it("should pay what is due and report what is not", async () => {
      const [due, early] = [await driver.inStatus("Confirmed"), await driver.open()];
      const { tasks } = world;
      const sent = tasks.connect(world.stranger).finalizeMany([early, due, due]);
      const notDue = tasks.interface.encodeErrorResult("TaskMarket_WrongStatus", [early.taskId, 1, 1n << 9n]);
      const twice = tasks.interface.encodeErrorResult("TaskMarket_WrongStatus", [due.taskId, 10, 1n << 9n]);
      await expect(sent)
        .to.emit(tasks, "ItemFailed")
        .withArgs(0, notDue)
        .and.to.emit(tasks, "ItemFailed")
        .withArgs(2, twice);
      expect(await driver.statusOf(due.taskId)).to.equal("Finalized");
      expect((await world.settlement.accountOf(world.buyer)).locked).to.equal(200n * CREDIT);
    });

    it("should know the most gas of a finalize", async () => {
      const { taskId, order } = await driver.inStatus("Confirmed");
      expect(await gasOf(await world.tasks.finalize(taskId, order))).to.be.lessThan(FINALIZE_GAS / 2n);
    });
  });

  describe("redeemMany", () => {
    it("should redeem every good voucher and report the others", async () => {
      const { channels } = world;
      const payments = new ChannelDriver(connection, world);
      const [first, second] = [await payments.open(), await payments.open(5n * CREDIT, world.otherBuyer)];
      const voucher = async (opened: typeof first, cumulative: bigint, signer = world.buyer) => ({
        channel: opened.channel,
        cumulative,
        signature: await payments.sign(opened, cumulative, signer),
      });
      const vouchers = [
        await voucher(first, CREDIT),
        await voucher(second, CREDIT),
        await voucher(second, 2n * CREDIT, world.otherBuyer),
      ];
      const sent = await channels.connect(world.alice).redeemMany(vouchers);
      await expect(sent).to.emit(channels, "ItemFailed");
      expect((await channels.recordOf(first.channelId)).redeemed).to.equal(CREDIT);
      expect((await channels.recordOf(second.channelId)).redeemed).to.equal(2n * CREDIT);
      expect(await gasOf(sent)).to.be.lessThan(REDEEM_GAS);
      await expect(channels.redeemMany([])).to.be.revertedWithCustomError(channels, "Batch_LengthOutOfBounds");
    });

    it("T-53: should pay the others when contracts of buyers burn all gas that they are asked with", async () => {
      const { channels, alice, settlement, token } = world;
      const payments = new ChannelDriver(connection, world);
      const vouchers = [];
      for (let i = 0; i < 2; i++) {
        const account = await ethers.deployContract("SmartAccount", [world.buyer]);
        await token.transfer(account, 100n * MILL);
        const does = async (to: BaseContract, name: string, args: unknown[]) =>
          account.execute(to, to.interface.encodeFunctionData(name, args));
        await does(token, "approve", [await settlement.getAddress(), 100n * MILL]);
        await does(settlement, "buy", [100n * MILL, 0n, 0n]);
        await does(channels, "open", [alice.address, CREDIT, 100]);
        await account.setAnswer(ALL_GAS);
        const opened = await payments.last();
        vouchers.push({ channel: opened.channel, cumulative: CREDIT, signature: await payments.sign(opened, CREDIT) });
      }
      const opened = await payments.open();
      vouchers.push({ channel: opened.channel, cumulative: CREDIT, signature: await payments.sign(opened, CREDIT) });
      const sent = await channels.connect(alice).redeemMany(vouchers, { gasLimit: 2_000_000 });
      expect((await channels.recordOf(opened.channelId)).redeemed).to.equal(CREDIT);
      expect(await gasOf(sent)).to.be.lessThan(3n * REDEEM_GAS);
    });
  });
});
