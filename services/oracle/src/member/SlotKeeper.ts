import type { EpochClock, Logger } from "@millrace/sdk";
import { signBatch, type Receipt, type SignedBatch, type SignedHeartbeat } from "@millrace/uptime-tree/format";

import type { ChainWatch } from "../chain/ChainWatch.js";
import { EpochMap } from "../EpochMap.js";
import { KEPT_EPOCHS } from "../horizon.js";
import type { HeartbeatIngest } from "../ingest/HeartbeatIngest.js";
import type { Metrics } from "../Metrics.js";
import { OracleError } from "../OracleError.js";
import { ContradictionError } from "../store/ContradictionError.js";
import type { Store } from "../store/Store.js";
import type { Identity } from "./Identity.js";
import { KeptTrees } from "./KeptTrees.js";
import { SlotTree } from "./SlotTree.js";

/** Nodes in the trees of slots that were closed last, but for the newest: a hundred bytes each. */
const MAX_CLOSED_NODES = 1_000_000;
/** The same of old slots that were asked for since. */
const MAX_ASKED_NODES = 100_000;

/** What a keeper of slots works with. */
export interface SlotKeeperParts {
  readonly identity: Identity;
  readonly store: Store;
  readonly watch: ChainWatch;
  readonly clock: EpochClock;
  readonly ingest: HeartbeatIngest;
  readonly metrics: Metrics;
  readonly logger: Logger;
}

/** Closes slots: signs one batch of what was heard in each, and gives receipts for it. */
export class SlotKeeper {
  /** What agents come for, and what anybody may ask for: the one must not push out the other. */
  private readonly closed = new KeptTrees(MAX_CLOSED_NODES);
  private readonly asked = new KeptTrees(MAX_ASKED_NODES);
  /** Slots that were dealt with, so that the database is asked once. */
  private readonly done = new EpochMap(KEPT_EPOCHS, () => new Set<number>());

  constructor(private readonly parts: SlotKeeperParts) {}

  /** Signs the batches that are due in an epoch; those that were signed just now. */
  async closeSlots(epoch: number): Promise<SignedBatch[]> {
    const { store, watch, ingest } = this.parts;
    await ingest.flush();
    const signed: SignedBatch[] = [];
    for (const slot of store.slots.heardSlots(epoch)) {
      const done = this.done.of(epoch);
      if (done.has(slot) || watch.isOpen(epoch, slot)) continue;
      const batch = await this.close(epoch, slot);
      done.add(slot);
      if (batch !== undefined) signed.push(batch);
    }
    return signed;
  }

  /** Whether receipts of a slot can be given without building its tree. */
  isAtHand(epoch: number, slot: number): boolean {
    return this.known(epoch, slot) !== undefined;
  }

  /** Receipts of nodes for a slot. Nodes that were not heard have none. @throws OracleError NOT_FOUND */
  receipts(epoch: number, slot: number, nodeIds: readonly bigint[]): Receipt[] {
    const { identity, store } = this.parts;
    const signature = store.statements.made("batch", epoch, String(slot))?.signature ?? "";
    const own = store.evidence.batches(epoch, slot).find(({ attestor, signature: given }) => {
      return attestor === identity.attestor && given === signature;
    });
    if (own === undefined) throw new OracleError("NOT_FOUND", `no batch was signed for slot ${slot} of epoch ${epoch}`);
    const tree = this.known(epoch, slot) ?? this.build(epoch, slot, this.asked);
    return nodeIds.flatMap((nodeId) => tree?.receipt(own, nodeId) ?? []);
  }

  /** The heartbeat that spoke for a node in a slot. @throws OracleError NOT_FOUND */
  heartbeat(epoch: number, slot: number, nodeId: bigint): SignedHeartbeat {
    const heartbeat = this.parts.store.slots.heartbeatOf(epoch, slot, nodeId);
    if (heartbeat !== undefined) return heartbeat;
    throw new OracleError("NOT_FOUND", `node ${String(nodeId)} was not heard in slot ${slot} of epoch ${epoch}`);
  }

  private async close(epoch: number, slot: number): Promise<SignedBatch | undefined> {
    const { identity, store, metrics, logger } = this.parts;
    // A node of the chain that lags, or a reorganisation, opens a slot again in which nobody was heard. A batch of it
    // would be held against the observation, which lists none; nor does it list one that was only begun (I7).
    const signed = store.statements.signed("batch", epoch, String(slot));
    if (store.statements.isObserved(epoch) && signed === undefined) return undefined;
    const silent = store.slots.silent(epoch, slot);
    const seen: bigint[] = [];
    for (const nodeId of store.slots.heard(epoch, slot).nodeIds()) if (!silent.has(nodeId)) seen.push(nodeId);
    // Whatever is heard or found out later, and however often this is tried: these are the nodes.
    store.slots.closeSlot(epoch, slot, seen);
    const tree = this.known(epoch, slot) ?? this.build(epoch, slot, this.closed);
    if (tree === undefined) return undefined;
    const { root } = tree;
    try {
      const signature = await store.statements.signOnce("batch", epoch, String(slot), root, async () => {
        return (await signBatch(identity.signer, identity.domain, { epoch, slot, root })).signature;
      });
      const batch = { epoch, slot, root, attestor: identity.attestor, signature };
      store.evidence.putBatch(batch);
      metrics.batches.inc({ outcome: "signed" });
      logger.debug({ epoch, slot, root }, "batch signed");
      return batch;
    } catch (error) {
      if (!(error instanceof ContradictionError)) throw error;
      logger.error({ epoch, slot, bound: error.bound }, "no batch: another one was begun");
      return undefined;
    }
  }

  private known(epoch: number, slot: number): SlotTree | undefined {
    return this.closed.of(epoch, slot) ?? this.asked.of(epoch, slot);
  }

  /** Of a slot that is closed. */
  private build(epoch: number, slot: number, kept: KeptTrees): SlotTree | undefined {
    const seen = this.parts.store.slots.seenIn(epoch, slot);
    if (seen === undefined || seen.length === 0) return undefined;
    return kept.keep(epoch, slot, () => new SlotTree(seen, this.parts.store.slots.heard(epoch, slot)));
  }
}
