import { type ContractTransactionResponse, getBytes, hexlify, randomBytes } from "ethers";
import hre from "hardhat";

import { encodeWords, leafValues, rootFrom, treeOf, type ProvenLeaf } from "@millrace/uptime-tree/format";

import type { Report } from "../../scripts/report/Report.js";
import { ALL_UP, LeaseDriver } from "../../test/market/leaseDriver.js";
import { MILL } from "../../test/support/deployMillrace.js";
import { benchWorld } from "../benchWorld.js";
import { pretendNodes } from "./pretendNodes.js";

/** Reports before those that are measured: slots that are written again and again are not empty then. */
const BEFORE = 33;
/** Siblings of a proof among a million nodes. */
const DEPTH = 20;
/** Nodes of one provider that are collected for at once: the fewest that each cost no more than a bare claim, and more. */
const BATCHES = [5, 10] as const;
/** Leaves that are made for a report: one for a collection by itself, and those of the batches. */
const LEAVES = 16;
/** Siblings in a tree of so many: those above are made up. */
const LEAVES_DEPTH = 4;
/** Sizes of a network whose report is measured. */
const SIZES = [1, 1_000, 1_000_000] as const;
/** Nodes of alice that are collected for: one before all others, and those that are measured. */
const OPENING_NODE = 100n;
const FIRST_NODE = 1_000n;
const POINTS = 100n;
const SOURCE = "npm run bench:oracle; gas of the whole transaction, on the whole system";

/** A final report under a root as deep as that of a million nodes, and leaves of it. */
interface DeepReport {
  readonly root: string;
  readonly leaves: readonly ProvenLeaf[];
}

/** Writes a row. */
type Add = (id: string, gas: number, what: string) => void;

/** Gas of a report of networks of different sizes, and of a claim and a slot's proof beside the least they could cost. */
export async function measureGas(report: Report): Promise<void> {
  const add: Add = (id, value, what) => {
    report.add({ id: `oracle.gas.${id}`, value, unit: "gas", what, source: SOURCE });
  };
  const connection = await hre.network.create();
  const driver = new LeaseDriver(connection, await benchWorld(connection, 0));
  await measureReports(driver, add);
  await measureClaims(driver, add);
}

async function measureReports(driver: LeaseDriver, add: Add): Promise<void> {
  const { connection, world } = driver;
  const first = await driver.epoch();
  const post = (epoch: number) => gasOf(driver.submit(epoch, { root: hexlify(randomBytes(32)), totalPoints: 0n }));
  for (let epoch = first; epoch < first + BEFORE; epoch++) {
    await driver.closeThrough(epoch);
    await post(epoch);
  }
  for (const [index, nodes] of SIZES.entries()) {
    const epoch = first + BEFORE + index;
    await driver.closeThrough(epoch);
    await pretendNodes(connection, world.nodes, epoch, nodes);
    const what = `a report of ${nodes === 1 ? "one node" : `${nodes.toLocaleString("en-US")} nodes`}, five signatures, sent out of turn`;
    add(`report.${nodes}`, await post(epoch), what);
  }
}

async function measureClaims(driver: LeaseDriver, add: Add): Promise<void> {
  const { rewards, token, alice } = driver.world;
  await token.transfer(alice, MILL);
  const {
    leaves: [opening],
  } = await reportLeaves(driver, OPENING_NODE);
  const openingGas = await gasOf(rewards.collect(opening.leaf, opening.proof));
  add("claim", openingGas, `the first collection of all, depth ${DEPTH}: \`collect\``);
  for (const time of ["first", "repeat"] as const) {
    const report = await reportLeaves(driver, FIRST_NODE);
    const [one, ...others] = report.leaves;
    if (time === "first") await measureMinimal(driver, add, report);
    const what = `${time} collection of a node, depth ${DEPTH}, when the provider and others have collected before`;
    add(`claim.${time}`, await gasOf(rewards.collect(one.leaf, one.proof)), `${what}: \`collect\``);
    for (const size of BATCHES) {
      const gas = await gasOf(rewards.collectMany(alice, one.leaf.epoch, others.splice(0, size)));
      const each = `the same in a batch of ${size} nodes, each: \`collectMany\``;
      add(`claim.${time}.batch-${size}`, Math.ceil(gas / size), each);
    }
  }
}

/** A slot's proof, and claims as bare as they can be. */
async function measureMinimal(
  { connection, world }: LeaseDriver,
  add: Add,
  { root, leaves: [one, two] }: DeepReport,
): Promise<void> {
  const { token, uptime } = world;
  const minimal = await connection.ethers.deployContract("MinimalUptime");
  await token.transfer(minimal, MILL);
  await minimal.setRoot(root);
  // Views, as transactions: their calldata is the same but for one word.
  const proof = Number(await uptime.verifyFinal.estimateGas(one.leaf, one.proof));
  add("slot-proof", proof, `a leaf proven against a final report, depth ${DEPTH}: \`verifyFinal\``);
  const bareProof = Number(await minimal.slotOf.estimateGas(one.leaf, one.proof, 0));
  add("slot-proof.minimal", bareProof, "the same against a root alone");
  const bare = await gasOf(minimal.claim(one.leaf, one.proof));
  add("claim.minimal", bare, "a claim that writes one word and pays nobody");
  const paid = await gasOf(minimal.claimPaid(two.leaf, two.proof, token));
  add("claim.minimal.paid", paid, "the same, and MILL sent to the provider, which holds some");
}

/** Makes a report final, with leaves of nodes of one provider from an id on. */
async function reportLeaves(driver: LeaseDriver, firstNodeId: bigint): Promise<DeepReport> {
  const { settlement, alice } = driver.world;
  const epoch = Number(await settlement.nextEpochToClose());
  const leaves = Array.from({ length: LEAVES }, (_, i) => ({
    epoch,
    index: 999_984 + i,
    nodeId: firstNodeId + BigInt(i),
    provider: alice.address,
    bitmap: ALL_UP,
    points: POINTS,
    pointsBefore: BigInt(i) * POINTS,
    rawCumulativeReward: BigInt(epoch) * 1_000n,
  }));
  const tree = treeOf(leaves.length, (index) => encodeWords(leafValues(leaves[index])));
  const above = Array.from({ length: DEPTH - LEAVES_DEPTH }, () => hexlify(randomBytes(32)));
  const root = rootFrom(getBytes(tree.root), above);
  await driver.closeThrough(epoch);
  await driver.submit(epoch, { root, totalPoints: BigInt(LEAVES) * POINTS });
  await driver.passToFinal(epoch);
  return { root, leaves: leaves.map((leaf, index) => ({ leaf, proof: [...tree.proof(index), ...above] })) };
}

async function gasOf(sent: Promise<ContractTransactionResponse>): Promise<number> {
  const receipt = await (await sent).wait();
  if (receipt === null) throw new Error("a transaction is not mined");
  return Number(receipt.gasUsed);
}
