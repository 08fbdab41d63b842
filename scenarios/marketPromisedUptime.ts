import { formatCredits, formatDuration, formatMill } from "@millrace/sdk";
import { encodeBytes32String } from "ethers";

import { leafOf, type PostedReport } from "./lib/AttestorNetwork.js";
import { closeBooks } from "./lib/closeBooks.js";
import { expectRefusal } from "./lib/expectRefusal.js";
import {
  addAttestor,
  addNode,
  CREDIT,
  join,
  leaseTerms,
  MILL,
  NO_DETAILS,
  openOrder,
  PARAMETERS,
} from "./lib/market.js";
import { HOUR, HOURLY, LEASE_PERIODS, type MarketStage, openMarketStage } from "./lib/MarketStage.js";
import { mined } from "./lib/mined.js";
import type { Scenario } from "./lib/Scenario.js";

const SLOT = 180;
const CHANGES = {
  maintenanceRules: { noticeSeconds: 1_800, budgetSeconds: 1_800, periodSeconds: 86_400 },
  reportChallengeSeconds: 1_200,
};

/** Account of Hardhat's chain beyond the three attestors of the market's world. */
const FOURTH_ATTESTOR = 13;

const GPU = 2;
const EDGE = { kind: 5, stake: 50n * MILL, weight: 5, classId: 2 };
const DATACENTRE = { kind: 2, stake: 20_000n * MILL, weight: 400, classId: 3 };

const RATE = CREDIT / 500n;
const PLEDGE = { bond: 500n * MILL, uptimePpm: 950_000, penaltyPpm: 1_000_000, darkSlots: 0 };

/** Of the hour that the story is about: slots of announced maintenance, slots without a sign, and those lied about. */
const MAINTENANCE = [2, 3, 4];
const DOWN = [8, 9, 10, 11, 12, 13];
const LIED = [10, 11];

/** A promised uptime that is broken, two attestors that cover it up, and who pays for what. */
export const scenario: Scenario = {
  name: "market-promised-uptime",
  title: "A promised uptime that is broken, and two attestors who said that it was kept",

  async run(hre, story) {
    const stage = await openMarketStage(hre, story, CHANGES);
    const { connection, world } = stage;
    await addAttestor(connection, world, FOURTH_ATTESTOR);

    const nodeId = await enlist(stage);
    const lease = await promise(stage, nodeId);
    const posted = await lie(stage, nodeId, lease.epoch);
    const proven = await prove(stage, nodeId, posted);
    const settled = await compensate(stage, nodeId, lease, posted);

    const { buyer, alice, bob, attestors } = world;
    const names = new Map([
      [buyer.address, "buyer"],
      [alice.address, "alice"],
      [bob.address, "bob"],
      ...attestors.map(({ address }, i) => [address, `attestor ${i + 1}`] as const),
    ]);
    const books = await closeBooks(connection, world, story, names);
    return { ...proven, ...settled, creditsPaid: books.delivered, events: books.events.length };
  },
};

/** Stake by class of hardware: what an edge device needs, and what a data centre's does. */
async function enlist({ connection, world, story }: MarketStage): Promise<bigint> {
  story.chapter("Stake by hardware class");
  const { catalog, nodes, staking, alice, bob, agent, stranger } = world;
  await catalog.addClass(EDGE.kind, "edge device", EDGE.stake, EDGE.weight, 0);
  await catalog.addClass(DATACENTRE.kind, "data centre accelerator", DATACENTRE.stake, DATACENTRE.weight, 0);
  story.line(
    `a unit of an edge device needs ${formatMill(EDGE.stake)}, one of a data centre ${formatMill(DATACENTRE.stake)}`,
  );
  await join(world, stranger, 1_000n * MILL);
  const region = (code: string) => ({ region: encodeBytes32String(code) });
  await addNode(connection, world, stranger, agent, { ...EDGE, units: 4, details: region("FR-IDF") });
  const refusal = await expectRefusal("NodeRegistry_NoAccess", async () =>
    addNode(connection, world, stranger, agent, { ...DATACENTRE, units: 1 }),
  );
  story.line(
    `a newcomer with ${formatMill(1_000n * MILL)} adds 4 edge devices near Paris; a data centre's is refused (${refusal})`,
  );
  await addNode(connection, world, alice, agent, { ...DATACENTRE, units: GPU, details: region("DE-BE") });
  const nodeId = await nodes.nodeCount();
  const [required] = await staking.accessOf(alice);
  const expected = BigInt(GPU) * (DATACENTRE.stake + 1_000n * MILL);
  if (required !== expected) throw new Error(`alice's nodes need ${required}, not ${expected}`);
  await addNode(connection, world, bob, agent, { ...DATACENTRE, units: 1, details: region("FR-IDF") });
  story.line(`alice adds two in Berlin, bob one near Paris; alice's nodes now need ${formatMill(required)} in all`);
  return nodeId;
}

