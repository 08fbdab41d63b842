import { getAddress, getBytes, hexlify, toBeHex, toUtf8Bytes } from "ethers";

import { CONSENSUS_VERSION, DATA_CHUNK_BYTES, MAX_SLOTS_PER_EPOCH, SIGNATURE_BYTES } from "./constants.js";
import { NodeTable } from "./NodeTable.js";
import type { Observation } from "./Observation.js";
import { BITMAP_BYTES } from "./Sightings.js";
import { rootFrom, treeOf, type StandardTree } from "./StandardTree.js";
import { keccak } from "./keccak.js";
import { encodeWords, hashWords } from "./Leaf.js";

/** Everything that a report follows from, and nothing else. */
export interface EpochFile {
  readonly chainId: bigint;
  readonly oracle: string;
  readonly epoch: number;
  readonly slotsPerEpoch: number;
  readonly threshold: number;
  readonly pot: bigint;
  readonly previousReport: string;
  readonly registryDigest: string;
  readonly configDigest: string;
  readonly nodes: NodeTable;
  /** Ascending by attestor, one each. */
  readonly observations: readonly Observation[];
}

/** Thrown when a data file is not in canonical form. */
export class BadDataFileError extends Error {
  readonly code = "BAD_DATA_FILE";
}

const MAGIC = toUtf8Bytes("MILLUPT2");
const HEADER_BYTES = 172;
const NODE_BYTES = 43;

/** Canonical bytes: fixed widths, big-endian, no gaps. The layout is in docs/uptime-format.md. */
export function encodeDataFile(file: EpochFile): Uint8Array {
  const { nodes, observations, slotsPerEpoch } = file;
  const observationBytes = observationSize(slotsPerEpoch, nodes.count);
  const bytes = new Uint8Array(dataFileSize(slotsPerEpoch, nodes.count, observations.length));
  const view = new DataView(bytes.buffer);
  bytes.set(MAGIC, 0);
  view.setBigUint64(8, file.chainId);
  bytes.set(getBytes(file.oracle), 16);
  view.setUint32(36, file.epoch);
  view.setUint8(40, slotsPerEpoch);
  view.setUint8(41, file.threshold);
  view.setUint8(42, observations.length);
  view.setUint8(43, CONSENSUS_VERSION);
  view.setUint32(44, nodes.count);
  putUint128(view, 48, file.pot);
  bytes.set(getBytes(file.previousReport), 64);
  bytes.set(getBytes(file.registryDigest), 96);
  bytes.set(getBytes(file.configDigest), 128);
  // Twelve bytes up to the nodes stay zero.
  for (let index = 0; index < nodes.count; index++)
    putNode(bytes, view, HEADER_BYTES + NODE_BYTES * index, nodes, index);
  observations.forEach((observation, i) => {
    let at = HEADER_BYTES + NODE_BYTES * nodes.count + observationBytes * i;
    for (const part of [
      getBytes(observation.attestor),
      getBytes(observation.signature),
      observation.batchRoots,
      observation.sightings,
    ]) {
      bytes.set(part, at);
      at += part.length;
    }
  });
  return bytes;
}

/** Reads a data file; arrays of the result share its memory. @throws {BadDataFileError} for any other bytes */
export function decodeDataFile(bytes: Uint8Array): EpochFile {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const startsRight = bytes.length >= HEADER_BYTES && MAGIC.every((byte, i) => bytes[i] === byte);
  if (!startsRight) throw new BadDataFileError("this is no data file of an epoch");
  const slotsPerEpoch = view.getUint8(40);
  const threshold = view.getUint8(41);
  const observationCount = view.getUint8(42);
  const count = view.getUint32(44);
  const observationBytes = observationSize(slotsPerEpoch, count);
  if (bytes.length !== dataFileSize(slotsPerEpoch, count, observationCount)) {
    throw new BadDataFileError("the data file has another length than its header says");
  }
  const sane =
    slotsPerEpoch >= 1 &&
    slotsPerEpoch <= MAX_SLOTS_PER_EPOCH &&
    threshold >= 1 &&
    view.getUint8(43) === CONSENSUS_VERSION;
  if (!sane || bytes.subarray(160, HEADER_BYTES).some((byte) => byte !== 0)) {
    throw new BadDataFileError("the header of the data file is impossible");
  }
  const nodes = new NodeTable(count);
  for (let index = 0; index < count; index++) takeNode(bytes, view, HEADER_BYTES + NODE_BYTES * index, nodes, index);
  const epoch = view.getUint32(36);
  const observations = Array.from({ length: observationCount }, (_, i): Observation => {
    const at = HEADER_BYTES + NODE_BYTES * count + observationBytes * i;
    const roots = at + 20 + SIGNATURE_BYTES;
    const sightings = roots + slotsPerEpoch * BITMAP_BYTES;
    return {
      epoch,
      attestor: getAddress(hexlify(bytes.subarray(at, at + 20))),
      signature: hexlify(bytes.subarray(at + 20, roots)),
      batchRoots: bytes.subarray(roots, sightings),
      sightings: bytes.subarray(sightings, at + observationBytes),
    };
  });
  const ascending = observations.every(({ attestor }, i) => {
    const before = observations[i - 1];
    return before === undefined || BigInt(before.attestor) < BigInt(attestor);
  });
  if (!ascending) throw new BadDataFileError("the observations of the data file do not ascend");
  return {
    chainId: view.getBigUint64(8),
    oracle: getAddress(hexlify(bytes.subarray(16, 36))),
    epoch,
    slotsPerEpoch,
    threshold,
    pot: takeUint128(view, 48),
    previousReport: hexlify(bytes.subarray(64, 96)),
    registryDigest: hexlify(bytes.subarray(96, 128)),
    configDigest: hexlify(bytes.subarray(128, 160)),
    nodes,
    observations,
  };
}

