import type { Logger } from "@millrace/sdk";
import { BITMAP_BYTES, bitmapOf, type Receipt, type SignedBatch } from "@millrace/uptime-tree/format";

import { EpochMap } from "../EpochMap.js";
import { KEPT_EPOCHS } from "../horizon.js";
import type { Metrics } from "../Metrics.js";
import type { SignedReport } from "../store/SignedReport.js";
import type { KeptObservation, ObservationRoots } from "../store/EvidenceStore.js";
import type { Store } from "../store/Store.js";
import { findHiddenSighting } from "./findHiddenSighting.js";

/** Kinds of contradictions. */
export const CONTRADICTION_KINDS = ["batch", "batch-left-out", "hidden-sighting", "observation", "report"] as const;

/**
 * Two statements of one attestor that exclude each other, by their roots or hashes; the store has them whole.
 * `batch-left-out`: the first is a batch, the second the observation of its attestor that lists another.
 * `hidden-sighting`: the first is a batch that the second lists, which hides a node of it.
 */
export interface Contradiction {
  readonly kind: (typeof CONTRADICTION_KINDS)[number];
  readonly epoch: number;
  readonly attestor: string;
  /** Slot of the batch, −1 where there is none. */
  readonly slot: number;
  readonly first: string;
  readonly second: string;
  /** The node that is hidden; none but for that kind. */
  readonly nodeId?: bigint;
  /** Its receipt, where the batch of this member is another one. */
  readonly receipt?: Receipt;
}

/** What a guard works with. */
export interface GuardParts {
  readonly attestor: string;
  readonly store: Store;
  readonly metrics: Metrics;
  readonly logger: Logger;
}

/**
 * Looks out for statements that exclude each other. Those of others are evidence; one that carries this member's own
 * signature, and that it did not make, means that its key is used elsewhere: it then signs nothing more.
 */
export class Guard {
  /** What was found, by epoch and name. */
  private readonly found = new EpochMap(KEPT_EPOCHS, () => new Map<string, Contradiction>());
  private foreign: string | undefined;

  constructor(private readonly parts: GuardParts) {}

  /** What was found, of the oldest epoch first. */
  get contradictions(): Contradiction[] {
    return this.found.all().flatMap((ofEpoch) => [...ofEpoch.values()]);
  }

  /** Why this member must not sign, undefined when it may. */
  get reasonToStop(): string | undefined {
    return this.foreign;
  }

  /** Looks again at all that is on the disk: what was found before a restart is evidence still. */
  resume(): void {
    const { store } = this.parts;
    for (const epoch of store.evidence.epochs()) {
      for (const batch of store.evidence.batches(epoch)) this.checkBatch(batch);
      for (const observation of store.evidence.observationRoots(epoch)) this.checkRoots(observation);
      this.compareKept(epoch);
      for (const signed of store.evidence.signedReports(epoch)) this.onReport(signed);
    }
  }

  /** To be called with every verified batch. */
  onBatch(batch: SignedBatch): void {
    this.checkBatch(batch);
    for (const observation of this.parts.store.evidence.observationRoots(batch.epoch)) this.compare(batch, observation);
  }

  private checkBatch(batch: SignedBatch): void {
    const { store, attestor } = this.parts;
    const { epoch, slot, root } = batch;
    if (batch.attestor === attestor && store.statements.made("batch", epoch, String(slot))?.hash !== root) {
      this.stop(`batch of slot ${slot} of epoch ${epoch}`);
    }
    const other = store.evidence
      .batches(epoch, slot)
      .find((each) => each.attestor === batch.attestor && each.root !== root);
    if (other !== undefined) {
      this.note({ kind: "batch", epoch, attestor: batch.attestor, slot, first: other.root, second: root });
    }
  }

  /** To be called with every verified observation, and with this member's own, before it is kept. */
  onObservation(observation: KeptObservation): void {
    this.checkRoots(observation);
    if (observation.attestor === this.parts.attestor) this.compareKept(observation.epoch, observation);
    else this.compareSightings(this.own(observation.epoch), observation);
  }

  /** To be called with every verified receipt of another: what it gave a node it must not hide. */
  onReceipt(receipt: Receipt): void {
    const { store } = this.parts;
    const { epoch, slot, attestor, root, nodeId } = receipt;
    if (attestor === this.parts.attestor) return;
    for (const listed of store.evidence.observationRoots(epoch)) {
      if (listed.attestor !== attestor || rootAt(listed, slot) !== root.toLowerCase()) continue;
      const sightings = store.evidence.observation(epoch, listed.root)?.sightings ?? new Uint8Array();
      const hasPlace = nodeId >= 1n && nodeId <= BigInt(sightings.length / BITMAP_BYTES);
      if (!hasPlace || (bitmapOf(sightings, nodeId) >> BigInt(slot)) & 1n) continue;
      const [first, second] = [rootAt(listed, slot), listed.root];
      this.note({ kind: "hidden-sighting", epoch, attestor, slot, first, second, nodeId, receipt });
    }
  }

