import { chunksRootOf } from "./chunksRootOf.js";
import { leavesOf } from "./leavesOf.js";
import { observationLeaves } from "./observationLeaves.js";
import type { Progress } from "./Progress.js";
import { readDataFile } from "./readDataFile.js";
import { rootOf } from "./rootOf.js";
import { signerOf } from "./signerOf.js";
import { observationDigest, reportHashOf } from "./typedData.js";
import { address, encode, hex, keccak } from "./words.js";
import { WrongFileError } from "./WrongFileError.js";

/** What a data file gives, computed from its bytes alone. */
export interface VerifiedFile {
  readonly chainId: bigint;
  readonly oracle: string;
  readonly epoch: number;
  readonly nodeCount: number;
  /** Observations that must have a slot up for it to be up. */
  readonly threshold: number;
  /** Keys whose observations are included, each with a good signature. */
  readonly attestors: readonly string[];
  readonly root: string;
  readonly evidenceRoot: string;
  readonly totalPoints: bigint;
  readonly dataHash: string;
  /** What the oracle's `newestReport` or `ReportPosted` must show. */
  readonly reportHash: string;
}

/**
 * Computes the report of a data file, following docs/uptime-format.md and sharing no code with what attestors run, not
 * even the library that hashes: plain, for anyone who does not want to believe them. Needs nothing that a browser does
 * not have; a file of a million nodes takes tens of seconds, and about as much memory as it is long.
 * @throws {WrongFileError}
 */
export function verifyDataFile(bytes: Uint8Array, progress?: Progress): VerifiedFile {
  const file = readDataFile(bytes);
  const { observations, nodeCount, previousReport, registryDigest, configDigest } = file;
  const epoch = file.epoch;

  const evidence = observations.map((observation, i) => {
    const leaves = observationLeaves(observation, (share) =>
      progress?.("signatures", (i + share) / observations.length),
    );
    const digest = observationDigest(file, { epoch, root: rootOf(leaves), configDigest });
    const signer = signerOf(digest, observation.signature);
    const attestor = address(observation.attestor);
    if (signer === undefined || address(signer) !== attestor) {
      throw new WrongFileError(`the observation of ${attestor} is not signed by it`);
    }
    return { attestor, leaves };
  });
  const evidenceRoot = rootOf(joined(evidence.map(({ leaves }) => leaves)));

  const { leaves, totalPoints } = leavesOf(file, progress);
  progress?.("root", 0);
  const root = rootOf(leaves);
  const chunksRoot = chunksRootOf(bytes, (share) => progress?.("file", share));
  const dataHash = keccak(encode([bytes.length, chunksRoot]));
  const reportHash = reportHashOf([
    epoch,
    root,
    evidenceRoot,
    nodeCount,
    totalPoints,
    dataHash,
    previousReport,
    registryDigest,
    configDigest,
    file.version,
  ]);
  return {
    chainId: file.chainId,
    oracle: address(file.oracle),
    epoch,
    nodeCount,
    threshold: file.threshold,
    attestors: evidence.map(({ attestor }) => attestor),
    root: hex(root),
    evidenceRoot: hex(evidenceRoot),
    totalPoints,
    dataHash: hex(dataHash),
    reportHash: hex(reportHash),
  };
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
