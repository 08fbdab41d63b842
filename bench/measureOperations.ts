import type { HardhatEthersSigner } from "@nomicfoundation/hardhat-ethers/types";

import { ChannelDriver } from "../test/market/channelDriver.js";
import { ALL_UP, LeaseDriver } from "../test/market/leaseDriver.js";
import { addNode } from "../test/market/marketFixture.js";
import { TaskDriver } from "../test/market/taskDriver.js";
import { type Connection, CREDIT, MILL } from "../test/support/deployMillrace.js";
import { type BenchWorld, benchWorld } from "./benchWorld.js";
import { measureApprovals } from "./measureApprovals.js";
import { measureBatches } from "./measureBatches.js";
import { measureDisputes } from "./measureDisputes.js";
import { measureOrders } from "./measureOrders.js";
import { measureProofs } from "./measureProofs.js";
import { measureRewards } from "./measureRewards.js";
import { Meter } from "./Meter.js";

/**
 * Does every operation of a provider and a buyer on the deployed wiring, each by five accounts that do it for the
 * first time unless the operation's name says otherwise, and returns the median gas of the whole transaction.
 * @param connection - a new chain
 * @param crowd - how many providers, nodes, leases and delegators are there before
 */
export async function measureOperations(connection: Connection, crowd = 0): Promise<Record<string, number>> {
  const world = await benchWorld(connection, crowd);
  const meter = new Meter(connection);
  await measureStaking(connection, world, meter);
  await measureCredits(world, meter);
  await measureTasks(connection, world, meter);
  await measureApprovals(connection, world, meter);
  await measureVouchers(connection, world, meter);
  await measureLeases(connection, world, meter);
  await measureRewards(connection, world, meter);
  await measureDisputes(connection, world, meter);
  await measureOrders(connection, world, meter);
  await measureProofs(connection, world, meter);
  await measureBatches(connection, world, meter);
  return meter.medians();
}

async function measureStaking(connection: Connection, world: BenchWorld, meter: Meter): Promise<void> {
  const { newcomers, agent } = world;
  const each = async (operation: string, act: (account: HardhatEthersSigner) => Promise<unknown>) => {
    for (const account of newcomers) await meter.measure(operation, () => act(account));
  };
  const staking = (account: HardhatEthersSigner) => world.staking.connect(account);
  await each("register-provider", (account) => staking(account).register("https://provider.example/about.json"));
  await each("stake-first", (account) => staking(account).stake(50_000n * MILL));
  await each("stake-top-up", (account) => staking(account).stake(1_000n * MILL));
  await each("add-node", (account) => addNode(connection, world, account, agent));
  await each("unstake-request", (account) => staking(account).unstake(1_000n * MILL));
  await connection.networkHelpers.time.increase(world.parameters.thawSeconds + 1);
  await each("withdraw", (account) => staking(account).withdraw());
  const { alice } = world;
  // What a reward costs to share is measured later.
  await staking(alice).setCommission(100_000);
  await each("delegate", (account) => staking(account).delegate(alice, 1_000n * MILL));
  await each("undelegate", (account) => staking(account).undelegate(alice, 10n * MILL));
  await connection.networkHelpers.time.increase(world.parameters.thawSeconds + 1);
  await each("withdraw-delegation", (account) => staking(account).withdrawDelegation(alice));
}

async function measureCredits({ settlement, priceOracle, newcomers }: BenchWorld, meter: Meter): Promise<void> {
  const first = newcomers.map((account) => ["buy-credits", account] as const);
  const again = newcomers.map((account) => ["buy-credits-again", account] as const);
  await priceOracle.observe();
  for (const [operation, account] of [...first, ...again]) {
    await meter.measure(operation, () => settlement.connect(account).buy(10_000n * MILL, 0n, 0n));
  }
}

async function measureTasks(connection: Connection, world: BenchWorld, meter: Meter): Promise<void> {
  const driver = new TaskDriver(connection, world);
  for (const [index, provider] of world.newcomers.entries()) {
    const nodeId = world.nodesBefore + BigInt(index) + 1n;
    const opened = await meter.measure("open-task", () => driver.open({}, world.buyer));
    await meter.measure("accept-task", () => driver.accept(opened, true, nodeId, provider));
    await meter.measure("submit-result", () => driver.submit(opened, provider));
    await driver.pass(70);
    await meter.measure("finalize-task", () => world.tasks.finalize(opened.taskId, opened.order));
  }
  for (const [index, provider] of world.newcomers.entries()) {
    const opened = await driver.open({}, world.buyer);
    await driver.accept(opened, true, world.nodesBefore + BigInt(index) + 1n, provider);
    await driver.pass(130);
    await meter.measure("slash", () => world.tasks.release(opened.taskId, opened.order));
  }
}

async function measureVouchers(connection: Connection, world: BenchWorld, meter: Meter): Promise<void> {
  const driver = new ChannelDriver(connection, world);
  for (const provider of world.newcomers) {
    const opened = await meter.measure("open-channel", () => driver.open(100n * CREDIT, world.buyer, provider));
    await meter.measure("redeem-voucher", () => driver.redeem(opened, CREDIT, provider));
    await meter.measure("redeem-voucher-again", () => driver.redeem(opened, 2n * CREDIT, provider));
  }
}

async function measureLeases(connection: Connection, world: BenchWorld, meter: Meter): Promise<void> {
  const driver = new LeaseDriver(connection, world);
  const { leases, nodes, buyer, newcomers, clock } = world;
  const epoch = (await driver.epoch()) + 1;
  await driver.at(driver.startOf(epoch) + 1);
  const ids: bigint[] = [];
  for (const [index] of newcomers.entries()) {
    const nodeId = world.nodesBefore + BigInt(index) + 1n;
    ids.push(await meter.measure("hire-lease", () => driver.hire(3 * clock.epochSeconds, 1, nodeId)));
  }
  // Two epochs: in the first each lease has its first payment, in the second the usual one.
  const count = Number(await nodes.nodeCount());
  for (const [round, operation] of ["settle-lease-epoch-first", "settle-lease-epoch"].entries()) {
    const proven = await driver.finalReport(epoch + round, Array<bigint>(count).fill(ALL_UP));
    for (const [index, leaseId] of ids.entries()) {
      const { leaf, proof } = proven[Number(world.nodesBefore) + index];
      await meter.measure(operation, () => leases.settle(leaseId, leaf, proof));
    }
  }
  for (const leaseId of ids) await meter.measure("close-lease", () => leases.connect(buyer).close(leaseId));
}