/** What a report commits of its data file: length and every chunk, so that any chunk can be asked for on chain. */
export class DataCommitment {
  readonly length: number;
  readonly #bytes: Uint8Array;
  readonly #tree: StandardTree;

  constructor(bytes: Uint8Array) {
    this.length = bytes.length;
    this.#bytes = bytes;
    this.#tree = treeOf(Math.ceil(bytes.length / DATA_CHUNK_BYTES), (chunk) =>
      encodeWords([chunk, hexlify(keccak(this.chunk(chunk)))]),
    );
  }

  /** Root over the chunks, `(uint32 chunk, bytes32 keccak256(bytes of the chunk))`. */
  get chunksRoot(): string {
    return this.#tree.root;
  }

  /** The report's `dataHash`. */
  get dataHash(): string {
    return hexlify(keccak(encodeWords([this.length, this.chunksRoot])));
  }

  /** Bytes of a chunk. */
  chunk(chunk: number): Uint8Array {
    return this.#bytes.subarray(chunk * DATA_CHUNK_BYTES, (chunk + 1) * DATA_CHUNK_BYTES);
  }

  proof(chunk: number): string[] {
    return this.#tree.proof(chunk);
  }
}

/** Whether some bytes are a chunk of the file with a data hash. */
export function isDataChunk(
  dataHash: string,
  length: number,
  chunk: number,
  bytes: Uint8Array,
  proof: readonly string[],
): boolean {
  const size = Math.min(DATA_CHUNK_BYTES, length - chunk * DATA_CHUNK_BYTES);
  const root = rootFrom(hashWords([chunk, hexlify(keccak(bytes))]), proof);
  return bytes.length === size && BigInt(hexlify(keccak(encodeWords([length, root])))) === BigInt(dataHash);
}

/** Bytes of a data file. */
export function dataFileSize(slotsPerEpoch: number, nodeCount: number, observationCount: number): number {
  return HEADER_BYTES + NODE_BYTES * nodeCount + observationSize(slotsPerEpoch, nodeCount) * observationCount;
}

/** Bytes of an observation: attestor, signature, roots, sightings. */
export function observationSize(slotsPerEpoch: number, nodeCount: number): number {
  return 20 + SIGNATURE_BYTES + (slotsPerEpoch + nodeCount) * BITMAP_BYTES;
}

function putNode(bytes: Uint8Array, view: DataView, at: number, nodes: NodeTable, index: number): void {
  bytes.set(nodes.providers.subarray(20 * index, 20 * index + 20), at);
  view.setUint16(at + 20, nodes.units[index] ?? 0);
  view.setUint32(at + 22, nodes.weights[index] ?? 0);
  view.setUint8(at + 26, (nodes.active[index] ?? 0) | ((nodes.capacityPassed[index] ?? 0) << 1));
  putUint128(view, at + 27, nodes.rewardsBefore[index] ?? 0n);
}

function takeNode(bytes: Uint8Array, view: DataView, at: number, nodes: NodeTable, index: number): void {
  const flags = view.getUint8(at + 26);
  if (flags > 3) throw new BadDataFileError(`node ${index + 1} of the data file has unknown flags`);
  nodes.providers.set(bytes.subarray(at, at + 20), 20 * index);
  nodes.units[index] = view.getUint16(at + 20);
  nodes.weights[index] = view.getUint32(at + 22);
  nodes.active[index] = flags & 1;
  nodes.capacityPassed[index] = flags >> 1;
  nodes.rewardsBefore[index] = takeUint128(view, at + 27);
}

function putUint128(view: DataView, at: number, value: bigint): void {
  if (value < 0n || value >= 1n << 128n) throw new RangeError(`${toBeHex(value)} does not fit 16 bytes`);
  view.setBigUint64(at, value >> 64n);
  view.setBigUint64(at + 8, value & 0xffff_ffff_ffff_ffffn);
}

function takeUint128(view: DataView, at: number): bigint {
  return (view.getBigUint64(at) << 64n) | view.getBigUint64(at + 8);
}
