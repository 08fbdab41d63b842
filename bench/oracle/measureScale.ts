import { decodeDataFile, encodeDataFile, hashLeaf, LeafTable, rootFrom } from "@millrace/uptime-tree/format";
import { bulkTreeOf } from "@millrace/uptime-tree/bulk";

import type { Report } from "../../scripts/report/Report.js";
import { ATTESTORS, madeUpEpoch, SLOTS } from "./madeUpEpoch.js";
import { seconds } from "./seconds.js";

/** Proofs that are checked against the root after all were written. */
const CHECKED = 2_000;

/** Aggregates an epoch of many nodes from its data file, builds the tree and writes the proof of every leaf. */
export async function measureScale(report: Report, count: number): Promise<void> {
  const bytes = encodeDataFile(await madeUpEpoch(count));
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
