import { getAddress, getBytes, hexlify } from "ethers";

import { observationSize, SIGNATURE_BYTES, type Observation } from "@millrace/uptime-tree/format";

const ADDRESS_BYTES = 20;
/** What comes before the observation: its epoch and the length of the batch roots. */
const PREFIX_BYTES = 8;
const HEADER_BYTES = PREFIX_BYTES + ADDRESS_BYTES + SIGNATURE_BYTES;

/** What the length of an observation depends on. */
export interface EpochSize {
  readonly slotsPerEpoch: number;
  readonly nodeCount: number;
}

/** Bytes of an observation as members send it. */
export function sentObservationSize({ slotsPerEpoch, nodeCount }: EpochSize): number {
  return PREFIX_BYTES + observationSize(slotsPerEpoch, nodeCount);
}

/** An observation as members send it: epoch 4, length of the batch roots 4, attestor 20, signature 64, roots, sightings. */
export function encodeObservation(observation: Observation): Uint8Array {
  const { epoch, attestor, signature, batchRoots, sightings } = observation;
  const bytes = new Uint8Array(HEADER_BYTES + batchRoots.length + sightings.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, epoch);
  view.setUint32(4, batchRoots.length);
  bytes.set(getBytes(attestor), PREFIX_BYTES);
  bytes.set(getBytes(signature), PREFIX_BYTES + ADDRESS_BYTES);
  bytes.set(batchRoots, HEADER_BYTES);
  bytes.set(sightings, HEADER_BYTES + batchRoots.length);
  return bytes;
}

/** @throws {RangeError} when it is too short */
export function decodeObservation(bytes: Uint8Array): Observation {
  if (bytes.length < HEADER_BYTES) throw new RangeError("an observation is longer");
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const sightingsAt = HEADER_BYTES + view.getUint32(4);
  if (bytes.length < sightingsAt) throw new RangeError("an observation is longer");
  return {
    epoch: view.getUint32(0),
    attestor: getAddress(hexlify(bytes.subarray(PREFIX_BYTES, PREFIX_BYTES + ADDRESS_BYTES))),
    signature: hexlify(bytes.subarray(PREFIX_BYTES + ADDRESS_BYTES, HEADER_BYTES)),
    batchRoots: bytes.slice(HEADER_BYTES, sightingsAt),
    sightings: bytes.slice(sightingsAt),
  };
}