/** An order for a region, with a promised uptime and a bond behind it. */
async function promise({ connection, world, driver, story }: MarketStage, nodeId: bigint) {
  story.chapter("A lease with a promise");
  const { orders, leases, staking, maintenance, alice, bob } = world;
  const epoch = (await driver.epoch()) + 2;
  const start = driver.startOf(epoch);
  const window = { startAt: start + SLOT * MAINTENANCE[0], seconds: SLOT * MAINTENANCE.length };
  await maintenance.connect(alice).announce(nodeId, window.startAt, window.seconds);
  story.line(
    `alice announces ${formatDuration(window.seconds)} of maintenance, more than half an hour ahead, as the rules want`,
  );
  const early = await expectRefusal("MaintenanceWindows_TooSoon", async () =>
    maintenance.connect(bob).announce.staticCall(nodeId + 1n, (await driver.now()) + 60, 60),
  );
  story.line(`one at a minute's notice is refused (${early})`);

  const { wanted } = leaseTerms();
  const terms = { wanted: { ...wanted, classId: DATACENTRE.classId, region: encodeBytes32String("DE") } };
  const { orderId, order } = await openOrder(connection, world, {
    ...terms,
    startRate: RATE,
    maxRate: RATE,
    leaseSeconds: 2 * HOUR,
    listSeconds: 2 * HOUR,
    pledge: PLEDGE,
  });
  const paris = { ...NO_DETAILS, region: encodeBytes32String("FR-IDF") };
  const refusal = await expectRefusal("NodeFilter_WrongRegion", async () =>
    orders.connect(bob).accept.staticCall(orderId, order, 0, nodeId + 1n, paris),
  );
  story.line(
    `a buyer wants an accelerator of that class in Germany, up 95 % of each hour; bob is refused (${refusal})`,
  );
  await driver.at(start);
  const berlin = { ...NO_DETAILS, region: encodeBytes32String("DE-BE") };
  const taken = await mined(orders.connect(alice).accept(orderId, order, 0, nodeId, berlin));
  const leaseId = await leases.leaseCount();
  const { bonded } = await staking.accountOf(alice);
  if (bonded !== PLEDGE.bond) throw new Error(`${bonded} is bonded`);
  story.line(`alice accepts: ${formatMill(bonded)} of her own stake answer for it (${taken.gasUsed} gas)`);
  return { leaseId, epoch, start };
}

/** What happened in the hour, and the report of it that two of four attestors bent. */
async function lie(
  { world, driver, network, story }: MarketStage,
  nodeId: bigint,
  epoch: number,
): Promise<PostedReport> {
  story.chapter("An hour, and its report");
  const start = driver.startOf(epoch);
  for (const slots of [MAINTENANCE, DOWN])
    network.goDark(nodeId, start + SLOT * slots[0], start + SLOT * ((slots.at(-1) ?? 0) + 1));
  story.line(
    `alice's node is silent in ${MAINTENANCE.length} slots of maintenance, as announced, and in ${DOWN.length} more`,
  );
  const cover = (slot: number): readonly bigint[] => (LIED.includes(slot) ? [nodeId] : []);
  const posted = await network.report(epoch, new Map([0, 1].map((seat) => [seat, cover])));
  const { leaf } = leafOf(posted, nodeId);
  const up = upSlots(leaf.bitmap);
  if (up !== HOURLY.slotsPerEpoch - MAINTENANCE.length - DOWN.length + LIED.length)
    throw new Error(`the report has the node up in ${up} slots`);
  const { threshold } = await world.uptime.setOf(epoch);
  story.line(
    `attestors 1 and 2 sign that they saw it in ${LIED.length} of those; ${threshold} of 4 make a slot count as up`,
  );
  story.line(`the report, signed by all, has it up in ${up} of 20 slots: ${LIED.length} too many`);
  return posted;
}

