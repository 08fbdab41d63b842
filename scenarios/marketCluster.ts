import { formatCredits, formatDuration, formatMill, formatPpm, formatWad, memberOf } from "@millrace/sdk";
import type { HardhatEthersSigner } from "@nomicfoundation/hardhat-ethers/types";
import { encodeBytes32String } from "ethers";

import { bySource } from "./lib/bySource.js";
import { closeBooks } from "./lib/closeBooks.js";
import type { EventBooks } from "./lib/EventBooks.js";
import { expectRefusal } from "./lib/expectRefusal.js";
import {
  addNode,
  CapacityRounds,
  CREDIT,
  join,
  type LeaseOrder,
  leaseTerms,
  MILL,
  NO_DETAILS,
  openOrder,
  PARAMETERS,
} from "./lib/market.js";
import { HOUR, LEASE_PERIODS, type MarketStage, openMarketStage } from "./lib/MarketStage.js";
import { mined } from "./lib/mined.js";
import type { Scenario } from "./lib/Scenario.js";
import type { Story } from "./lib/Story.js";

const CHANGES = {
  capacityRules: { ...PARAMETERS.capacityRules, windowSeconds: 300, openSeconds: 300, jailSeconds: 24 * HOUR },
  reportChallengeSeconds: 600,
};

/** The class of the cluster: products of a challenge for each unit. */
const CLASS = { classId: 2, kind: 2, stake: 400n * MILL, weight: 40, challengeSize: 8 };
const STAKE = 20_000n * MILL;

const RATE = CREDIT / 1_000n;
const SEATS = 3;
const SEAT_UNITS = 2;
const FILL_SECONDS = 600;
const LEASE_SECONDS = 3 * HOUR;
const PLEDGE = { bond: 50n * MILL, uptimePpm: 900_000, penaltyPpm: 1_000_000, darkSlots: 5 };

const JAILED = memberOf("NodeStatus", "jailed");

/** A provider of a network of suppliers, with one node. */
interface Supplier {
  readonly name: string;
  /** Source network that the node says it is of. */
  readonly source: string;
  readonly account: HardhatEthersSigner;
  readonly nodeId: bigint;
}

/** A cluster of several suppliers' hardware, one of whom only claims to have some. */
export const scenario: Scenario = {
  name: "market-cluster",
  title: "A cluster over several networks, all of it or none, and a supplier that is not there",

  async run(hre, story) {
    const stage = await openMarketStage(hre, story, CHANGES);
    const { connection, world } = stage;

    const suppliers = await enlist(stage);
    const fake = suppliers.find(({ name }) => name === "mallory");
    if (fake === undefined) throw new Error("there is no mallory");
    const honest = suppliers.filter((supplier) => supplier !== fake);
    const capacity = await showCapacity(stage, suppliers, fake);
    const waited = await missOne(stage, honest, fake);
    const filled = await fill(stage, honest);
    const served = await serve(stage, honest, filled);

    const names = new Map([
      [world.buyer.address, "buyer"],
      ...suppliers.map(({ account, name }) => [account.address, name] as const),
    ]);
    const books = await closeBooks(connection, world, story, names);
    tellSources(books, story);
    return { ...capacity, ...waited, ...served, creditsPaid: books.delivered, events: books.events.length };
  },
};

