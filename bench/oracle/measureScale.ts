import { getBytes, id, toBeHex } from "ethers";

import {
  decodeDataFile,
  encodeDataFile,
  hashLeaf,
  LeafTable,
  NodeTable,
  rootFrom,
  type EpochFile,
  type Observation,
} from "@millrace/uptime-tree/format";
import { bulkTreeOf } from "@millrace/uptime-tree/bulk";

import type { Report } from "../../scripts/report/Report.js";
import { seconds } from "./seconds.js";

const SLOTS = 240;
const ATTESTORS = 4;
/** Proofs that are checked against the root after all were written. */
const CHECKED = 2_000;

/** An epoch of many nodes as four attestors saw it: every node is missed by somebody now and then. */
function madeUpEpoch(count: number): EpochFile {
  const nodes = new NodeTable(count);
  const provider = getBytes(toBeHex(0xabcdefn, 20));
  for (let index = 0; index < count; index++) {
    nodes.providers.set(provider, 20 * index);
    nodes.providers[20 * index] = index & 0xff;
    nodes.units[index] = 1 + (index % 8);
    nodes.weights[index] = 1_000 + (index % 7);
    nodes.active[index] = index % 50 === 0 ? 0 : 1;
    nodes.capacityPassed[index] = 1;
    nodes.rewardsBefore[index] = BigInt(index) * 10n ** 15n;
  }
  const observations = Array.from({ length: ATTESTORS }, (_, i): Observation => {
    const sightings = new Uint8Array(32 * count);
    const words = new Uint32Array(sightings.buffer);
    let state = 12_345 + i;
    for (let word = 0; word < words.length; word++) {
      // xorshift: slots are missed at random, the 16 bits above the last slot are never set.
      state ^= state << 13;
      state ^= state >>> 17;
      state ^= state << 5;
      words[word] = word % 8 === 0 ? (state | 0x7fff0000) & 0xffff0000 : state | 0x6db6db6d;
    }
    const attestor = toBeHex(i + 1, 20);
    return { epoch: 5, attestor, signature: `0x${"11".repeat(64)}`, batchRoots: new Uint8Array(32 * SLOTS), sightings };
  });
  return {
    chainId: 31_337n,
    oracle: toBeHex(0xaan, 20),
    epoch: 5,
    slotsPerEpoch: SLOTS,
    threshold: 2,
    pot: 10n ** 24n,
    previousReport: id("previous"),
    registryDigest: id("registry"),
    configDigest: id("config"),
    nodes,
    observations,
  };
}

/** Aggregates an epoch of many nodes from its data file, builds the tree and writes the proof of every leaf. */
export async function measureScale(report: Report, count: number): Promise<void> {
  const bytes = encodeDataFile(madeUpEpoch(count));
  const [file, decodeSeconds] = await seconds(() => decodeDataFile(bytes));
  const [leaves, aggregateSeconds] = await seconds(() =>
    LeafTable.aggregate(
      file,
      file.observations.map(({ sightings }) => sightings),
    ),
  );
  const [tree, treeSeconds] = await seconds(() => bulkTreeOf(leaves));
  const proofs = new Uint8Array(count * 32 * (Math.ceil(Math.log2(count)) + 1));
  const [, proofSeconds] = await seconds(() => {
    let end = 0;
    for (let index = 0; index < count; index++) end = tree.writeProof(index, proofs, end);
  });
  checkSome(leaves, tree, count);
  const source = "npm run bench:oracle; CPU seconds of one process";
  const add = (id_: string, value: number, unit: string, what: string): void => {
    report.add({ id: id_, value, unit, what, source });
  };
  add("oracle.nodes", count, "nodes", `nodes of the epoch, ${SLOTS} slots, ${ATTESTORS} attestors`);
  add("oracle.decode.seconds", decodeSeconds, "s", "reading the data file");
  add("oracle.aggregate.seconds", aggregateSeconds, "s", "slots, points and rewards of all leaves");
  add("oracle.tree.seconds", treeSeconds, "s", "hashing all leaves and branches to the root");
  add("oracle.proofs.seconds", proofSeconds, "s", "writing the proof of every leaf");
  add("oracle.file.bytes", bytes.length, "bytes", "data file of the epoch");
  add("oracle.peak.bytes", process.resourceUsage().maxRSS * 1_024, "bytes", "most memory of the process");
}

/** A figure of a tree that is wrong would be worth nothing. */
function checkSome(leaves: LeafTable, tree: ReturnType<typeof bulkTreeOf>, count: number): void {
  const step = Math.max(1, Math.floor(count / CHECKED));
  for (let index = 0; index < count; index += step) {
    const root = rootFrom(hashLeaf(leaves.leaf(index)), tree.proof(index));
    if (root !== tree.root) throw new Error(`leaf ${index} is not under the root`);
  }
}
