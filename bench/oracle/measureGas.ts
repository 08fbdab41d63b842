import { type ContractTransactionReceipt, getBytes, hexlify, randomBytes } from "ethers";
import hre from "hardhat";

import { encodeWords, hashLeaf, leafValues, rootFrom, treeOf, type Leaf } from "@millrace/uptime-tree/format";

import type { Report } from "../../scripts/report/Report.js";
import { deployUptime, REGISTRY_DIGEST, type UptimeFixture } from "../../test/uptime/uptimeFixture.js";

const ATTESTORS = 5;
/** Reports before the one that is measured: slots that are written again and again are not empty then. */
const BEFORE = 33;
/** Siblings of a proof among a million nodes. */
const DEPTH = 20;
/** Nodes of one provider that are collected for at once. */
const BATCH = 10;
/** Most siblings in a tree of so many and one. */
const BATCH_DEPTH = 4;

/** Gas of a report of networks of different sizes, and of a claim and a slot's proof beside the least they could cost. */
export async function measureGas(report: Report): Promise<void> {
  const source = "npm run bench:oracle; gas of the whole transaction";
  for (const nodes of [1, 1_000, 1_000_000]) {
    const { ethers, networkHelpers } = await hre.network.create();
    const at = await deployUptime(ethers, networkHelpers, ATTESTORS);
    for (let epoch = 0; epoch < BEFORE; epoch++) await post(at, epoch, nodes);
    const gas = await post(at, BEFORE, nodes);
    const what = `a report of ${nodes === 1 ? "one node" : `${nodes.toLocaleString("en-US")} nodes`}, five signatures, sent out of turn`;
    report.add({ id: `oracle.gas.report.${nodes}`, value: gas, unit: "gas", what, source });
  }
  await measureProofs(report, source);
}

/** Posts a made-up report of so many nodes; its gas. */
async function post(at: UptimeFixture, epoch: number, nodes: number): Promise<number> {
  await at.world.setNodes(REGISTRY_DIGEST, nodes);
  await at.close(epoch);
  const overrides = { root: hexlify(randomBytes(32)), nodeCount: nodes, totalPoints: BigInt(nodes) * 24_000n };
  const { report } = await at.build(epoch, { overrides });
  const { signers, signatures } = await at.sign(report, [0, 1, 2, 3, 4]);
  const sent = await at.oracle.submitReport(report, signers, signatures);
  return gasOf(await sent.wait());
}

async function measureProofs(report: Report, source: string): Promise<void> {
  const { ethers, networkHelpers } = await hre.network.create();
  const at = await deployUptime(ethers, networkHelpers, ATTESTORS);
  await at.close(0);
  const { report: made, leaves } = await at.build(0);
  const [leaf, proof, root] = deep(leaves[0]);
  const posted = { ...made, root };
  const { signers, signatures } = await at.sign(posted, [0, 1, 2, 3, 4]);
  await at.oracle.submitReport(posted, signers, signatures);
  await at.finalise(0);
  const minimal = await ethers.deployContract("MinimalUptime");
  await minimal.setRoot(root);
  const claim = gasOf(await (await minimal.claim(leaf, proof)).wait());
  const collect = gasOf(await (await at.rewards.collect(leaf, proof)).wait());
  // Views, as transactions: their calldata is the same but for one word.
  const slot = Number(await minimal.slotOf.estimateGas(leaf, proof, 0));
  const verify = Number(await at.oracle.verifyFinal.estimateGas(leaf, proof));
  const rows: [id: string, value: number, what: string][] = [
    ["slot-proof", verify, `a leaf proven against a final report, depth ${DEPTH}: \`verifyFinal\``],
    ["slot-proof.minimal", slot, "the same against a root alone"],
    ["claim", collect, `first collection of a node's rewards, depth ${DEPTH}, MILL paid: \`collect\``],
    ["claim.minimal", claim, "a claim that writes one word and pays nobody"],
  ];
  rows.push(...(await measureClaims(at)));
  for (const [id, value, what] of rows) report.add({ id: `oracle.gas.${id}`, value, unit: "gas", what, source });
}

/** What claims cost when others have collected before and the provider holds MILL: one by one, and at once. */
async function measureClaims(at: UptimeFixture): Promise<[id: string, value: number, what: string][]> {
  const rows: [id: string, value: number, what: string][] = [];
  for (const [epoch, time] of [
    [1, "first"],
    [2, "repeat"],
  ] as const) {
    await at.close(epoch);
    const { report, leaves } = await at.build(epoch);
    const [template] = leaves;
    const made = Array.from({ length: BATCH + 1 }, (_, i) => {
      return { ...template, nodeId: BigInt(100 + i), index: 99 + i, rawCumulativeReward: BigInt(epoch * 1_000) };
    });
    const tree = treeOf(made.length, (index) => encodeWords(leafValues(made[index])));
    const above = Array.from({ length: DEPTH - BATCH_DEPTH }, () => hexlify(randomBytes(32)));
    const proofOf = (index: number): string[] => [...tree.proof(index), ...above];
    const posted = { ...report, root: rootFrom(getBytes(tree.root), above) };
    const { signers, signatures } = await at.sign(posted, [0, 1, 2, 3, 4]);
    await at.oracle.submitReport(posted, signers, signatures);
    await at.finalise(epoch);
    const [one, ...others] = made.map((leaf, index) => ({ leaf, proof: proofOf(index) }));
    const single = gasOf(await (await at.rewards.collect(one.leaf, one.proof)).wait());
    const batch = gasOf(await (await at.rewards.collectMany(template.provider, epoch, others)).wait());
    const what = `${time} collection of a node, depth ${DEPTH}, when the provider and others have collected before`;
    rows.push([`claim.${time}`, single, `${what}: \`collect\``]);
    const each = Math.ceil(batch / BATCH);
    rows.push([`claim.${time}.batch`, each, `the same in a batch of ${BATCH} nodes, each: \`collectMany\``]);
  }
  return rows;
}

function gasOf(receipt: ContractTransactionReceipt | null): number {
  if (receipt === null) throw new Error("a transaction is not mined");
  return Number(receipt.gasUsed);
}

/** A leaf under a root as deep as that of a million nodes: its siblings are made up. */
function deep(leaf: Leaf): [Leaf, string[], string] {
  const proof = Array.from({ length: DEPTH }, () => hexlify(randomBytes(32)));
  return [leaf, proof, rootFrom(hashLeaf(leaf), proof)];
}
