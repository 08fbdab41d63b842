import { formatCredits, formatDuration, formatMill, formatRate, inspectionTypes, memberOf } from "@millrace/sdk";
import type { HardhatEthersSigner } from "@nomicfoundation/hardhat-ethers/types";
import { encodeBytes32String } from "ethers";

import { closeBooks } from "./lib/closeBooks.js";
import { expectRefusal } from "./lib/expectRefusal.js";
import {
  type Connection,
  CREDIT,
  domainOf,
  type LeaseOrder,
  leaseTerms,
  MILL,
  NO_DETAILS,
  NODE_OF_ALICE,
  NODE_OF_BOB,
  openOrder,
  type World,
} from "./lib/market.js";
import { HOUR, LEASE_PERIODS, type MarketStage, openMarketStage } from "./lib/MarketStage.js";
import { mined } from "./lib/mined.js";
import type { Scenario } from "./lib/Scenario.js";
import { storageWrites } from "./lib/storageWrites.js";

/** A fast link and memory that corrects its errors. */
const ATTRIBUTES = 0b11n;
const DETAILS = { ...NO_DETAILS, region: encodeBytes32String("DE-BE"), attributes: ATTRIBUTES };

/** Credits a unit-second: the offered rate climbs from 1.8 to 7.2 credits an hour in ten minutes. */
const RATES = { startRate: CREDIT / 2_000n, maxRate: CREDIT / 500n, rampSeconds: 600 };
const PLEDGE = { bond: 100n * MILL, uptimePpm: 900_000, penaltyPpm: 1_000_000, darkSlots: 5 };

const RUNNING = memberOf("LeaseStatus", "running");
const PAUSED = memberOf("LeaseStatus", "paused");

/** A node hired by the second: found by an order, paused and resumed, left by its provider, paid through it all. */
export const scenario: Scenario = {
  name: "market-lease",
  title: "A lease from its order to the last refund, and a provider that goes dark",

  async run(hre, story) {
    const stage = await openMarketStage(hre, story, { reportChallengeSeconds: 600 });
    const { connection, world } = stage;

    await inspect(stage);
    const found = await order(stage);
    const dried = await runDry(stage, found.leaseId);
    const dark = await goDark(stage);
    const broken = await breakPrice(stage);

    const { buyer, otherBuyer, alice, bob } = world;
    const names = new Map([
      [buyer.address, "buyer"],
      [otherBuyer.address, "other buyer"],
      [alice.address, "alice"],
      [bob.address, "bob"],
    ]);
    const books = await closeBooks(connection, world, story, names);
    return { ...found, ...dried, ...dark, ...broken, creditsPaid: books.delivered, events: books.events.length };
  },
};

/** Two inspectors look at alice's node, one of them at bob's. */
async function inspect({ connection, world, driver, story }: MarketStage): Promise<void> {
  story.chapter("Who says what a node is");
  const { nodes, inspections, alice, bob } = world;
  await nodes.connect(alice).setDetails(NODE_OF_ALICE, DETAILS);
  await nodes.connect(bob).setDetails(NODE_OF_BOB, DETAILS);
  const domain = await domainOf(connection, "Millrace Inspections", inspections);
  const now = await driver.now();
  const bring = async (inspector: HardhatEthersSigner, nodeId: bigint): Promise<void> => {
    const statement = { nodeId, attributes: ATTRIBUTES, issuedAt: now, expiresAt: now + 30 * 24 * HOUR };
    const signature = await inspector.signTypedData(domain, inspectionTypes, statement);
    await inspections.bring(inspector, statement, signature);
  };
  const [first, second] = await inspectors(connection);
  await bring(first, NODE_OF_ALICE);
  await bring(second, NODE_OF_ALICE);
  await bring(second, NODE_OF_BOB);
  story.line("both nodes say of themselves: in Berlin, a fast link, memory that corrects its errors");
  story.line("two inspectors sign that alice's node has both; only the second signs it of bob's");
}

async function inspectors({ ethers }: Connection): Promise<[HardhatEthersSigner, HardhatEthersSigner]> {
  const signers = await ethers.getSigners();
  return [signers[8], signers[9]];
}

