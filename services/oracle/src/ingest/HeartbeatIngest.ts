import { getBytes, hexlify, type TypedDataDomain } from "ethers";

import type { EpochClock } from "@millrace/sdk";
import type { SignedHeartbeat } from "@millrace/uptime-tree/format";

import type { ChainFacts } from "../chain/ChainFacts.js";
import type { ChainWatch } from "../chain/ChainWatch.js";
import { OracleError } from "../OracleError.js";
import { NodeNumbers } from "../store/NodeNumbers.js";
import type { KeptHeartbeat } from "../store/SlotStore.js";
import type { Store } from "../store/Store.js";
import { HeartbeatDigester } from "./HeartbeatDigester.js";
import { CrowdedError, type RecoveryPool } from "./RecoveryPool.js";

/** What became of a heartbeat. */
export interface HeartbeatAnswer {
  readonly epoch: number;
  readonly slot: number;
  readonly accepted: string[];
  readonly refused: { nodeId: string; code: "WRONG_AGENT" }[];
}

/** What heartbeats are checked against. */
export interface IngestParts {
  readonly watch: ChainWatch;
  readonly clock: EpochClock;
  readonly facts: Pick<ChainFacts, "agentAt">;
  readonly store: Store;
  readonly domain: TypedDataDomain;
  readonly pool: Pick<RecoveryPool, "recover">;
  /** Called with nodes that were heard for the first time in a slot, once that is on the disk. */
  readonly onHeard?: (heartbeat: SignedHeartbeat, nodeIds: readonly bigint[], agent: string) => void;
  /** How long heartbeats are gathered before they are written together. */
  readonly flushMs?: number;
}

interface Group {
  readonly heartbeats: KeptHeartbeat[];
  readonly written: Promise<void>;
}

/** Epochs whose slots are remembered here: heartbeats are for the slot that runs, or the one before. */
const REMEMBERED_SLOTS = 4;
/** Of so many nodes that a heartbeat names one must be heard by it: all of them are kept, as the chain asks for all. */
const MAX_NAMED_PER_NODE = 8;

/** Accepts heartbeats: which slot, whose key, in time. What it answers for is on the disk before it answers. */
export class HeartbeatIngest {
  private readonly digester: HeartbeatDigester;
  private group: Group | undefined;
  /** Nodes that were heard, by slot: a repeated heartbeat is not written again. */
  private readonly heard = new Map<string, NodeNumbers>();

  constructor(private readonly parts: IngestParts) {
    this.digester = new HeartbeatDigester(parts.domain);
  }

  /** @throws OracleError UNKNOWN_BLOCK, WRONG_SLOT, HEARTBEAT_LATE, BAD_SIGNATURE, WRONG_AGENT, TOO_MANY_REQUESTS */
  async accept(heartbeat: SignedHeartbeat): Promise<HeartbeatAnswer> {
    const { epoch, slot } = heartbeat;
    await this.checkBlock(heartbeat);
    this.checkOpen(epoch, slot);
    const digest = this.digester.digest(heartbeat);
    const signer = await this.signerOf(digest, heartbeat.signature);
    const speaksFor = await Promise.all(
      heartbeat.nodeIds.map(async (nodeId) => {
        return (await this.parts.facts.agentAt(nodeId, epoch)).toLowerCase() === signer;
      }),
    );
    const accepted = heartbeat.nodeIds.filter((_, i) => speaksFor[i] === true);
    if (accepted.length === 0) {
      throw new OracleError("WRONG_AGENT", `${signer} speaks for none of these nodes in epoch ${epoch}`);
    }
    // Signature and keys may have taken a while: what was seen must not change once it is signed.
    this.checkOpen(epoch, slot);
    const isNew = await this.keep({ hash: hexlify(digest), heartbeat, nodeIds: accepted });
    if (isNew.length > 0) this.parts.onHeard?.(heartbeat, isNew, signer);
    return {
      epoch,
      slot,
      accepted: accepted.map(String),
      refused: heartbeat.nodeIds
        .filter((_, i) => speaksFor[i] !== true)
        .map((nodeId) => ({ nodeId: String(nodeId), code: "WRONG_AGENT" })),
    };
  }