  private checkRoots(observation: ObservationRoots): void {
    const { store, attestor } = this.parts;
    const { epoch, root } = observation;
    if (observation.attestor === attestor && store.statements.made("observation", epoch, "")?.hash !== root) {
      this.stop(`observation of epoch ${epoch}`);
    }
    const other = store.evidence
      .observations(epoch)
      .find((each) => each.attestor === observation.attestor && each.root !== root);
    if (other !== undefined) {
      const { attestor: accused } = observation;
      this.note({ kind: "observation", epoch, attestor: accused, slot: -1, first: other.root, second: root });
    }
    for (const batch of store.evidence.batches(epoch)) this.compare(batch, observation);
  }

  /** To be called with every report whose signature was verified. */
  onReport(signed: SignedReport): void {
    const { store, attestor } = this.parts;
    const { reportHash, report } = signed;
    const { epoch, previousReport } = report;
    if (signed.attestor === attestor && store.statements.made("report", epoch, previousReport)?.hash !== reportHash) {
      this.stop(`report of epoch ${epoch}`);
    }
    const other = store.evidence.signedReports(epoch).find((each) => {
      const isOther = each.attestor === signed.attestor && each.reportHash !== reportHash;
      // What was built on a report that fell is signed again on another one: that is no contradiction.
      return isOther && each.report.previousReport === previousReport;
    });
    store.evidence.putSignedReport(signed);
    if (other === undefined) return;
    const [first, second] = [other.reportHash, reportHash];
    this.note({ kind: "report", epoch, attestor: signed.attestor, slot: -1, first, second });
  }

  private compare(batch: SignedBatch, observation: ObservationRoots): void {
    const { epoch, slot, attestor, root } = batch;
    if (attestor !== observation.attestor) return;
    if (rootAt(observation, slot) === root.toLowerCase()) return;
    this.note({ kind: "batch-left-out", epoch, attestor, slot, first: root, second: observation.root });
  }

  /** Compares an observation of this member with those that are kept of others. */
  private compareKept(epoch: number, own: Sighted | undefined = this.own(epoch)): void {
    for (const other of this.parts.store.evidence.observationRoots(epoch)) this.compareSightings(own, other);
  }

  private compareSightings(own: Sighted | undefined, other: Sighted): void {
    const { store } = this.parts;
    const { attestor, epoch } = other;
    if (own === undefined || attestor === this.parts.attestor) return;
    const found = findHiddenSighting(own, other, ({ root, sightings }: Sighted) => {
      return sightings ?? store.evidence.observation(epoch, root)?.sightings ?? new Uint8Array();
    });
    if (found === undefined) return;
    const { nodeId, slot } = found;
    const first = rootAt(other, slot);
    this.note({ kind: "hidden-sighting", epoch, attestor, slot, first, second: other.root, nodeId });
  }

  /** What this member has said of an epoch; what else carries its signature proves nothing against others. */
  private own(epoch: number): ObservationRoots | undefined {
    const { store, attestor } = this.parts;
    const said = store.statements.made("observation", epoch, "")?.hash;
    return store.evidence.observationRoots(epoch).find((each) => each.attestor === attestor && each.root === said);
  }

  private stop(what: string): void {
    if (this.foreign !== undefined) return;
    this.foreign = `a ${what} that this process did not sign carries its signature`;
    this.parts.logger.fatal({ reason: this.foreign }, "the key is used elsewhere: nothing more is signed");
  }

  private note(contradiction: Contradiction): void {
    const { kind, epoch } = contradiction;
    const name = nameOf(contradiction);
    const known = this.found.of(epoch);
    if (known.has(name)) return;
    known.set(name, contradiction);
    this.parts.metrics.contradictions.inc({ kind });
    this.parts.logger.error({ kind, epoch, name }, "an attestor contradicts itself");
  }
}

/** An observation whose bitmaps may still be on the disk. */
type Sighted = ObservationRoots & { readonly sightings?: Uint8Array };

/** Root of the batch that an observation lists for a slot. */
function rootAt({ batchRoots }: ObservationRoots, slot: number): string {
  return `0x${Buffer.from(batchRoots.subarray(32 * slot, 32 * slot + 32)).toString("hex")}`;
}

function nameOf({ kind, attestor, epoch, slot }: Contradiction): string {
  return `${kind}/${attestor}/${epoch}${slot < 0 ? "" : `/${slot}`}`;
}