/** An order that wants both inspectors' word: bob is refused, alice takes it at the rate of her second. */
async function order(stage: MarketStage) {
  const { connection, world, driver, story } = stage;
  story.chapter("An order, and no bids");
  const { orders, buyer, alice, bob, settlement } = world;
  const named = (await inspectors(connection)).map(({ address }) => address);
  const wanted = { ...leaseTerms().wanted, attributes: ATTRIBUTES, inspectors: named, allInspectors: true };
  const { orderId, order: opened } = await openOrder(connection, world, { ...RATES, wanted, leaseSeconds: HOUR });
  const large = { ...wanted, nodeIds: Array.from({ length: 32 }, (_, i) => i + 1) };
  const [small, most] = [
    await writesOf(stage, leaseTerms({ ...RATES, leaseSeconds: HOUR })),
    await writesOf(
      stage,
      leaseTerms({ ...RATES, leaseSeconds: HOUR, seats: 16, wanted: large, dataUri: "x".repeat(256) }),
    ),
  ];
  if (small !== most) throw new Error(`a large order writes ${most} words, a small one ${small}`);
  story.line(`an hour of one unit, by a node that both inspectors confirm, at most ${formatRate(RATES.maxRate)}`);
  story.line(`opening it writes ${small} words of storage, as does an order of 16 seats that names 32 nodes`);

  const openedAt = Number(opened.openedAt);
  for (const seconds of [60, 200]) {
    await driver.connection.networkHelpers.time.increaseTo(openedAt + seconds);
    story.line(`after ${formatDuration(seconds)} it offers ${formatRate(await orders.rateOf(orderId, opened, 0))}`);
  }
  const before = await orders.progressOf(orderId);
  const refusal = await expectRefusal("NodeFilter_NotConfirmed", async () =>
    orders.connect(bob).accept.staticCall(orderId, opened, 0, NODE_OF_BOB, DETAILS),
  );
  const after = await orders.progressOf(orderId);
  if (String(before) !== String(after)) throw new Error("a refused provider left something behind");
  story.line(`bob, confirmed by one of the two, is refused (${refusal}); the order is as it was`);

  await driver.at(openedAt + 300);
  const { locked } = await settlement.accountOf(buyer);
  const taken = await mined(orders.connect(alice).accept(orderId, opened, 0, NODE_OF_ALICE, DETAILS));
  const leaseId = await world.leases.leaseCount();
  const { rate } = await world.leases.leaseOf(leaseId);
  const expected = (RATES.startRate + RATES.maxRate) / 2n;
  if (rate !== expected) throw new Error(`half way up the rate is ${rate}, not ${expected}`);
  const refunded = locked - (await settlement.accountOf(buyer)).locked;
  story.line(
    `alice accepts after 5 min, half way up: ${formatRate(rate)}; ${formatCredits(refunded)} of the escrow return at ` +
      `once (${taken.gasUsed} gas, one transaction from order to lease)`,
  );
  return { leaseId, acceptGas: taken.gasUsed, storageWrites: small };
}

/** Opens an order of the other buyer, counts what that wrote, and closes it again. */
async function writesOf({ connection, world }: MarketStage, terms: LeaseOrder["terms"]): Promise<number> {
  const { orders, otherBuyer, settlement } = world;
  const receipt = await mined(orders.connect(otherBuyer).open(terms));
  const openedAt = (await connection.ethers.provider.getBlock(receipt.blockNumber))?.timestamp ?? 0;
  const opened = { buyer: otherBuyer.address, openedAt, feePpm: await settlement.feePpm(), terms };
  await orders.connect(otherBuyer).close(await orders.orderCount(), opened);
  return storageWrites(connection, receipt.hash);
}