/** Five suppliers of as many networks add a node each. */
async function enlist({ connection, world, story }: MarketStage): Promise<Supplier[]> {
  story.chapter("Suppliers of several networks");
  const { catalog, nodes, agent, alice, bob } = world;
  await catalog.addClass(CLASS.kind, "accelerator", CLASS.stake, CLASS.weight, CLASS.challengeSize);
  const signers = await connection.ethers.getSigners();
  const parties = [
    { name: "alice", source: "home-lab", account: alice, units: 2 },
    { name: "bob", source: "data-centre", account: bob, units: 4 },
    { name: "carol", source: "render-farm", account: signers[8], units: 2 },
    { name: "dave", source: "mining-farm", account: signers[14], units: 2 },
    { name: "mallory", source: "phone-farm", account: signers[9], units: 8 },
  ];
  const suppliers: Supplier[] = [];
  for (const { name, source, account, units } of parties) {
    if (account !== alice && account !== bob) await join(world, account, STAKE);
    const details = { source: encodeBytes32String(source) };
    await addNode(connection, world, account, agent, { classId: CLASS.classId, units, details });
    suppliers.push({ name, source, account, nodeId: await nodes.nodeCount() });
  }
  story.line(parties.map(({ name, source, units }) => `${name} of ${source}: ${units} units`).join("; "));
  story.line(`each unit needs ${formatMill(CLASS.stake)} of stake: mallory's eight, which do not exist, too`);
  return suppliers;
}

/** The round of capacity proofs of the next hour: a new node is picked whatever its luck. */
async function showCapacity(
  { connection, world, driver, story }: MarketStage,
  suppliers: readonly Supplier[],
  fake: Supplier,
) {
  story.chapter("Is the hardware there?");
  const { beacon, capacity, nodes, staking, agent } = world;
  const rounds = new CapacityRounds(connection, { beacon, capacity });
  const epoch = (await driver.epoch()) + 1;
  const before = await staking.accountOf(fake.account);
  await rounds.round(
    epoch,
    suppliers.map((supplier) => ({ nodeId: supplier.nodeId, agent, lazy: supplier === fake })),
  );
  const passed = await capacity.queryFilter(capacity.filters.CapacityShown(epoch));
  const wrong = (await capacity.queryFilter(capacity.filters.EntryWrong(epoch, fake.nodeId))).at(-1);
  if (passed.length !== suppliers.length - 1 || wrong === undefined) throw new Error(`${passed.length} nodes passed`);
  const products = await capacity.productsOf(fake.nodeId, epoch);
  story.line(
    `in one window drawn by the beacon every node multiplies ${CLASS.challengeSize} matrices a unit; mallory's would be ${products}`,
  );
  const jailed = await nodes.statusOf(fake.nodeId);
  const lost = before.active - (await staking.accountOf(fake.account)).active;
  const expected = (8n * CLASS.stake) / 10n;
  if (jailed !== JAILED || lost !== expected) throw new Error(`status ${jailed}, ${lost} slashed`);
  story.line(`${passed.length} nodes open the drawn entries, and the chain multiplies their rows itself: they pass`);
  story.line(
    `mallory invents results: the chain computes ${wrong.args.computed} where it committed to ${wrong.args.committed}. ` +
      `${formatMill(lost)}, a tenth of the node's stake, burn; the node is jailed for ${formatDuration(CHANGES.capacityRules.jailSeconds)}`,
  );
  return { passed: passed.length, capacitySlashed: lost };
}

const CLUSTER = {
  seats: SEATS,
  fillSeconds: FILL_SECONDS,
  leaseSeconds: LEASE_SECONDS,
  listSeconds: 2 * HOUR,
  pledge: PLEDGE,
  startRate: RATE,
  maxRate: RATE,
};

async function openCluster({ connection, world }: MarketStage): Promise<{ orderId: bigint; order: LeaseOrder }> {
  const wanted = { ...leaseTerms().wanted, classId: CLASS.classId, units: SEAT_UNITS };
  return openOrder(connection, world, { ...CLUSTER, wanted });
}

