import { getAddress, hexlify, type Signer, type TypedDataDomain } from "ethers";

import { MAX_SLOTS_PER_EPOCH, SIGHTINGS_SLOT } from "./constants.js";
import { recoverCompact, signCompact } from "./signatures.js";
import { BITMAP_BYTES, sightingsTree, type Sightings } from "./Sightings.js";
import { treeOf, type StandardTree } from "./StandardTree.js";
import { observationTypes } from "./typedData.js";
import { encodeWords } from "./Leaf.js";

/** ABI types of a leaf of evidence. */
export const evidenceLeafTypes = ["address", "uint8", "bytes32"] as const;

/** What an attestor says of an epoch before it is signed. */
export interface ObservationContent {
  readonly epoch: number;
  readonly attestor: string;
  /** Root of the attestor's batch of each slot, 32 bytes each; zero: it signed none. */
  readonly batchRoots: Uint8Array;
  readonly sightings: Sightings;
}

/** An observation as it is gossiped. */
export interface Observation extends ObservationContent {
  /** 64 bytes, ERC-2098. */
  readonly signature: string;
}

/** One leaf of evidence: the root of a batch, or of the sightings under `SIGHTINGS_SLOT`. */
export interface EvidenceLeaf {
  readonly attestor: string;
  readonly slot: number;
  readonly root: string;
}

/** Thrown when an observation contradicts itself or is not signed by whom it names. */
export class BadObservationError extends Error {
  readonly code = "BAD_OBSERVATION";
}

/** The leaves of an observation: its batches in order of slots, then its sightings. */
export function evidenceLeaves({ attestor, batchRoots, sightings }: ObservationContent): EvidenceLeaf[] {
  const slots = batchRoots.length / BITMAP_BYTES;
  const leaves = Array.from({ length: slots }, (_, slot): EvidenceLeaf => {
    return { attestor, slot, root: hexlify(batchRoots.subarray(slot * BITMAP_BYTES, (slot + 1) * BITMAP_BYTES)) };
  });
  return [...leaves, { attestor, slot: SIGHTINGS_SLOT, root: sightingsTree(sightings).root }];
}

/** Tree over the evidence of some observations: of one, its root is signed; of all included, it is the report's `evidenceRoot`. */
export class EvidenceTree {
  readonly #leaves: readonly EvidenceLeaf[];
  readonly #tree: StandardTree;

  constructor(observations: readonly ObservationContent[]) {
    this.#leaves = observations.flatMap(evidenceLeaves);
    this.#tree = treeOf(this.#leaves.length, (index) => {
      const leaf = this.#leaves[index];
      return encodeWords(leaf === undefined ? [] : [leaf.attestor, leaf.slot, leaf.root]);
    });
  }

  get root(): string {
    return this.#tree.root;
  }

  /** Root that an attestor put down for a slot, and its proof. */
  proof(attestor: string, slot: number): { root: string; proof: string[] } {
    const wanted = getAddress(attestor);
    const index = this.#leaves.findIndex((leaf) => getAddress(leaf.attestor) === wanted && leaf.slot === slot);
    const leaf = this.#leaves[index];
    if (leaf === undefined) throw new RangeError(`no evidence of ${attestor} for slot ${slot}`);
    return { root: leaf.root, proof: this.#tree.proof(index) };
  }
}

/** Root that an attestor signs for an epoch. */
export function observationRoot(content: ObservationContent): string {
  return new EvidenceTree([content]).root;
}

/** Signs what an attestor saw. Once an epoch: two of them cost the bond. */
export async function signObservation(
  signer: Signer,
  domain: TypedDataDomain,
  configDigest: string,
  content: ObservationContent,
): Promise<Observation> {
  checkContent(content);
  const root = observationRoot(content);
  const signature = await signCompact(signer, domain, observationTypes, { epoch: content.epoch, root, configDigest });
  return { ...content, signature };
}

/** Checks the content and signature of an observation. @throws {BadObservationError} @throws {BadSignatureError} */
export function verifyObservation(domain: TypedDataDomain, configDigest: string, observation: Observation): void {
  checkContent(observation);
  verifyObservationRoot(domain, configDigest, { ...observation, root: observationRoot(observation) });
}

/** Checks the signature alone, of an observation whose root is known. @throws {BadObservationError} @throws {BadSignatureError} */
export function verifyObservationRoot(
  domain: TypedDataDomain,
  configDigest: string,
  {
    epoch,
    attestor,
    root,
    signature,
  }: Pick<Observation, "attestor" | "epoch" | "signature"> & { readonly root: string },
): void {
  const signer = recoverCompact(domain, observationTypes, { epoch, root, configDigest }, signature);
  if (signer !== getAddress(attestor)) {
    throw new BadObservationError(`the observation is not signed by ${attestor}`);
  }
}

/** Nobody can be seen in a slot of which there is no batch, nor in one that is none. */
function checkContent({ attestor, batchRoots, sightings }: ObservationContent): void {
  const slots = batchRoots.length / BITMAP_BYTES;
  if (!Number.isInteger(slots) || slots === 0 || slots > MAX_SLOTS_PER_EPOCH || sightings.length % BITMAP_BYTES !== 0) {
    throw new BadObservationError(`the observation of ${attestor} has the wrong size`);
  }
  const possible = new Uint8Array(BITMAP_BYTES);
  for (let slot = 0; slot < slots; slot++) {
    const root = batchRoots.subarray(slot * BITMAP_BYTES, (slot + 1) * BITMAP_BYTES);
    const at = BITMAP_BYTES - 1 - (slot >> 3);
    if (root.some((byte) => byte !== 0)) possible[at] = (possible[at] ?? 0) | (1 << (slot & 7));
  }
  for (let i = 0; i < sightings.length; i++) {
    if (((sightings[i] ?? 0) & ~(possible[i % BITMAP_BYTES] ?? 0)) !== 0) {
      throw new BadObservationError(`the observation of ${attestor} has a sighting without a batch`);
    }
  }
}
