import type { PeerClient } from "@millrace/oracle";
import { signHeartbeat } from "@millrace/uptime-tree/format";
import type { Signer } from "ethers";

import type { Desk } from "../Desk.js";
import type { ReceiptKeeper } from "./ReceiptKeeper.js";

/** A block that a heartbeat is bound to. */
export interface Block {
  readonly number: number;
  readonly timestamp: number;
  readonly hash: string;
}

interface Options extends Pick<Desk, "attestors" | "clock" | "domain" | "logger" | "nodeIds"> {
  readonly signer: Signer;
  readonly receipts: ReceiptKeeper;
}

/**
 * Says once in every slot to every attestor that the nodes run. One signature a slot serves all attestors; an attestor
 * that did not take it is tried again with the next block, for as long as the slot lasts.
 */
export class HeartbeatSender {
  readonly #options: Options;
  /** Last slot, counted from genesis, that each attestor took. */
  readonly #taken = new Map<PeerClient, number>();
  readonly #inFlight = new Set<PeerClient>();
  #sent = 0;

  constructor(options: Options) {
    this.#options = options;
  }

  /** Heartbeats that an attestor took. */
  get sent(): number {
    return this.#sent;
  }

  /** To be called with each new block; never waits for attestors. */
  async onBlock(block: Block): Promise<void> {
    const { clock, attestors, signer, domain, nodeIds } = this.#options;
    if (block.timestamp < clock.genesisAt) return;
    const slot = Math.floor((block.timestamp - clock.genesisAt) / clock.slotSeconds);
    const due = attestors.filter((at) => (this.#taken.get(at) ?? -1) < slot && !this.#inFlight.has(at));
    if (due.length === 0) return;
    const body = await signHeartbeat(signer, domain, {
      epoch: clock.epochAt(block.timestamp),
      slot: clock.slotAt(block.timestamp),
      nodeIds,
      blockNumber: BigInt(block.number),
      blockHash: block.hash,
    });
    for (const attestor of due) void this.#push(attestor, slot, body);
  }

  async #push(attestor: PeerClient, slot: number, body: Parameters<PeerClient["push"]>[0]): Promise<void> {
    this.#inFlight.add(attestor);
    try {
      await attestor.push(body);
      this.#taken.set(attestor, slot);
      this.#options.receipts.expect(attestor, body.epoch, body.slot);
      this.#sent++;
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      this.#options.logger.warn({ attestor: attestor.url, slot, reason }, "heartbeat not taken");
    } finally {
      this.#inFlight.delete(attestor);
    }
  }
}
