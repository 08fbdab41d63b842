import type { Logger } from "@millrace/sdk";
import type { SignedBatch } from "@millrace/uptime-tree/format";

import type { Metrics } from "../Metrics.js";
import type { KeptObservation, Store } from "../store/Store.js";

/** Two statements of one attestor that exclude each other. */
export type Contradiction =
  | { readonly kind: "batch"; readonly epoch: number; readonly first: SignedBatch; readonly second: SignedBatch }
  | {
      readonly kind: "observation";
      readonly epoch: number;
      readonly first: KeptObservation;
      readonly second: KeptObservation;
    }
  /** A batch whose root is not the one in its attestor's observation. */
  | {
      readonly kind: "batch-left-out";
      readonly epoch: number;
      readonly batch: SignedBatch;
      readonly observation: KeptObservation;
    };

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
  readonly contradictions: Contradiction[] = [];
  private foreign: string | undefined;

  constructor(private readonly parts: GuardParts) {}

  /** Why this member must not sign, undefined when it may. */
  get reasonToStop(): string | undefined {
    return this.foreign;
  }

  /** To be called with every verified batch. */
  onBatch(batch: SignedBatch): void {
    const { store, attestor } = this.parts;
    const { epoch, slot, root } = batch;
    if (batch.attestor === attestor && store.statement("batch", epoch, String(slot))?.hash !== root) {
      this.stop(`batch of slot ${slot} of epoch ${epoch}`);
    }
    const other = store.batches(epoch, slot).find((each) => each.attestor === batch.attestor && each.root !== root);
    if (other !== undefined) this.note({ kind: "batch", epoch, first: other, second: batch });
  }

  /** To be called with every verified observation. */
  onObservation(observation: KeptObservation): void {
    const { store, attestor } = this.parts;
    const { epoch, root } = observation;
    if (observation.attestor === attestor && store.statement("observation", epoch, "")?.hash !== root) {
      this.stop(`observation of epoch ${epoch}`);
    }
    const other = store
      .observations(epoch)
      .find((each) => each.attestor === observation.attestor && each.root !== root);
    const first = other === undefined ? undefined : store.observation(epoch, other.root);
    if (first !== undefined) this.note({ kind: "observation", epoch, first, second: observation });
    for (const batch of store.batches(epoch)) {
      if (batch.attestor !== observation.attestor) continue;
      const written = Buffer.from(observation.batchRoots.subarray(32 * batch.slot, 32 * batch.slot + 32));
      if (`0x${written.toString("hex")}` === batch.root.toLowerCase()) continue;
      this.note({ kind: "batch-left-out", epoch, batch, observation });
    }
  }

  private stop(what: string): void {
    if (this.foreign !== undefined) return;
    this.foreign = `a ${what} that this process did not sign carries its signature`;
    this.parts.logger.fatal({ reason: this.foreign }, "the key is used elsewhere: nothing more is signed");
  }

  private note(contradiction: Contradiction): void {
    const { kind, epoch } = contradiction;
    const name = nameOf(contradiction);
    if (this.contradictions.some((each) => nameOf(each) === name)) return;
    this.contradictions.push(contradiction);
    this.parts.metrics.contradictions.inc({ kind });
    this.parts.logger.error({ kind, epoch, name }, "an attestor contradicts itself");
  }
}

function nameOf(contradiction: Contradiction): string {
  switch (contradiction.kind) {
    case "batch":
      return `batch/${contradiction.first.attestor}/${contradiction.epoch}/${contradiction.first.slot}`;
    case "observation":
      return `observation/${contradiction.first.attestor}/${contradiction.epoch}`;
    case "batch-left-out":
      return `batch-left-out/${contradiction.batch.attestor}/${contradiction.epoch}/${contradiction.batch.slot}`;
  }
}
