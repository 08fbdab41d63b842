import { getAddress, hexlify, verifyTypedData, type Signer, type TypedDataDomain } from "ethers";

import { keccak } from "./keccak.js";
import { observationTypes } from "./typedData.js";

/** Bitmap of slots by node; a node that was not seen is absent. */
export type Sightings = ReadonlyMap<bigint, bigint>;

/** What an attestor saw in an epoch, signed. `content` is the canonical encoding of its sightings. */
export interface Observation {
  readonly attestor: string;
  readonly epoch: number;
  readonly content: Uint8Array;
  readonly contentHash: string;
  readonly signature: string;
}

const ENTRY = 40;

/** Thrown when an observation is not in canonical form or not signed by whom it names. */
export class BadObservationError extends Error {
  readonly code = "BAD_OBSERVATION";
}

/** Canonical bytes: 8 of node id, 32 of bitmap, ascending by node, no empty bitmap. Equal sightings have equal bytes. */
export function encodeSightings(sightings: Sightings): Uint8Array {
  const entries = [...sightings].filter(([, bitmap]) => bitmap !== 0n).sort(([a], [b]) => (a < b ? -1 : 1));
  const bytes = new Uint8Array(entries.length * ENTRY);
  const view = new DataView(bytes.buffer);
  entries.forEach(([nodeId, bitmap], i) => {
    view.setBigUint64(i * ENTRY, nodeId);
    for (let word = 0; word < 4; word++) {
      view.setBigUint64(i * ENTRY + 8 + 8 * word, BigInt.asUintN(64, bitmap >> BigInt(192 - 64 * word)));
    }
  });
  return bytes;
}

/** Reads canonical bytes. @throws {BadObservationError} for any other bytes */
export function decodeSightings(content: Uint8Array): Sightings {
  if (content.length % ENTRY !== 0)
    throw new BadObservationError("an observation is a whole number of 40-byte entries");
  const view = new DataView(content.buffer, content.byteOffset, content.byteLength);
  const sightings = new Map<bigint, bigint>();
  let last = -1n;
  for (let offset = 0; offset < content.length; offset += ENTRY) {
    const nodeId = view.getBigUint64(offset);
    let bitmap = 0n;
    for (let word = 0; word < 4; word++) bitmap = (bitmap << 64n) | view.getBigUint64(offset + 8 + 8 * word);
    if (nodeId <= last || bitmap === 0n) throw new BadObservationError("entries must ascend and have a slot each");
    sightings.set(nodeId, bitmap);
    last = nodeId;
  }
  return sightings;
}

/** Signs what an attestor saw. Sign once an epoch. */
export async function signObservation(
  signer: Signer,
  domain: TypedDataDomain,
  configDigest: string,
  epoch: number,
  sightings: Sightings,
): Promise<Observation> {
  const content = encodeSightings(sightings);
  const contentHash = hexlify(keccak(content));
  const attestor = await signer.getAddress();
  const signature = await signer.signTypedData(domain, observationTypes, { epoch, contentHash, configDigest });
  return { attestor, epoch, content, contentHash, signature };
}

/** Checks content, hash and signature of an observation. @throws {BadObservationError} */
export function verifyObservation(domain: TypedDataDomain, configDigest: string, observation: Observation): void {
  const { attestor, epoch, content, contentHash, signature } = observation;
  if (hexlify(keccak(content)) !== contentHash) throw new BadObservationError(`content of ${attestor} is not its hash`);
  let signer: string;
  try {
    signer = verifyTypedData(domain, observationTypes, { epoch, contentHash, configDigest }, signature);
  } catch (error) {
    throw new BadObservationError(`signature of ${attestor} is malformed`, { cause: error });
  }
  if (signer !== getAddress(attestor)) throw new BadObservationError(`observation is not signed by ${attestor}`);
  decodeSightings(content);
}
