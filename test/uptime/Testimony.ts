import { id, type Signer, type TypedDataDomain } from "ethers";

import {
  BatchTree,
  batchTypes,
  EvidenceTree,
  heartbeatEvidence,
  heartbeatHash,
  listedEvidence,
  markSeen,
  noSightings,
  observationEvidence,
  observationTypes,
  receiptEvidence,
  signCompact,
  signHeartbeat,
  sightingsEvidence,
  type Heartbeat,
  type Observation,
} from "@millrace/uptime-tree/format";

import type { UptimeEvidence } from "../../typechain-types/contracts/uptime/UptimeChallenges.js";
import type { UptimeEvidence as Signed } from "../../typechain-types/contracts/uptime/UptimeProofs.js";

/** Everything that one attestor signed in an epoch below its report. */
export interface Statements {
  readonly seat: number;
  readonly observation: Observation;
  /** Signed batches by slot, whether they are in the observation or not. */
  readonly batches: ReadonlyMap<number, { readonly tree: BatchTree; readonly signature: string }>;
}

/** What an attestor makes of what it heard: honest ones say exactly that. */
export interface Told {
  /** Nodes in the batch of a slot. */
  readonly heard: (slot: number) => readonly bigint[];
  /** Nodes in the sightings of a slot, if they are others. */
  readonly seen?: (slot: number) => readonly bigint[];
  /** Slots whose batch is not the one in the observation. */
  readonly unlisted?: readonly number[];
}

/** Who signs what, and where. */
export interface TestimonySite {
  readonly domain: TypedDataDomain;
  readonly slots: number;
  readonly configDigest: string;
  readonly nodeCount: number;
  /** Speaks for all nodes, on one host. */
  readonly agent: Signer;
  /** Keys by seat. */
  readonly attestors: readonly (Signer & { readonly address: string })[];
}

/** What agents and attestors sign, in the forms that contracts take. */
export class Testimony {
  constructor(readonly site: TestimonySite) {}

  get domain(): TypedDataDomain {
    return this.site.domain;
  }

  get nodeIds(): bigint[] {
    return Array.from({ length: this.site.nodeCount }, (_, i) => BigInt(i + 1));
  }

  /** The agent's one heartbeat of a slot, for all nodes. */
  heartbeat(epoch: number, slot: number): Heartbeat {
    return { epoch, slot, nodeIds: this.nodeIds, blockNumber: BigInt(slot), blockHash: id(`block ${epoch}/${slot}`) };
  }

  async signedHeartbeat(epoch: number, slot: number): Promise<UptimeEvidence.HeartbeatStruct> {
    return heartbeatEvidence(await signHeartbeat(this.site.agent, this.domain, this.heartbeat(epoch, slot)));
  }

  /** Lets an attestor sign its batches and its observation. */
  async tell(epoch: number, seat: number, { heard, seen = heard, unlisted = [] }: Told): Promise<Statements> {
    const { slots, configDigest } = this.site;
    const signer = this.#keyOf(seat);
    const sightings = noSightings(this.site.nodeCount);
    const batchRoots = new Uint8Array(32 * slots);
    const batches = new Map<number, { tree: BatchTree; signature: string }>();
    for (let slot = 0; slot < slots; slot++) {
      for (const nodeId of seen(slot)) markSeen(sightings, nodeId, slot);
      const nodeIds = heard(slot);
      if (nodeIds.length === 0) continue;
      const hash = heartbeatHash(this.domain, this.heartbeat(epoch, slot));
      const tree = new BatchTree(nodeIds.map((nodeId) => ({ nodeId, heartbeatHash: hash })));
      const batch = { epoch, slot, root: tree.root };
      batches.set(slot, { tree, signature: await signCompact(signer, this.domain, batchTypes, batch) });
      const listed = unlisted.includes(slot) ? id("another batch") : tree.root;
      batchRoots.set(Buffer.from(listed.slice(2), "hex"), 32 * slot);
    }
    const content = { epoch, attestor: signer.address, batchRoots, sightings };
    const root = new EvidenceTree([content]).root;
    const value = { epoch, root, configDigest };
    const signature = await signCompact(signer, this.domain, observationTypes, value);
    return { seat, observation: { ...content, signature }, batches };
  }

  /** What is shown of an attestor's batch. */
  receipt({ seat, batches }: Statements, nodeId: bigint, slot: number): UptimeEvidence.ReceiptStruct {
    const batch = batches.get(slot);
    const { root } = batch?.tree ?? { root: id("none") };
    const signed = { epoch: 0, slot, root, attestor: "", signature: batch?.signature ?? "0x" };
    const receipt = batch?.tree.receipt(signed, nodeId);
    if (batch === undefined || receipt === undefined) throw new Error(`seat ${seat} gave no receipt`);
    return receiptEvidence(receipt, seat);
  }

  batch({ batches }: Statements, epoch: number, slot: number): Signed.BatchStruct {
    const batch = batches.get(slot);
    if (batch === undefined) throw new Error(`no batch of slot ${slot}`);
    return { epoch, slot, root: batch.tree.root, signature: batch.signature };
  }

  observation({ observation }: Statements): UptimeEvidence.ObservationStruct {
    return observationEvidence(observation, this.site.configDigest);
  }

  /** Root that an attestor put down for a slot, and its proof under its own observation. */
  listed({ observation }: Statements, slot: number): { root: string; proof: string[] } {
    return listedEvidence(observation, slot);
  }

  /** The first chunk of an attestor's sightings. */
  sightings({ observation }: Statements): UptimeEvidence.SightingsStruct {
    return sightingsEvidence(observation, 1n);
  }

  /** Another observation of the same attestor. */
  async otherObservation(epoch: number, seat: number): Promise<UptimeEvidence.ObservationStruct> {
    const value = { epoch, root: id("other observation"), configDigest: this.site.configDigest };
    return { ...value, signature: await signCompact(this.#keyOf(seat), this.domain, observationTypes, value) };
  }

  async otherBatch(epoch: number, slot: number, seat: number): Promise<Signed.BatchStruct> {
    const value = { epoch, slot, root: id("other batch") };
    return { ...value, signature: await signCompact(this.#keyOf(seat), this.domain, batchTypes, value) };
  }

  #keyOf(seat: number): TestimonySite["attestors"][number] {
    const key = this.site.attestors[seat];
    if (key === undefined) throw new Error(`nobody sits on seat ${seat}`);
    return key;
  }
}
