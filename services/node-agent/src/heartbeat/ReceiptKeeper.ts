import type { TypedDataDomain } from "ethers";

import type { PeerClient } from "@millrace/oracle";
import type { EpochClock, Logger } from "@millrace/sdk";
import { verifyReceipt, type Receipt } from "@millrace/uptime-tree/format";

import type { AgentStore } from "../AgentStore.js";

interface Options {
  readonly domain: TypedDataDomain;
  readonly clock: EpochClock;
  readonly nodeIds: readonly bigint[];
  readonly store: Pick<AgentStore, "keepReceipt" | "forgetReceipts">;
  readonly logger: Logger;
}

interface Expected {
  readonly attestor: PeerClient;
  readonly epoch: number;
  readonly slot: number;
  /** Nodes whose receipts it has given. */
  readonly given: Set<bigint>;
}

/** Slots after which a receipt that did not come is given up. */
const PATIENCE_SLOTS = 4;
/** Epochs for which receipts are kept: a report may be seven late, and open for twice seven if it jumps. */
const KEPT_EPOCHS = 23;

/**
 * Collects what attestors owe for the heartbeats that they took: receipts, with which anybody can prove that a node was
 * up when a report says that it was not.
 */
export class ReceiptKeeper {
  readonly #options: Options;
  #expected: Expected[] = [];
  #isAsking = false;
  #kept = 0;

  constructor(options: Options) {
    this.#options = options;
  }

  /** Receipts that were kept since the start. */
  get kept(): number {
    return this.#kept;
  }

  /** An attestor took a heartbeat for a slot. */
  expect(attestor: PeerClient, epoch: number, slot: number): void {
    this.#expected.push({ attestor, epoch, slot, given: new Set() });
  }

  /** To be called with each new block; never waits for attestors. */
  onBlock(timestamp: number): void {
    if (this.#isAsking) return;
    this.#isAsking = true;
    void this.#askAll(timestamp).finally(() => {
      this.#isAsking = false;
    });
  }

  async #askAll(timestamp: number): Promise<void> {
    const { clock, store } = this.#options;
    const due = this.#expected.filter((each) => timestamp > this.#endOf(each) + clock.slotSeconds / 2);
    if (due.length === 0) return;
    const answers = await Promise.all(due.map(async (each) => ({ each, isDone: await this.#ask(each) })));
    const limit = PATIENCE_SLOTS * clock.slotSeconds;
    const over = new Set(
      answers.filter(({ each, isDone }) => isDone || timestamp > this.#endOf(each) + limit).map(({ each }) => each),
    );
    this.#expected = this.#expected.filter((each) => !over.has(each));
    store.forgetReceipts(clock.epochAt(timestamp) - KEPT_EPOCHS);
  }

  async #ask({ attestor, epoch, slot, given }: Expected): Promise<boolean> {
    const { domain, nodeIds, store, logger } = this.#options;
    const missing = nodeIds.filter((nodeId) => !given.has(nodeId));
    try {
      const receipts = await attestor.receipts(epoch, slot, missing);
      // One for each node, however often it is asked: an attestor that makes up keys must not fill the disk.
      if (new Set(receipts.map(({ nodeId }) => nodeId)).size !== receipts.length) throw new Error("a node has two");
      for (const receipt of receipts) {
        if (!isOf(receipt, epoch, slot, missing)) throw new Error("the receipt is for something else");
        verifyReceipt(domain, receipt);
        store.keepReceipt(receipt);
        given.add(receipt.nodeId);
        this.#kept++;
      }
      return given.size === nodeIds.length;
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      logger.debug({ attestor: attestor.url, epoch, slot, reason }, "no receipt");
      return false;
    }
  }

  #endOf({ epoch, slot }: Expected): number {
    const { clock } = this.#options;
    return clock.slotStart(epoch, slot) + clock.slotSeconds;
  }
}

function isOf(receipt: Receipt, epoch: number, slot: number, nodeIds: readonly bigint[]): boolean {
  return receipt.epoch === epoch && receipt.slot === slot && nodeIds.includes(receipt.nodeId);
}
