import { ALL_UP, LeaseDriver } from "../test/market/leaseDriver.js";
import { addNode } from "../test/market/marketFixture.js";
import { type Connection, MILL } from "../test/support/deployMillrace.js";
import type { BenchWorld } from "./benchWorld.js";
import type { Meter } from "./Meter.js";

/** Nodes of one provider that are collected for at once. */
const BATCH = 10;

/** Closes and reports of epochs, what providers collect for them, and what they earned from buyers. */
export async function measureRewards(connection: Connection, world: BenchWorld, meter: Meter): Promise<void> {
  const driver = new LeaseDriver(connection, world);
  const { rewards: payer, settlement, nodes, newcomers, alice, agent } = world;
  for (let node = 0; node < BATCH; node++) await addNode(connection, world, alice, agent);
  const count = Number(await nodes.nodeCount());
  const bitmaps = Array<bigint>(count).fill(ALL_UP);
  const before = Number(world.nodesBefore);
  const first = await driver.epoch();
  for (const [round, operation] of ["claim-rewards-first", "claim-rewards-repeat"].entries()) {
    const epoch = first + round;
    await driver.closeThrough(epoch - 1);
    await meter.measure("close-epoch", () => driver.closeThrough(epoch));
    const rewards = bitmaps.map((_, index) => (index < before ? 0n : BigInt(round + 1) * MILL));
    const proven = await meter.measure("report-k5", () => driver.report(epoch, bitmaps, rewards));
    await driver.passToFinal(epoch);
    const [singles, batch] = [proven.slice(before, -BATCH), proven.slice(-BATCH)];
    for (const { leaf, proof } of singles) await meter.measure(operation, () => payer.collect(leaf, proof));
    await meter.measureEach(`${operation}-batch`, BATCH, () => payer.collectMany(alice, epoch, batch));
  }
  for (const provider of newcomers) await meter.measure("collect-earnings", () => settlement.collect(provider));
}
