import { CONSENSUS_VERSION } from "./constants.js";
import { DataCommitment, encodeDataFile, type EpochFile } from "./DataFile.js";
import { LeafTable } from "./LeafTable.js";
import { EvidenceTree } from "./Observation.js";
import type { StandardTree } from "./StandardTree.js";
import type { Report } from "./Report.js";

/** A report with all that is needed to sign, prove and publish it. */
export interface BuiltReport {
  readonly report: Report;
  readonly leaves: LeafTable;
  readonly tree: LeafTree;
  readonly evidence: EvidenceTree;
  readonly data: DataCommitment;
  /** The data file. */
  readonly bytes: Uint8Array;
}

/** Root and proofs over the leaves of a report. */
export type LeafTree = Pick<StandardTree, "proof" | "root">;

/**
 * The report that follows from a data file. Pure: equal data give equal reports, to the byte.
 * @param treeOf how the tree is built; for large reports `bulkTreeOf` of `@millrace/uptime-tree/bulk`, with equal roots
 */
export function buildReport(
  file: EpochFile,
  treeOf: (leaves: LeafTable) => LeafTree = (leaves) => leaves.tree(),
): BuiltReport {
  const leaves = LeafTable.aggregate(
    file,
    file.observations.map(({ sightings }) => sightings),
  );
  const tree = treeOf(leaves);
  const evidence = new EvidenceTree(file.observations);
  const bytes = encodeDataFile(file);
  const data = new DataCommitment(bytes);
  const report: Report = {
    epoch: file.epoch,
    root: tree.root,
    evidenceRoot: evidence.root,
    nodeCount: leaves.count,
    totalPoints: leaves.totalPoints,
    dataHash: data.dataHash,
    previousReport: file.previousReport,
    registryDigest: file.registryDigest,
    configDigest: file.configDigest,
    consensusVersion: CONSENSUS_VERSION,
  };
  return { report, leaves, tree, evidence, data, bytes };
}
