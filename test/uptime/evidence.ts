import { id, type TypedDataDomain } from "ethers";

import {
  BatchTree,
  batchTypes,
  buildReport,
  EvidenceTree,
  heartbeatEvidence,
  heartbeatHash,
  listedEvidence,
  markSeen,
  NodeTable,
  noSightings,
  observationEvidence,
  observationTypes,
  receiptEvidence,
  signCompact,
  signHeartbeat,
  sightingsEvidence,
  treeOf,
  encodeWords,
  leafValues,
  uptimeDomain,
  type BuiltReport,
  type Heartbeat,
  type Leaf,
  type Observation,
  type Report,
  type StandardTree,
} from "@millrace/uptime-tree/format";

import type { UptimeEvidence } from "../../typechain-types/contracts/uptime/UptimeChallenges.js";
import type { UptimeEvidence as Signed } from "../../typechain-types/contracts/uptime/UptimeProofs.js";
import { agent, POT, REGISTRY_DIGEST, SLOTS, type UptimeFixture } from "./uptimeFixture.js";

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

/** Evidence of a network of `at.providers`, whose nodes one agent speaks for. */
export class Evidence {
  constructor(
    readonly at: UptimeFixture,
    readonly oracle: string,
  ) {}

  static async of(at: UptimeFixture): Promise<Evidence> {
    return new Evidence(at, await at.oracle.getAddress());
  }

  get domain(): TypedDataDomain {
    return uptimeDomain(this.at.chainId, this.oracle);
  }

  get nodeIds(): bigint[] {
    return this.at.providers.map((_, i) => BigInt(i + 1));
  }

  /** The agent's one heartbeat of a slot, for all nodes. */
  heartbeat(epoch: number, slot: number): Heartbeat {
    return { epoch, slot, nodeIds: this.nodeIds, blockNumber: BigInt(slot), blockHash: id(`block ${epoch}/${slot}`) };
  }

  async signedHeartbeat(epoch: number, slot: number): Promise<UptimeEvidence.HeartbeatStruct> {
    return heartbeatEvidence(await signHeartbeat(agent, this.domain, this.heartbeat(epoch, slot)));
  }

  /** Lets an attestor sign its batches and its observation. */
  async tell(epoch: number, seat: number, { heard, seen = heard, unlisted = [] }: Told): Promise<Statements> {
    const signer = this.at.attestors[seat]!;
    const sightings = noSightings(this.nodeIds.length);
    const batchRoots = new Uint8Array(32 * SLOTS);
    const batches = new Map<number, { tree: BatchTree; signature: string }>();
    for (let slot = 0; slot < SLOTS; slot++) {
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
    const value = { epoch, root, configDigest: this.at.configDigest };
    const signature = await signCompact(signer, this.domain, observationTypes, value);
    return { seat, observation: { ...content, signature }, batches };
  }

  /** The report that follows from observations. */
  async build(epoch: number, included: readonly Statements[]): Promise<BuiltReport> {
    const { at } = this;
    const [previousReport] = await at.oracle.newestReport();
    const nodes = NodeTable.from(
      at.providers.map((provider, i) => ({
        provider,
        units: i + 1,
        weight: 100,
        active: true,
        capacityPassed: true,
        rewardBefore: 0n,
      })),
    );
    const observations = included.map(({ observation }) => observation);
    return buildReport({
      chainId: at.chainId,
      oracle: this.oracle,
      epoch,
      slotsPerEpoch: SLOTS,
      threshold: Number((await at.oracle.setOf(epoch)).threshold),
      pot: POT.availability,
      previousReport,
      registryDigest: REGISTRY_DIGEST,
      configDigest: at.configDigest,
      nodes,
      observations: observations.sort((a, b) => (BigInt(a.attestor) < BigInt(b.attestor) ? -1 : 1)),
    });
  }

  async post(epoch: number, report: Report, seats: readonly number[] = [0, 1, 2]): Promise<void> {
    await this.at.close(epoch);
    const { signers, signatures } = await this.at.sign(report, seats);
    await this.at.oracle.submitReport(report, signers, signatures);
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
    return observationEvidence(observation, this.at.configDigest);
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
    const value = { epoch, root: id("other observation"), configDigest: this.at.configDigest };
    return { ...value, signature: await signCompact(this.at.attestors[seat]!, this.domain, observationTypes, value) };
  }

  async otherBatch(epoch: number, slot: number, seat: number): Promise<Signed.BatchStruct> {
    const value = { epoch, slot, root: id("other batch") };
    return { ...value, signature: await signCompact(this.at.attestors[seat]!, this.domain, batchTypes, value) };
  }
}

/** The tree over any leaves, right or wrong. */
export function treeOfLeaves(leaves: readonly Leaf[]): StandardTree {
  return treeOf(leaves.length, (index) => encodeWords(leafValues(leaves[index]!)));
}