  /** Resolves when everything accepted so far is on the disk. */
  async flush(): Promise<void> {
    await this.group?.written.catch(() => undefined);
  }

  private async checkBlock({ epoch, slot, blockHash, blockNumber }: SignedHeartbeat): Promise<void> {
    const { watch, clock } = this.parts;
    // The agent may have seen the block a moment earlier.
    if (watch.block(blockHash) === undefined) await watch.poll();
    const block = watch.block(blockHash);
    if (block === undefined || BigInt(block.number) !== blockNumber) {
      throw new OracleError("UNKNOWN_BLOCK", `block ${blockHash} is not known here`);
    }
    if (clock.epochAt(block.timestamp) !== epoch || clock.slotAt(block.timestamp) !== slot) {
      throw new OracleError("WRONG_SLOT", `block ${blockNumber} is not of slot ${slot} of epoch ${epoch}`);
    }
  }

  private checkOpen(epoch: number, slot: number): void {
    if (this.parts.watch.isOpen(epoch, slot) && !this.parts.store.slots.isSlotClosed(epoch, slot)) return;
    throw new OracleError("HEARTBEAT_LATE", `slot ${slot} of epoch ${epoch} is over`);
  }

  private async signerOf(digest: Uint8Array, signature: string): Promise<string> {
    try {
      const signer = await this.parts.pool.recover(digest, getBytes(signature));
      if (signer !== undefined) return signer;
    } catch (cause) {
      if (cause instanceof CrowdedError) throw new OracleError("TOO_MANY_REQUESTS", cause.message, { cause });
      throw cause;
    }
    throw new OracleError("BAD_SIGNATURE", "the signature belongs to nobody");
  }

  /**
   * One transaction for all heartbeats of a moment: a disk flush each would be the limit of the service.
   * @returns nodes that were not heard before
   */
  private async keep(kept: KeptHeartbeat): Promise<bigint[]> {
    const heard = this.heardIn(kept.heartbeat.epoch, kept.heartbeat.slot);
    const isNew = kept.nodeIds.filter((nodeId) => !heard.has(nodeId));
    if (isNew.length === 0) {
      await this.group?.written;
      return [];
    }
    const named = kept.heartbeat.nodeIds.length;
    if (MAX_NAMED_PER_NODE * isNew.length < named) {
      throw new OracleError("TOO_MANY_REQUESTS", `of the ${named} nodes only ${isNew.length} are heard by this`);
    }
    this.group ??= this.openGroup();
    this.group.heartbeats.push(kept);
    for (const nodeId of isNew) heard.set(nodeId, 1);
    await this.group.written;
    return isNew;
  }

  private heardIn(epoch: number, slot: number): NodeNumbers {
    const key = `${epoch}/${slot}`;
    const known = this.heard.get(key) ?? this.heardBefore(epoch, slot);
    this.heard.set(key, known);
    for (const oldest of this.heard.keys()) {
      if (this.heard.size <= REMEMBERED_SLOTS) break;
      this.heard.delete(oldest);
    }
    return known;
  }

  private heardBefore(epoch: number, slot: number): NodeNumbers {
    const heard = new NodeNumbers();
    for (const nodeId of this.parts.store.slots.heard(epoch, slot).nodeIds()) heard.set(nodeId, 1);
    return heard;
  }

  private openGroup(): Group {
    const heartbeats: KeptHeartbeat[] = [];
    const written = new Promise<void>((resolve, reject) => {
      setTimeout(() => {
        this.group = undefined;
        try {
          this.parts.store.slots.addHeartbeats(heartbeats);
          resolve();
        } catch (cause) {
          // What is not on the disk was not heard: the agents are told, and may try again.
          this.heard.clear();
          reject(new OracleError("UNAVAILABLE", "heartbeats cannot be written to the disk", { cause }));
        }
      }, this.parts.flushMs ?? 20);
    });
    // Every heartbeat of the group awaits it; the first rejection must not end the process.
    written.catch(() => undefined);
    return { heartbeats, written };
  }
}
