import { MaxUint256, Signature } from "ethers";

import { ALL_UP, LeaseDriver } from "../test/market/leaseDriver.js";
import { NO_DETAILS } from "../test/market/leaseTerms.js";
import { RATE } from "../test/market/marketFixture.js";
import { TaskDriver } from "../test/market/taskDriver.js";
import { type Connection, MILL } from "../test/support/deployMillrace.js";
import type { BenchWorld } from "./benchWorld.js";
import type { Meter } from "./Meter.js";

/** Many things in one call, as gas of an item; and two things in one transaction. */
export async function measureBatches(connection: Connection, world: BenchWorld, meter: Meter): Promise<void> {
  await measureTaskBatches(connection, world, meter);
  await measureTraits(connection, world, meter);
  await measurePurchases(connection, world, meter);
  await measureSettlements(connection, world, meter);
}

async function measureTaskBatches(connection: Connection, world: BenchWorld, meter: Meter): Promise<void> {
  const driver = new TaskDriver(connection, world);
  const { tasks, newcomers } = world;
  for (const [index, provider] of newcomers.entries()) {
    const nodeId = world.nodesBefore + BigInt(index) + 1n;
    // A node has two units.
    const opened = [await driver.open(), await driver.open()];
    const items = opened.map(({ taskId, order }) => ({ taskId, order, nodeId, holdsData: true }));
    await meter.measureEach("accept-many", items.length, () => tasks.connect(provider).acceptMany(items));
    for (const each of opened) await driver.submit(each, provider);
    await driver.pass(70);
    const done = opened.map(({ taskId, order }) => ({ taskId, order }));
    await meter.measureEach("finalize-many", done.length, () => tasks.finalizeMany(done));
  }
}

async function measureTraits(connection: Connection, world: BenchWorld, meter: Meter): Promise<void> {
  const { traits, nodes, tasks, buyer, newcomers } = world;
  const driver = new TaskDriver(connection, world);
  const region = connection.ethers.encodeBytes32String("DE");
  const details = { ...NO_DETAILS, region: connection.ethers.encodeBytes32String("DE-BE"), attributes: 5n };
  const wanted = { region, attributes: 1n, inspectors: [], allInspectors: false };
  for (const [index, provider] of newcomers.entries()) {
    const nodeId = world.nodesBefore + BigInt(index) + 1n;
    await meter.measure("publish-traits", () => traits.connect(buyer).publish(wanted));
    await nodes.connect(provider).setDetails(nodeId, details);
    const { taskId, order } = await driver.open({ traitsHash: await traits.hashOf(wanted) });
    await meter.measure("accept-fitting-task", () =>
      tasks.connect(provider).acceptFitting(taskId, order, nodeId, true, wanted, details),
    );
    await driver.submit({ taskId, order }, provider);
    await driver.pass(70);
    await tasks.finalize(taskId, order);
  }
}

async function measurePurchases(connection: Connection, world: BenchWorld, meter: Meter): Promise<void> {
  const { token, settlement, leases, newcomers } = world;
  const domain = {
    ...{ name: "Millrace", version: "1", verifyingContract: await token.getAddress() },
    chainId: (await connection.ethers.provider.getNetwork()).chainId,
  };
  const fields = ["owner address", "spender address", "value uint256", "nonce uint256", "deadline uint256"];
  const Permit = fields.map((field) => ({ name: field.split(" ")[0], type: field.split(" ")[1] }));
  const value = 1_000n * MILL;
  for (const account of newcomers) {
    await token.connect(account).approve(settlement, 0n);
    const spender = await settlement.getAddress();
    const nonce = await token.nonces(account);
    const message = { owner: account.address, spender, value, nonce, deadline: MaxUint256 };
    const { v, r, s } = Signature.from(await account.signTypedData(domain, { Permit }, message));
    const permit = { value, deadline: MaxUint256, v, r, s };
    const calls = [
      leases.interface.encodeFunctionData("buyCredits", [value, 0n, 0n, permit]),
      leases.interface.encodeFunctionData("hire", [1n, 1, 100, RATE]),
    ];
    await meter.measure("buy-and-hire", () => leases.connect(account).multicall(calls));
    await leases.connect(account).close(await leases.leaseCount());
  }
}

async function measureSettlements(connection: Connection, world: BenchWorld, meter: Meter): Promise<void> {
  const driver = new LeaseDriver(connection, world);
  const { leases, settlement, nodes, newcomers, clock } = world;
  const epoch = (await driver.epoch()) + 1;
  await driver.at(driver.startOf(epoch) + 1);
  const nodeIds = newcomers.map((_, index) => world.nodesBefore + BigInt(index) + 1n);
  const leaseIds: bigint[] = [];
  for (const nodeId of nodeIds) leaseIds.push(await driver.hire(3 * clock.epochSeconds, 1, nodeId));
  const count = Number(await nodes.nodeCount());
  for (const of of [epoch, epoch + 1]) {
    const proven = await driver.finalReport(of, Array<bigint>(count).fill(ALL_UP));
    const items = leaseIds.map((leaseId, i) => ({ leaseId, ...proven[Number(nodeIds[i]) - 1] }));
    await meter.measureEach("settle-many", items.length, () => leases.settleMany(items));
    await driver.closeThrough(await driver.epoch());
    await meter.measureEach("collect-many", newcomers.length, () =>
      settlement.collectMany(newcomers.map(({ address }) => address)),
    );
  }
}
