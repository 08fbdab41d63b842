import type { TypedDataDomain } from "ethers";

import type { EpochClock } from "@millrace/sdk";
import { heartbeatSigner } from "@millrace/uptime-tree";

import { OracleError } from "../OracleError.js";
import type { ChainFacts } from "../chain/ChainFacts.js";
import type { ChainWatch } from "../chain/ChainWatch.js";
import type { HeartbeatRequest } from "../http/schemas.js";
import type { Store } from "../store/Store.js";

/** What became of a heartbeat. */
export interface HeartbeatAnswer {
  readonly epoch: number;
  readonly slot: number;
  readonly accepted: string[];
  readonly refused: { nodeId: string; code: "WRONG_AGENT" }[];
}

interface Batch {
  readonly epochs: Map<number, Map<bigint, bigint>>;
  readonly written: Promise<void>;
}

/** Accepts heartbeats: which slot, whose key, in time. What it answers for is on the disk before it answers. */
export class HeartbeatIngest {
  private batch: Batch | undefined;

  constructor(
    private readonly watch: ChainWatch,
    private readonly clock: EpochClock,
    private readonly facts: ChainFacts,
    private readonly store: Store,
    private readonly domain: TypedDataDomain,
    private readonly flushMs = 20,
  ) {}

  /** @throws OracleError UNKNOWN_BLOCK, HEARTBEAT_LATE, BAD_SIGNATURE, WRONG_AGENT */
  async accept(request: HeartbeatRequest): Promise<HeartbeatAnswer> {
    const { epoch, slot } = await this.slotOf(request);
    const signer = this.signerOf(request);
    const verdicts = await Promise.all(
      request.nodeIds.map(async (nodeId) => ({
        nodeId,
        good: (await this.facts.agentAt(nodeId, epoch)).toLowerCase() === signer,
      })),
    );
    const accepted = verdicts.filter(({ good }) => good).map(({ nodeId }) => nodeId);
    if (accepted.length === 0) {
      throw new OracleError("WRONG_AGENT", `${signer} speaks for none of these nodes in epoch ${epoch}`);
    }
    // The keys may have taken a while to look up: what was seen must not change once it is signed.
    if (!this.watch.isOpen(epoch, slot)) throw late(epoch, slot);
    await this.write(epoch, 1n << BigInt(slot), accepted);
    return {
      epoch,
      slot,
      accepted: accepted.map(String),
      refused: verdicts
        .filter(({ good }) => !good)
        .map(({ nodeId }) => ({ nodeId: String(nodeId), code: "WRONG_AGENT" })),
    };
  }

  /** Resolves when everything accepted so far is on the disk. */
  async flush(): Promise<void> {
    await this.batch?.written;
  }

  private async slotOf(request: HeartbeatRequest): Promise<{ epoch: number; slot: number }> {
    // The agent may have seen the block a moment earlier.
    if (this.watch.block(request.blockHash) === undefined) await this.watch.poll();
    const block = this.watch.block(request.blockHash);
    if (block === undefined || BigInt(block.number) !== request.blockNumber) {
      throw new OracleError("UNKNOWN_BLOCK", `block ${request.blockHash} is not known here`);
    }
    const epoch = this.clock.epochAt(block.timestamp);
    const slot = this.clock.slotAt(block.timestamp);
    if (epoch < 0) throw new OracleError("HEARTBEAT_LATE", "the first epoch has not begun");
    if (!this.watch.isOpen(epoch, slot)) throw late(epoch, slot);
    return { epoch, slot };
  }

  private signerOf(request: HeartbeatRequest): string {
    try {
      return heartbeatSigner(this.domain, request, request.signature).toLowerCase();
    } catch (cause) {
      throw new OracleError("BAD_SIGNATURE", "the signature is malformed", { cause });
    }
  }

  /** One transaction for all heartbeats of a moment: a disk flush each would be the limit of the service. */
  private async write(epoch: number, bit: bigint, nodeIds: readonly bigint[]): Promise<void> {
    this.batch ??= this.openBatch();
    const { epochs, written } = this.batch;
    const bitmaps = epochs.get(epoch) ?? new Map<bigint, bigint>();
    epochs.set(epoch, bitmaps);
    for (const nodeId of nodeIds) bitmaps.set(nodeId, (bitmaps.get(nodeId) ?? 0n) | bit);
    await written;
  }

  private openBatch(): Batch {
    const epochs = new Map<number, Map<bigint, bigint>>();
    const written = new Promise<void>((resolve, reject) => {
      setTimeout(() => {
        this.batch = undefined;
        try {
          for (const [epoch, bitmaps] of epochs) this.store.addSightings(epoch, bitmaps);
          resolve();
        } catch (error) {
          reject(new Error("sightings could not be written", { cause: error }));
        }
      }, this.flushMs);
    });
    return { epochs, written };
  }
}

function late(epoch: number, slot: number): OracleError {
  return new OracleError("HEARTBEAT_LATE", `slot ${slot} of epoch ${epoch} is over`);
}