/** The paid hour ends: the lease pauses, is resumed within the grace time, and closed by its buyer to the second. */
async function runDry({ world, driver, network, story }: MarketStage, leaseId: bigint) {
  story.chapter("The escrow runs dry");
  const { leases, settlement, buyer, otherBuyer } = world;
  const first = await leases.leaseOf(leaseId);
  const pauseSeconds = 120;
  await driver.connection.networkHelpers.time.increaseTo(Number(first.paidThrough) + pauseSeconds - 1);
  await expectStatus(world, leaseId, PAUSED);
  story.line(`after an hour the lease is paused, not closed; it owes ${formatCredits(first.locked)}, all of it held`);

  await driver.at(Number(first.paidThrough) + pauseSeconds);
  const added = mined(leases.connect(buyer).topUp(leaseId, first.rate * 1_800n + 1n));
  const topUpGas = (await added).gasUsed;
  await expectStatus(world, leaseId, RUNNING);
  const resumed = await leases.leaseOf(leaseId);
  if (resumed.startAt - first.paidThrough !== BigInt(pauseSeconds)) throw new Error("the pause is not left out");
  story.line(
    `${formatDuration(pauseSeconds)} later the buyer adds half an hour: it runs again; the pause is nobody's (${topUpGas} gas)`,
  );

  const servedSeconds = 1_234;
  await driver.at(Number(resumed.startAt) + servedSeconds);
  const before = await settlement.accountOf(buyer);
  const closed = await mined(leases.connect(buyer).close(leaseId));
  const refunded = before.locked - (await settlement.accountOf(buyer)).locked;
  if (refunded !== first.rate * BigInt(1_800 - servedSeconds)) throw new Error(`${refunded} came back`);
  story.line(
    `the buyer closes it ${servedSeconds} s into that: ${1_800 - servedSeconds} s, ${formatCredits(refunded)}, are ` +
      `back in the same transaction (${closed.gasUsed} gas)`,
  );

  await leases.connect(otherBuyer).hire(NODE_OF_ALICE, 1, HOUR, 2n ** 96n - 1n);
  const lapsed = await leases.leaseCount();
  await driver.pass(HOUR + LEASE_PERIODS.graceSeconds);
  const late = await expectRefusal("LeaseMarket_WrongStatus", async () =>
    leases.connect(otherBuyer).topUp.staticCall(lapsed, CREDIT * 10n),
  );
  await leases.release(lapsed);
  story.line(
    `another lease is not topped up within ${formatDuration(LEASE_PERIODS.graceSeconds)}: it is over (${late})`,
  );

  const settled = await network.settle(leaseId);
  await network.settle(lapsed);
  const seconds = BigInt(HOUR + servedSeconds);
  if (settled.upSeconds !== seconds || settled.paid !== first.rate * seconds)
    throw new Error(`alice was paid for ${settled.upSeconds} s, and served ${seconds}`);
  story.line(`attestors saw her node all the time: alice is paid ${seconds} s, ${formatCredits(settled.paid)}`);
  return { pauseSeconds, servedSeconds: Number(seconds), refundedAtClose: refunded, topUpGas };
}

/** Bob takes an order for which one inspector's word is enough, and vanishes in the middle of it. */
async function goDark(stage: MarketStage) {
  const { connection, world, driver, network, story } = stage;
  story.chapter("A provider goes dark");
  const { orders, leases, staking, settlement, buyer, bob } = world;
  const named = (await inspectors(connection)).map(({ address }) => address);
  const wanted = { ...leaseTerms().wanted, attributes: ATTRIBUTES, inspectors: named, allInspectors: false };
  const start = driver.startOf((await driver.epoch()) + 1);
  await driver.connection.networkHelpers.time.increaseTo(start - 10);
  const { orderId, order: opened } = await openOrder(connection, world, {
    startRate: RATES.startRate,
    maxRate: RATES.startRate,
    wanted,
    leaseSeconds: 4 * HOUR,
    pledge: PLEDGE,
  });
  await driver.at(start);
  await orders.connect(bob).accept(orderId, opened, 0, NODE_OF_BOB, DETAILS);
  const leaseId = await leases.leaseCount();
  const { rate, locked } = await leases.leaseOf(leaseId);
  story.line(
    `any of the inspectors will do here: bob takes four hours, ${formatCredits(locked)}, and bonds ${formatMill(PLEDGE.bond)}`,
  );

  const darkFrom = start + HOUR + 1_000;
  network.goDark(NODE_OF_BOB, darkFrom);
  const servedSeconds = BigInt(network.upSeconds(NODE_OF_BOB, start, start + 4 * HOUR));
  story.line(`an hour and ${darkFrom - start - HOUR} s later his node stops answering, without a word`);
  const freeBefore = (await settlement.accountOf(buyer)).free;
  await driver.connection.networkHelpers.time.increaseTo(start + 2 * HOUR);
  const settled = await network.settle(leaseId);
  const slashes = await leases.queryFilter(leases.filters.LeaseSlashed(leaseId));
  const slashed = slashes.reduce((total, { args }) => total + args.mill, 0n);
  const toBuyer = slashes.reduce((total, { args }) => total + args.toBuyer, 0n);
  if (settled.upSeconds !== servedSeconds || settled.paid !== rate * servedSeconds)
    throw new Error(`bob was paid for ${settled.upSeconds} s, and was there for ${servedSeconds}`);
  if (slashed === 0n || toBuyer * 5n < slashed * 4n - 5n)
    throw new Error(`slashed ${slashed}, to the buyer ${toBuyer}`);
  if (!(await leases.leaseOf(leaseId)).failed) throw new Error("a dark lease goes on");
  story.line(
    `attestors saw him for ${servedSeconds} s; those are paid, ${formatCredits(settled.paid)}, and not one second of the dark`,
  );
  for (const { args } of slashes)
    story.line(
      `${args.offence === 4n ? "uptime below the promise" : "lease abandoned"}: ${formatMill(args.mill)} of his bond, ` +
        `${formatMill(args.toBuyer)} to the buyer`,
    );
  await network.settle(leaseId);
  const closed = await mined(orders.connect(buyer).closeSeat(orderId, opened, 0));
  const back = (await settlement.accountOf(buyer)).free - freeBefore;
  if (back !== locked - settled.paid) throw new Error(`${back} of ${locked} came back`);
  const { bonded } = await staking.accountOf(bob);
  if (bonded !== 0n) throw new Error(`${bonded} of bob's bond are still held`);
  story.line(
    `everything else, ${formatCredits(back)}, is the buyer's again (${closed.gasUsed} gas for the last of it)`,
  );
  return { darkServedSeconds: Number(servedSeconds), slashed, toBuyer, darkRefunded: back };
}