/** Anyone asks for the heartbeats of the slots. Where there is none, those who said that they saw one are slashed. */
async function prove({ connection, world, driver, network, story }: MarketStage, nodeId: bigint, posted: PostedReport) {
  story.chapter("The lie, proven");
  const { challenges, staking, uptime, challenger, alice, attestors } = world;
  const { leaf, proof } = leafOf(posted, nodeId);
  const { report, said } = posted;
  const testimony = await network.testimony(report.epoch);
  const value = PARAMETERS.uptimeBondWei;
  const bondsBefore = await Promise.all(attestors.map(async (each) => (await staking.accountOf(each)).bonded));
  const millBefore = await world.token.balanceOf(challenger);

  const truth = DOWN[0] - 1;
  const gas: bigint[] = [];
  const challenge = async (slot: number): Promise<string> => {
    const args = [report, leaf, proof, slot, { value }] as const;
    const id = await challenges.connect(challenger).challengeSlot.staticCall(...args);
    gas.push((await mined(challenges.connect(challenger).challengeSlot(...args))).gasUsed);
    return id;
  };
  const honest = await challenge(truth);
  const lies: string[] = [];
  for (const slot of LIED) lies.push(await challenge(slot));
  story.line(
    `a stranger challenges slots ${LIED.join(" and ")}, and, wrongly, slot ${truth}, with ${connection.ethers.formatEther(value)} ETH each`,
  );

  const receipts = said.slice(2).map((each) => testimony.receipt(each, nodeId, truth));
  const heartbeat = await testimony.signedHeartbeat(report.epoch, truth);
  await challenges.connect(alice).showHeartbeat(honest, heartbeat, receipts);
  if ((await challenges.owedTo(alice)) !== value) throw new Error("who answered is not paid");
  story.line(
    `alice shows her heartbeat of slot ${truth} with two receipts: it stays, and the bond of that challenge is hers`,
  );

  await driver.pass(Number(await challenges.answerSecondsOf(report.epoch)) + 1);
  for (const id of lies) {
    gas.push((await mined(challenges.clearSlot(id))).gasUsed);
    for (const seat of [0, 1]) {
      const statement = said[seat];
      const shown = [testimony.observation(statement), testimony.sightings(statement)] as const;
      gas.push((await mined(challenges.connect(challenger).proveFalseSighting(id, seat, ...shown))).gasUsed);
    }
  }
  for (const seat of [2, 3]) {
    const statement = said[seat];
    await expectRefusal("UptimeChallenges_NothingSeen", async () =>
      challenges.proveFalseSighting.staticCall(
        lies[0],
        seat,
        testimony.observation(statement),
        testimony.sightings(statement),
      ),
    );
  }
  story.line("nobody can show one of the others: both slots are down");

  const [seats] = await uptime.setOf(report.epoch);
  const guilty = new Set([seats[0], seats[1]]);
  let slashed = 0n;
  for (const [index, attestor] of attestors.entries()) {
    const lost = bondsBefore[index] - (await staking.accountOf(attestor)).bonded;
    const expected = guilty.has(attestor.address) ? (PARAMETERS.attestorBond * BigInt(LIED.length)) / 10n : 0n;
    if (lost !== expected) throw new Error(`attestor ${index + 1} lost ${lost}, not ${expected}`);
    slashed += lost;
  }
  const reward = (await world.token.balanceOf(challenger)) - millBefore;
  if (reward !== (slashed * 3n) / 10n) throw new Error(`the challenger was paid ${reward}`);
  story.line(
    `the two who said that they saw it lose ${formatMill(slashed / 2n)} each, a tenth of their bonds a slot; ` +
      `${formatMill(reward)} of it go to the stranger, the rest burns; the other two lose nothing`,
  );
  const total = gas.reduce((sum, each) => sum + each, 0n);
  story.line(`${gas.length} transactions, ${total} gas`);
  return { attestorsSlashed: slashed, challengerReward: reward, challengeGas: total };
}