/** Two seats are taken, the third by nobody: nothing begins, and the two are paid for their wait. */
async function missOne(stage: MarketStage, honest: readonly Supplier[], fake: Supplier) {
  const { world, driver, story } = stage;
  story.chapter("All or nothing");
  const { orders, settlement, buyer } = world;
  const before = await settlement.accountOf(buyer);
  const { orderId, order } = await openCluster(stage);
  const escrow = (await settlement.accountOf(buyer)).locked - before.locked;
  story.line(
    `${SEATS} seats of ${SEAT_UNITS} units for ${formatDuration(LEASE_SECONDS)}, filled within ${formatDuration(FILL_SECONDS)} or not at all: ${formatCredits(escrow)} are locked`,
  );
  const takenAt: number[] = [];
  for (const [seat, { account, nodeId }] of honest.slice(0, 2).entries()) {
    await orders.connect(account).accept(orderId, order, seat, nodeId, NO_DETAILS);
    takenAt.push(await driver.now());
  }
  const refusal = await expectRefusal("NodeRegistry_NotEligible", async () =>
    orders.connect(fake.account).accept.staticCall(orderId, order, 2, fake.nodeId, NO_DETAILS),
  );
  story.line(`alice and bob take a seat each; mallory is refused (${refusal})`);
  await driver.pass(FILL_SECONDS);
  const closed = await mined(orders.connect(world.stranger).close(orderId, order));
  const [event] = await orders.queryFilter(orders.filters.OrderClosed(orderId));
  const endAt = takenAt[0] + FILL_SECONDS;
  const waited = takenAt.reduce((sum, at) => sum + BigInt(endAt - at) * RATE * BigInt(SEAT_UNITS), 0n);
  const after = await settlement.accountOf(buyer);
  if (event.args.paid !== waited || after.locked !== before.locked || before.free - after.free !== waited)
    throw new Error(`the wait of ${waited} was paid ${event.args.paid}`);
  story.line(
    `nobody takes the third: a stranger closes the order, the two have ${formatCredits(waited)} for their wait, ` +
      `the buyer ${formatCredits(escrow - waited)} back (${closed.gasUsed} gas)`,
  );
  return { waitPaid: waited, clusterRefunded: escrow - waited };
}

/** The same again, with carol: all seats begin in the second in which the last was taken. */
async function fill(stage: MarketStage, honest: readonly Supplier[]) {
  const { world, driver, story } = stage;
  const { orders, leases } = world;
  await driver.connection.networkHelpers.time.increaseTo(driver.startOf((await driver.epoch()) + 1) - 200);
  const { orderId, order } = await openCluster(stage);
  for (const [seat, { account, nodeId }] of honest.slice(0, SEATS).entries()) {
    await driver.pass(40);
    await orders.connect(account).accept(orderId, order, seat, nodeId, NO_DETAILS);
  }
  const filledAt = await driver.now();
  const first = (await leases.leaseCount()) + 1n;
  const started = await mined(orders.startSeats(orderId, order, [0, 1, 2]));
  const ids = Array.from({ length: SEATS }, (_, i) => first + BigInt(i));
  for (const id of ids)
    if ((await leases.leaseOf(id)).startAt !== BigInt(filledAt)) throw new Error(`lease ${id} began at another second`);
  story.line(
    `ordered again, carol comes too: three leases of three networks begin in the same second (${started.gasUsed} gas for all)`,
  );
  return { orderId, order, ids, filledAt, startGas: started.gasUsed };
}

