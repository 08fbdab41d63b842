import type { TypedDataDomain } from "ethers";

import type { EpochClock, Logger } from "@millrace/sdk";
import { batchSigner, BadSignatureError, type SignedBatch } from "@millrace/uptime-tree/format";

import type { ChainFacts } from "../chain/ChainFacts.js";
import type { ChainWatch } from "../chain/ChainWatch.js";
import type { Metrics } from "../Metrics.js";
import { OracleError } from "../OracleError.js";
import type { Store } from "../store/Store.js";
import type { Guard } from "./Guard.js";
import type { Peers } from "./Peers.js";

/** Slots after a slot's end within which its batch must have been heard. A shorter one is lost to a slow network. */
export const GOSSIP_SLOTS = 1;

/** What gossip works with. */
export interface GossipParts {
  readonly domain: TypedDataDomain;
  readonly store: Store;
  readonly watch: ChainWatch;
  readonly clock: EpochClock;
  readonly facts: ChainFacts;
  readonly peers: Peers;
  readonly guard: Guard;
  readonly metrics: Metrics;
  readonly logger: Logger;
}

/**
 * Batches go to everybody soon after their slot, so that nobody can make up later what it saw. A batch that comes later
 * is refused, and observations that rest on it are the last that a leader chooses.
 */
export class Gossip {
  constructor(private readonly parts: GossipParts) {}

  /** Tells the others of batches that this member has signed. */
  async spread(batches: readonly SignedBatch[]): Promise<void> {
    if (batches.length === 0) return;
    await this.parts.peers.ask("batches taken", (client) => client.offer(batches));
  }

  /** Takes batches of another member. @throws OracleError NOT_MEMBER, BATCH_LATE, BAD_SIGNATURE */
  async take(batches: readonly SignedBatch[]): Promise<{ taken: number }> {
    for (const batch of batches) await this.takeOne(batch);
    return { taken: batches.length };
  }

  private async takeOne(batch: SignedBatch): Promise<void> {
    const { store, metrics } = this.parts;
    const { epoch, slot, attestor, root } = batch;
    try {
      await this.checkPlace(batch);
      const known = store.batches(epoch, slot).filter((each) => each.attestor === attestor);
      // Two prove that it contradicts itself, a hundred prove no more; and one that is known was checked, whoever sends
      // it again and again: a signature costs more to check than to send.
      if (known.length >= 2 || known.some((each) => each.root === root)) return;
      this.checkSigner(batch);
    } catch (error) {
      metrics.batches.inc({ outcome: error instanceof OracleError ? error.code : "failed" });
      throw error;
    }
    this.parts.guard.onBatch(batch);
    store.putBatch(batch);
    metrics.batches.inc({ outcome: "taken" });
  }

  private async checkPlace({ epoch, slot, attestor }: SignedBatch): Promise<void> {
    const { facts, clock, watch } = this.parts;
    if (slot >= clock.slotsPerEpoch) throw new OracleError("BAD_REQUEST", `an epoch has no slot ${slot}`);
    // Another member may have seen the slot's first block a moment earlier.
    if ((watch.latest?.timestamp ?? 0) < clock.slotStart(epoch, slot)) await watch.poll();
    const now = watch.latest?.timestamp ?? 0;
    const endAt = clock.slotStart(epoch, slot) + clock.slotSeconds;
    if (now < clock.slotStart(epoch, slot)) throw new OracleError("BAD_REQUEST", `slot ${slot} has not begun`);
    // A quarter of a slot for heartbeats, as much for signing, and the time to be heard.
    if (now > endAt + (GOSSIP_SLOTS + 0.5) * clock.slotSeconds) {
      throw new OracleError("BATCH_LATE", `the batch of slot ${slot} of epoch ${epoch} comes too late`);
    }
    const { seats } = await facts.setOf(epoch);
    if (!seats.includes(attestor)) throw new OracleError("NOT_MEMBER", `${attestor} is no member in epoch ${epoch}`);
  }

  private checkSigner(batch: SignedBatch): void {
    if (signerOf(this.parts.domain, batch) === batch.attestor) return;
    throw new OracleError("BAD_SIGNATURE", `not signed by ${batch.attestor}`);
  }
}

function signerOf(domain: TypedDataDomain, batch: SignedBatch): string | undefined {
  try {
    return batchSigner(domain, batch);
  } catch (error) {
    if (error instanceof BadSignatureError) return undefined;
    throw error;
  }
}
