import { quoteTypes } from "@millrace/sdk";
import type { HardhatEthersSigner } from "@nomicfoundation/hardhat-ethers/types";

import { LeaseDriver } from "../test/market/leaseDriver.js";
import { NO_DETAILS, openOrder, PLEDGE, quoteDomain, quoteOf } from "../test/market/leaseTerms.js";
import type { Connection } from "../test/support/deployMillrace.js";
import type { BenchWorld } from "./benchWorld.js";
import type { Meter } from "./Meter.js";

const SEATS = 4;

/** Orders of leases and quotes, each taken by every newcomer's node, and what becomes of the leases. */
export async function measureOrders(connection: Connection, world: BenchWorld, meter: Meter): Promise<void> {
  const { leases, buyer, newcomers } = world;
  const driver = new LeaseDriver(connection, world);
  for (const [index, provider] of newcomers.entries()) {
    const nodeId = world.nodesBefore + BigInt(index) + 1n;
    await measureSingle(connection, world, meter, { provider, nodeId });
    await measureCluster(connection, world, meter, { provider, nodeId });
    await measureQuote(connection, world, meter, { provider, nodeId });
    const leaseId = await leases.leaseCount();
    await meter.measure("top-up-lease", () => leases.connect(buyer).topUp(leaseId, driver.price(100)));
    await meter.measure("abandon-lease", () => leases.connect(provider).abandon(leaseId));
  }
}

interface Taker {
  readonly provider: HardhatEthersSigner;
  readonly nodeId: bigint;
}

async function measureSingle(connection: Connection, world: BenchWorld, meter: Meter, { provider, nodeId }: Taker) {
  const { orders, leases } = world;
  const terms = { pledge: PLEDGE, leaseSeconds: 1_000 };
  const { orderId, order } = await meter.measure("open-order", () => openOrder(connection, world, terms));
  await meter.measure("accept-seat", () => orders.connect(provider).accept(orderId, order, 0, nodeId, NO_DETAILS));
  const leaseId = await leases.leaseCount();
  await meter.measure("give-notice", () => leases.connect(provider).giveNotice(leaseId));
  await connection.networkHelpers.time.increase(world.parameters.leasePeriods.noticeSeconds);
  await leases.release(leaseId);
  await meter.measure("relist-seat", () => orders.relist(orderId, order, 0));
  await orders.connect(world.buyer).closeSeat(orderId, order, 0);
}

/** A cluster that fills, seats accepted and begun in batches, and one that does not. */
async function measureCluster(connection: Connection, world: BenchWorld, meter: Meter, { provider, nodeId }: Taker) {
  const { orders, leases, buyer } = world;
  const terms = { seats: SEATS, fillSeconds: 100, pledge: PLEDGE, leaseSeconds: 1_000 };
  const { orderId, order } = await openOrder(connection, world, terms);
  const others = { nodeId: 2n, by: world.bob };
  const item = (seat: number, of: bigint) => ({ orderId, order, seat, nodeId: of, details: NO_DETAILS });
  await meter.measure("hold-seat", () => orders.connect(provider).accept(orderId, order, 0, nodeId, NO_DETAILS));
  await orders.connect(provider).accept(orderId, order, 1, nodeId, NO_DETAILS);
  await meter.measureEach("accept-seats", 2, () =>
    orders.connect(others.by).acceptSeats([item(2, others.nodeId), item(3, others.nodeId)]),
  );
  await meter.measureEach("start-seats", SEATS, () => orders.startSeats(orderId, order, [0, 1, 2, 3]));
  const last = await leases.leaseCount();
  for (let leaseId = last - BigInt(SEATS) + 1n; leaseId <= last; leaseId++) await leases.connect(buyer).close(leaseId);

  const waiting = await openOrder(connection, world, terms);
  await orders.connect(provider).accept(waiting.orderId, waiting.order, 0, nodeId, NO_DETAILS);
  await connection.networkHelpers.time.increase(100);
  await meter.measure("close-cluster", () => orders.close(waiting.orderId, waiting.order));
}

async function measureQuote(connection: Connection, world: BenchWorld, meter: Meter, { provider, nodeId }: Taker) {
  const quote = quoteOf(world, { provider: provider.address, nodeId, nonce: 7n });
  const signature = await provider.signTypedData(await quoteDomain(connection, world), quoteTypes, quote);
  await meter.measure("take-quote", () => world.quotes.connect(world.buyer).take(quote, 1, 1_000, provider, signature));
  await meter.measure("cancel-quotes", () => world.quotes.connect(provider).cancel(provider, 0, 1n << 9n));
}
