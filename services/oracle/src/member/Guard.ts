import type { Logger } from "@millrace/sdk";
import type { SignedBatch } from "@millrace/uptime-tree/format";

import { EpochMap } from "../EpochMap.js";
import { KEPT_EPOCHS } from "../horizon.js";
import type { Metrics } from "../Metrics.js";
import type { SignedReport } from "../store/SignedReport.js";
import type { ObservationRoots, Store } from "../store/Store.js";

/**
 * Two statements of one attestor that exclude each other, by their roots or hashes; the store has them whole.
 * `batch-left-out`: the first is a batch, the second the observation of its attestor that lists another.
 */
export interface Contradiction {
  readonly kind: "batch" | "batch-left-out" | "observation" | "report";
  readonly epoch: number;
  readonly attestor: string;
  /** Slot of the batch, −1 where there is none. */
  readonly slot: number;
  readonly first: string;
  readonly second: string;
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
    for (const epoch of store.evidenceEpochs()) {
      for (const batch of store.batches(epoch)) this.onBatch(batch);
      for (const observation of store.observationRoots(epoch)) this.onObservation(observation);
      for (const signed of store.signedReports(epoch)) this.onReport(signed);
    }
  }

  /** To be called with every verified batch. */
  onBatch(batch: SignedBatch): void {
    const { store, attestor } = this.parts;
    const { epoch, slot, root } = batch;
    if (batch.attestor === attestor && store.statement("batch", epoch, String(slot))?.hash !== root) {
      this.stop(`batch of slot ${slot} of epoch ${epoch}`);
    }
    const other = store.batches(epoch, slot).find((each) => each.attestor === batch.attestor && each.root !== root);
    if (other !== undefined) {
      this.note({ kind: "batch", epoch, attestor: batch.attestor, slot, first: other.root, second: root });
    }
    for (const observation of store.observationRoots(epoch)) this.compare(batch, observation);
  }

  /** To be called with every verified observation. */
  onObservation(observation: ObservationRoots): void {
    const { store, attestor } = this.parts;
    const { epoch, root } = observation;
    if (observation.attestor === attestor && store.statement("observation", epoch, "")?.hash !== root) {
      this.stop(`observation of epoch ${epoch}`);
    }
    const other = store
      .observations(epoch)
      .find((each) => each.attestor === observation.attestor && each.root !== root);
    if (other !== undefined) {
      const { attestor: accused } = observation;
      this.note({ kind: "observation", epoch, attestor: accused, slot: -1, first: other.root, second: root });
    }
    for (const batch of store.batches(epoch)) this.compare(batch, observation);
  }

  /** To be called with every report whose signature was verified. */
  onReport(signed: SignedReport): void {
    const { store, attestor } = this.parts;
    const { reportHash, report } = signed;
    const { epoch, previousReport } = report;
    if (signed.attestor === attestor && store.statement("report", epoch, previousReport)?.hash !== reportHash) {
      this.stop(`report of epoch ${epoch}`);
    }
    const other = store.signedReports(epoch).find((each) => {
      const isOther = each.attestor === signed.attestor && each.reportHash !== reportHash;
      // What was built on a report that fell is signed again on another one: that is no contradiction.
      return isOther && each.report.previousReport === previousReport;
    });
    store.putSignedReport(signed);
    if (other === undefined) return;
    const [first, second] = [other.reportHash, reportHash];
    this.note({ kind: "report", epoch, attestor: signed.attestor, slot: -1, first, second });
  }

  private compare(batch: SignedBatch, observation: ObservationRoots): void {
    const { epoch, slot, attestor, root } = batch;
    if (attestor !== observation.attestor) return;
    const written = Buffer.from(observation.batchRoots.subarray(32 * slot, 32 * slot + 32));
    if (`0x${written.toString("hex")}` === root.toLowerCase()) return;
    this.note({ kind: "batch-left-out", epoch, attestor, slot, first: root, second: observation.root });
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

function nameOf({ kind, attestor, epoch, slot }: Contradiction): string {
  return `${kind}/${attestor}/${epoch}${slot < 0 ? "" : `/${slot}`}`;
}