/** Three hours; in the second one carol vanishes, and dave takes what is left of her seat. */
async function serve(
  stage: MarketStage,
  honest: readonly Supplier[],
  { orderId, order, ids, filledAt }: Awaited<ReturnType<typeof fill>>,
) {
  const { world, driver, network, story } = stage;
  story.chapter("Hour by hour");
  const { orders, leases } = world;
  const [alice, bob, carol, dave] = honest;
  // The cluster began shortly before this hour.
  const first = (await driver.epoch()) + 1;
  network.goDark(carol.nodeId, driver.startOf(first + 1) + 1_300);
  const perHour = await pay(stage, ids, first);
  story.line(`hour 1: the report has all three up; ${formatCredits(perHour)} are paid`);
  await driver.connection.networkHelpers.time.increaseTo(driver.startOf(first + 2));
  for (const id of ids) await network.settle(id);
  const failed = await leases.leaseOf(ids[2]);
  if (!failed.failed) throw new Error("a dark seat goes on");
  const up = BigInt(network.upSeconds(carol.nodeId, filledAt, driver.startOf(first + 2)));
  const slashes = await leases.queryFilter(leases.filters.LeaseSlashed(ids[2]));
  const slashed = slashes.reduce((sum, { args }) => sum + args.mill, 0n);
  story.line(
    `hour 2: carol's node stops answering. Of the time so far ${up} s are paid; ${formatMill(slashed)} of her bond are slashed, ` +
      "four fifths to the buyer; the lease is over",
  );
  const relisted = await mined(orders.connect(world.stranger).relist(orderId, order, 2));
  const left = (await orders.seatOf(orderId, 2)).leaseSeconds;
  await orders.connect(dave.account).accept(orderId, order, 2, dave.nodeId, NO_DETAILS);
  const taken = await leases.leaseCount();
  story.line(
    `a stranger relists the seat with its escrow (${relisted.gasUsed} gas); dave takes the ${formatDuration(left)} that are left`,
  );

  const end = Number((await leases.leaseOf(taken)).paidThrough);
  await driver.connection.networkHelpers.time.increaseTo(driver.startOf(Math.ceil((end - driver.startOf(0)) / HOUR)));
  const all = [...ids, taken];
  for (const id of all) await network.settle(id);
  await driver.pass(LEASE_PERIODS.graceSeconds);
  for (const id of all) if ((await leases.pledgeOf(id)).bond !== 0n) await leases.releaseBond(id);
  let served = 0n;
  for (const [index, supplier] of [alice, bob, dave].entries()) {
    const id = [ids[0], ids[1], taken][index];
    const told = await leases.queryFilter(leases.filters.LeaseSettled(id));
    const seconds = told.reduce((sum, { args }) => sum + args.upSeconds, 0n);
    const { startAt, paidThrough } = await leases.leaseOf(id);
    if (seconds !== paidThrough - startAt) throw new Error(`${supplier.name} was paid ${seconds} s`);
    served += seconds;
  }
  const carolPaid = (await leases.queryFilter(leases.filters.LeaseSettled(ids[2]))).reduce(
    (sum, { args }) => sum + args.upSeconds,
    0n,
  );
  if (carolPaid !== up) throw new Error(`carol was paid ${carolPaid} s, and was there for ${up}`);
  const share = Number(((served + carolPaid) * 1_000_000n) / BigInt(SEATS * LEASE_SECONDS));
  story.line(
    `alice, bob and dave serve to the end; ${formatPpm(share)} of the time that was ordered was served and paid`,
  );
  if ((await orders.escrowOf(orderId, order)) !== 0n) throw new Error("the order still holds something");
  return { servedSeconds: Number(served + carolPaid), seatSlashed: slashed, relistGas: relisted.gasUsed };
}

/** Settles an hour of all leases; what was paid. */
async function pay({ driver, network }: MarketStage, ids: readonly bigint[], epoch: number): Promise<bigint> {
  await driver.connection.networkHelpers.time.increaseTo(driver.startOf(epoch + 1));
  let paid = 0n;
  for (const id of ids) paid += (await network.settle(id)).paid;
  return paid;
}

/** The closing table by source network; what networks were paid is what the buyers paid. */
function tellSources(books: EventBooks, story: Story): void {
  const rows = bySource(books);
  const credits = [...rows.values()].reduce((sum, row) => sum + row.credits, 0n);
  if (credits !== books.delivered) throw new Error(`networks were paid ${credits}, buyers paid ${books.delivered}`);
  story.table(
    ["source network", "units", "passed", "wrong", "seats", "seconds up", "credits", "MILL slashed"],
    [...rows].map(([source, row]) => [
      source === "" ? "(none)" : source,
      ...[row.units, row.passed, row.wrong, row.seats, row.upSeconds].map(String),
      ...[row.credits, row.slashed].map((amount) => formatWad(amount)),
    ]),
  );
  story.line("each cell of both tables is a sum over logs: there is no other way into them, for anybody");
}
