import { ZeroHash } from "ethers";

import type { EpochClock, Logger } from "@millrace/sdk";
import {
  BatchTree,
  signBatch,
  type Receipt,
  type SignedBatch,
  type SignedHeartbeat,
} from "@millrace/uptime-tree/format";

import type { ChainWatch } from "../chain/ChainWatch.js";
import type { HeartbeatIngest } from "../ingest/HeartbeatIngest.js";
import type { Metrics } from "../Metrics.js";
import { OracleError } from "../OracleError.js";
import { ContradictionError, type Store } from "../store/Store.js";
import type { Identity } from "./Identity.js";

/** Trees of slots that are kept at hand for receipts. */
const MAX_TREES = 8;

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
  private readonly trees = new Map<string, BatchTree>();
  /** Slots that were dealt with, so that the database is asked once. */
  private readonly done = new Set<string>();

  constructor(private readonly parts: SlotKeeperParts) {}

  /** Signs the batches that are due in an epoch; those that were signed just now. */
  async closeSlots(epoch: number): Promise<SignedBatch[]> {
    const { store, watch, ingest } = this.parts;
    await ingest.flush();
    const signed: SignedBatch[] = [];
    for (const slot of store.heardSlots(epoch)) {
      const key = `${epoch}/${slot}`;
      if (this.done.has(key) || watch.isOpen(epoch, slot)) continue;
      const batch = await this.close(epoch, slot);
      this.done.add(key);
      if (batch !== undefined) signed.push(batch);
    }
    return signed;
  }

  /** Receipts of nodes for a slot. Nodes that were not heard have none. @throws OracleError NOT_FOUND */
  receipts(epoch: number, slot: number, nodeIds: readonly bigint[]): Receipt[] {
    const { identity, store } = this.parts;
    const signature = store.statement("batch", epoch, String(slot))?.signature ?? "";
    const own = store.batches(epoch, slot).find(({ attestor, signature: given }) => {
      return attestor === identity.attestor && given === signature;
    });
    if (own === undefined) throw new OracleError("NOT_FOUND", `no batch was signed for slot ${slot} of epoch ${epoch}`);
    const tree = this.treeOf(epoch, slot);
    return nodeIds.flatMap((nodeId) => tree?.receipt(own, nodeId) ?? []);
  }

  /** The heartbeat that spoke for a node in a slot. @throws OracleError NOT_FOUND */
  heartbeat(epoch: number, slot: number, nodeId: bigint): SignedHeartbeat {
    const hash = this.parts.store.heard(epoch, slot).get(nodeId);
    const heartbeat = hash === undefined ? undefined : this.parts.store.heartbeat(epoch, slot, hash);
    if (heartbeat !== undefined) return heartbeat;
    throw new OracleError("NOT_FOUND", `node ${String(nodeId)} was not heard in slot ${slot} of epoch ${epoch}`);
  }

  private async close(epoch: number, slot: number): Promise<SignedBatch | undefined> {
    const { identity, store, metrics, logger } = this.parts;
    const silent = store.silent(epoch, slot);
    const seen = [...store.heard(epoch, slot).keys()].filter((nodeId) => !silent.has(nodeId));
    // Whatever is heard or found out later, and however often this is tried: these are the nodes.
    store.closeSlot(epoch, slot, seen);
    const tree = this.treeOf(epoch, slot);
    if (tree === undefined) return undefined;
    const { root } = tree;
    try {
      const signature = await store.signOnce("batch", epoch, String(slot), root, async () => {
        return (await signBatch(identity.signer, identity.domain, { epoch, slot, root })).signature;
      });
      const batch = { epoch, slot, root, attestor: identity.attestor, signature };
      store.putBatch(batch);
      metrics.batches.inc({ outcome: "signed" });
      logger.debug({ epoch, slot, root }, "batch signed");
      return batch;
    } catch (error) {
      if (!(error instanceof ContradictionError)) throw error;
      logger.error({ epoch, slot, bound: error.bound }, "no batch: another one was begun");
      return undefined;
    }
  }

  /** Of a slot that is closed. */
  private treeOf(epoch: number, slot: number): BatchTree | undefined {
    const key = `${epoch}/${slot}`;
    const known = this.trees.get(key);
    if (known !== undefined) return known;
    const heard = this.parts.store.heard(epoch, slot);
    const seen = (this.parts.store.seenIn(epoch, slot) ?? []).sort((a, b) => (a < b ? -1 : 1));
    if (seen.length === 0) return undefined;
    const tree = new BatchTree(seen.map((nodeId) => ({ nodeId, heartbeatHash: heard.get(nodeId) ?? ZeroHash })));
    this.trees.set(key, tree);
    for (const oldest of this.trees.keys()) {
      if (this.trees.size <= MAX_TREES) break;
      this.trees.delete(oldest);
    }
    return tree;
  }
}