/** The corrected report is final: the buyer is refunded, and compensated before anybody else, from the bond. */
async function compensate(
  stage: MarketStage,
  nodeId: bigint,
  lease: { leaseId: bigint; epoch: number },
  posted: PostedReport,
) {
  const { world, driver, network, story } = stage;
  story.chapter("The promise, judged");
  const { leases, settlement, staking, challenges, buyer } = world;
  const { leaseId, epoch } = lease;
  await network.finalReport(epoch);
  await challenges.settleCorrection(posted.report.root, nodeId);
  const { leaf, proof } = leafOf(posted, nodeId);
  const { root } = posted.report;
  const corrected = await challenges.correctedBitmap(root, nodeId, leaf.bitmap);
  const before = await settlement.accountOf(buyer);
  const settled = await mined(leases.settle(leaseId, leaf, proof));
  const told = (await leases.queryFilter(leases.filters.LeaseSettled(leaseId, epoch))).at(-1);
  const slash = (await leases.queryFilter(leases.filters.LeaseSlashed(leaseId))).at(-1);
  if (told === undefined || slash === undefined) throw new Error("the promise was not judged");

  const downSeconds = BigInt(SLOT * (MAINTENANCE.length + DOWN.length));
  const missed = BigInt(SLOT * DOWN.length);
  // 95 % of the hour were promised: three minutes of the time missed are within it.
  const beyond = missed - BigInt(SLOT);
  const expected = (beyond * RATE * CREDIT) / (await settlement.lastPriceWad());
  if (told.args.refunded !== downSeconds * RATE) throw new Error(`${told.args.refunded} was refunded`);
  if (slash.args.mill !== expected) throw new Error(`${slash.args.mill} was slashed, not ${expected}`);
  if (slash.args.toBuyer !== (expected * 4n) / 5n)
    throw new Error(`the buyer has ${slash.args.toBuyer} of ${expected}`);
  const after = await settlement.accountOf(buyer);
  if (after.free - before.free !== told.args.refunded) throw new Error("the refund went elsewhere");

  story.line(
    `corrected, the node was up in ${upSlots(corrected)} of 20 slots; all ${formatDuration(downSeconds)} down are refunded, ${formatCredits(told.args.refunded)}`,
  );
  story.line(
    `${formatDuration(SLOT * MAINTENANCE.length)} of maintenance do not count against the promise, nor do 5 % of the hour; ` +
      `${formatDuration(beyond)} do`,
  );
  story.line(
    `${formatMill(slash.args.mill)} of the bond are slashed in the same transaction: ${formatMill(slash.args.toBuyer)} to the buyer, ` +
      `the rest burned (${settled.gasUsed} gas)`,
  );
  await settlement.creditOwed(buyer);
  const compensation = (await settlement.accountOf(buyer)).free - after.free;
  if (compensation !== (beyond * RATE * 4n) / 5n) throw new Error(`the buyer is compensated with ${compensation}`);
  story.line(`that is ${formatCredits(compensation)} on top of the refund, there for its next job`);

  await driver.connection.networkHelpers.time.increaseTo(driver.startOf(epoch + 2));
  const second = await network.settle(leaseId);
  await driver.pass(LEASE_PERIODS.graceSeconds);
  if ((await staking.accountOf(world.alice)).bonded !== 0n) await leases.releaseBond(leaseId);
  const { bonded } = await staking.accountOf(world.alice);
  if (second.downSeconds !== 0n || bonded !== 0n)
    throw new Error("the second hour was good, and the rest of the bond is hers");
  story.line(`the second hour is up throughout: paid in full, and what is left of the bond is alice's again`);
  return { refunded: told.args.refunded, leaseSlashed: slash.args.mill, compensation, settleGas: settled.gasUsed };
}

function upSlots(bitmap: bigint): number {
  return bitmap.toString(2).replaceAll("0", "").length;
}
