import { getBytes, TypedDataEncoder, type TypedDataDomain } from "ethers";

import type { EpochClock, Logger } from "@millrace/sdk";
import { batchTypes, type SignedBatch } from "@millrace/uptime-tree/format";

import type { ChainFacts } from "../chain/ChainFacts.js";
import type { ChainWatch } from "../chain/ChainWatch.js";
import { CrowdedError, type RecoveryPool } from "../ingest/RecoveryPool.js";
import type { Metrics } from "../Metrics.js";
import { OracleError } from "../OracleError.js";
import type { Store } from "../store/Store.js";
import type { Guard } from "./Guard.js";
import type { Peers } from "./Peers.js";

/** Slots after a slot's end within which its batch must have been heard. A shorter one is lost to a slow network. */
export const GOSSIP_SLOTS = 1;

/** What gossip works with. */
export interface GossipParts {
  readonly pool: Pick<RecoveryPool, "recover">;
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
    try {
      await this.checkPlace(batch);
      // One that is known was checked, whoever sends it again and again: a signature costs more to check than to send.
      if (this.isEnough(batch)) return;
      await this.checkSigner(batch);
      // It may have come by another way meanwhile.
      if (this.isEnough(batch)) return;
    } catch (error) {
      metrics.batches.inc({ outcome: error instanceof OracleError ? error.code : "failed" });
      throw error;
    }
    this.parts.guard.onBatch(batch);
    store.evidence.putBatch(batch);
    metrics.batches.inc({ outcome: "taken" });
  }

  /** Whether a batch says nothing new: two prove that its attestor contradicts itself, a hundred prove no more. */
  private isEnough({ epoch, slot, attestor, root }: SignedBatch): boolean {
    const known = this.parts.store.evidence.batches(epoch, slot).filter((each) => each.attestor === attestor);
    return known.length >= 2 || known.some((each) => each.root === root);
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

  private async checkSigner(batch: SignedBatch): Promise<void> {
    const { domain, pool } = this.parts;
    const { epoch, slot, attestor, root, signature } = batch;
    const digest = getBytes(TypedDataEncoder.hash(domain, { ...batchTypes }, { epoch, slot, root }));
    try {
      // In a thread: whoever sends many holds up nothing but their own kind.
      if ((await pool.recover(digest, getBytes(signature))) === attestor.toLowerCase()) return;
    } catch (cause) {
      if (cause instanceof CrowdedError) throw new OracleError("TOO_MANY_REQUESTS", cause.message, { cause });
      throw cause;
    }
    throw new OracleError("BAD_SIGNATURE", `not signed by ${attestor}`);
  }
}
