import { getAddress, hexlify, toUtf8Bytes, toUtf8String, getBytes } from "ethers";

import { aggregate, type NodeFacts } from "./aggregate.js";
import { EpochTree, evidenceRoot } from "./EpochTree.js";
import { keccak } from "./keccak.js";
import type { Leaf } from "./Leaf.js";
import { decodeSightings, type Observation } from "./Observation.js";
import type { Report } from "./Report.js";

/** A node and what it had earned before the epoch. */
export interface NodeInput extends NodeFacts {
  readonly rewardBefore: bigint;
}

/** Everything that a report follows from, and nothing else: the epoch's data file. */
export interface EpochData {
  readonly chainId: bigint;
  readonly oracle: string;
  readonly epoch: number;
  readonly slotsPerEpoch: number;
  readonly threshold: number;
  readonly pot: bigint;
  readonly previousReport: string;
  readonly registryDigest: string;
  readonly configDigest: string;
  readonly consensusVersion: number;
  /** By number, from 1, without gaps. */
  readonly nodes: readonly NodeInput[];
  /** Ascending by attestor. */
  readonly observations: readonly Observation[];
}

/** A report with all that is needed to sign, prove and publish it. */
export interface BuiltReport {
  readonly report: Report;
  readonly leaves: readonly Leaf[];
  readonly tree: EpochTree;
  /** The data file; its keccak256 is the report's `dataHash`. */
  readonly bytes: Uint8Array;
}

/** Thrown when a data file is not in canonical form. */
export class BadEpochDataError extends Error {
  readonly code = "BAD_EPOCH_DATA";
}

const FORMAT = "millrace.uptime/1";
/** Most slots of an epoch, EpochClock.MAX_SLOTS_PER_EPOCH. */
const MAX_SLOTS = 240;

/** Canonical bytes of a data file: JSON without blanks, fields in one order, hex in lower case. */
export function encodeEpochData(data: EpochData): Uint8Array {
  const file = {
    format: FORMAT,
    chainId: String(data.chainId),
    oracle: data.oracle.toLowerCase(),
    epoch: data.epoch,
    slotsPerEpoch: data.slotsPerEpoch,
    threshold: data.threshold,
    pot: String(data.pot),
    previousReport: data.previousReport.toLowerCase(),
    registryDigest: data.registryDigest.toLowerCase(),
    configDigest: data.configDigest.toLowerCase(),
    consensusVersion: data.consensusVersion,
    nodes: data.nodes.map((node) => [
      String(node.nodeId),
      node.provider.toLowerCase(),
      node.units,
      node.weight,
      node.earns ? 1 : 0,
      String(node.rewardBefore),
    ]),
    observations: data.observations.map(({ attestor, content, signature }) => [
      attestor.toLowerCase(),
      hexlify(content),
      signature.toLowerCase(),
    ]),
  };
  return toUtf8Bytes(JSON.stringify(file));
}

/** What the JSON claims to be. Anything else throws below, or is not equal when it is encoded again. */
interface File {
  readonly chainId: string;
  readonly oracle: string;
  readonly epoch: number;
  readonly slotsPerEpoch: number;
  readonly threshold: number;
  readonly pot: string;
  readonly previousReport: string;
  readonly registryDigest: string;
  readonly configDigest: string;
  readonly consensusVersion: number;
  readonly nodes: readonly NodeRow[];
  readonly observations: readonly ObservationRow[];
}

type NodeRow = [string, string, number, number, number, string];
type ObservationRow = [string, string, string];

/** Reads a data file. @throws {BadEpochDataError} unless it is exactly the canonical form of what it says */
export function decodeEpochData(bytes: Uint8Array): EpochData {
  try {
    const data = toData(JSON.parse(toUtf8String(bytes)) as File);
    // Encoding again catches unknown fields, blanks, other number forms and orders at once.
    if (Buffer.compare(encodeEpochData(data), bytes) === 0) return data;
  } catch (error) {
    throw new BadEpochDataError("the data file cannot be read", { cause: error });
  }
  throw new BadEpochDataError("the data file is not canonical");
}

function toData(file: File): EpochData {
  const { epoch, threshold, consensusVersion, slotsPerEpoch } = file;
  const nodes = file.nodes.map(toNode);
  const pot = BigInt(file.pot);
  const counts = [epoch, threshold, consensusVersion, ...nodes.flatMap(({ units, weight }) => [units, weight])];
  const isPossible =
    counts.every((count) => Number.isSafeInteger(count) && count >= 0) &&
    Number.isSafeInteger(slotsPerEpoch) &&
    slotsPerEpoch > 0 &&
    slotsPerEpoch <= MAX_SLOTS &&
    [pot, ...nodes.map(({ rewardBefore }) => rewardBefore)].every((mill) => mill >= 0n) &&
    nodes.every(({ nodeId }, i) => nodeId === BigInt(i + 1));
  if (!isPossible) throw new RangeError("a number is out of range");
  return {
    ...file,
    chainId: BigInt(file.chainId),
    oracle: getAddress(file.oracle),
    pot,
    nodes,
    observations: file.observations.map((row) => toObservation(epoch, row)),
  };
}

function toNode([nodeId, provider, units, weight, earns, rewardBefore]: NodeRow): NodeInput {
  return {
    nodeId: BigInt(nodeId),
    provider: getAddress(provider),
    units,
    weight,
    earns: earns === 1,
    rewardBefore: BigInt(rewardBefore),
  };
}

function toObservation(epoch: number, [attestor, contentHex, signature]: ObservationRow): Observation {
  const content = getBytes(contentHex);
  return { attestor: getAddress(attestor), epoch, content, contentHash: hexlify(keccak(content)), signature };
}

/** The report that follows from a data file. Pure: equal data give equal reports, to the byte. */
export function buildReport(data: EpochData): BuiltReport {
  const rewards = new Map(data.nodes.map(({ nodeId, rewardBefore }) => [nodeId, rewardBefore]));
  const { leaves, totalPoints } = aggregate(
    { ...data, rewardBefore: (nodeId) => rewards.get(nodeId) ?? 0n },
    data.observations.map(({ content }) => decodeSightings(content)),
  );
  const tree = new EpochTree(leaves);
  const bytes = encodeEpochData(data);
  const report: Report = {
    epoch: data.epoch,
    root: tree.root,
    evidenceRoot: evidenceRoot(data.observations),
    nodeCount: leaves.length,
    totalPoints,
    dataHash: hexlify(keccak(bytes)),
    previousReport: data.previousReport,
    registryDigest: data.registryDigest,
    configDigest: data.configDigest,
    consensusVersion: data.consensusVersion,
  };
  return { report, leaves, tree, bytes };
}