/** The two price sources come apart: nobody buys, redemptions wait, refunds and exits go on. */
async function breakPrice({ world, driver, network, story }: MarketStage) {
  story.chapter("The price breaks");
  const { settlement, feeds, leases, buyer, alice, priceOracle, token } = world;
  await leases.connect(buyer).hire(NODE_OF_ALICE, 1, HOUR, 2n ** 96n - 1n);
  const leaseId = await leases.leaseCount();
  await driver.closeThrough((await driver.epoch()) - 1);
  const [first, second] = feeds;
  await first.post(200_000_000n);
  await second.post(150_000_000n);
  const refusal = await expectRefusal("BurnMintSettlement_NoUsablePrice", async () =>
    settlement.connect(buyer).buy.staticCall(MILL, 0n, 0n),
  );
  story.line(`one source says 2 USD, the other 1.50: purchases stop (${refusal})`);

  await settlement.connect(buyer).requestRedemption(10n * CREDIT);
  const brokenEpoch = await driver.epoch();
  const { locked } = await settlement.accountOf(buyer);
  const closed = await mined(leases.connect(buyer).close(leaseId));
  if ((await settlement.accountOf(buyer)).locked >= locked) throw new Error("a refund waited for a price");
  story.line(`a lease is closed and its unused time refunded all the same (${closed.gasUsed} gas)`);
  await driver.closeThrough(brokenEpoch);
  const [paidThen, rate] = [await settlement.collectable(buyer), await settlement.rateOf(brokenEpoch)];
  if (paidThen !== 0n || rate !== 0n) throw new Error("a redemption was priced without a price");
  story.line("the epoch closes without a price; the buyer's request for 10 credits waits, whole");

  for (const feed of [first, second]) await feed.post(200_000_000n);
  await priceOracle.observe();
  await driver.closeThrough(brokenEpoch + 1);
  const before = await token.balanceOf(buyer);
  await settlement.collect(buyer);
  const redeemed = (await token.balanceOf(buyer)) - before;
  // 10 credits are worth 5 MILL at 2 USD, and were bought with a little more.
  if (redeemed !== 5n * MILL) throw new Error(`10 credits gave ${redeemed}`);
  await network.settle(leaseId);
  const earned = await settlement.collectable(alice);
  await settlement.collect(alice);
  story.line(`the sources agree again: the next close pays it at par, ${formatMill(redeemed)} for 10 credits`);
  story.line(`alice collects ${formatMill(earned)} for her work`);
  return { redeemed, aliceCollected: earned };
}

async function expectStatus({ leases }: World, leaseId: bigint, expected: bigint): Promise<void> {
  const status = await leases.statusOf(leaseId);
  if (status !== expected) throw new Error(`lease ${leaseId} has status ${status}, not ${expected}`);
}
