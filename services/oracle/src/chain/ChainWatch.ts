import type { Provider } from "ethers";

import type { EpochClock } from "@millrace/sdk";

import { SharedCall } from "./SharedCall.js";

/** A block that this member has seen, and when, by its own monotonic clock. */
export interface SeenBlock {
  readonly number: number;
  readonly hash: string;
  readonly timestamp: number;
  readonly seenMs: number;
}

const MAX_CATCH_UP = 256;
const MAX_BLOCKS = 8_192;
/** Heartbeats count until this part of a slot after its end; the contract's GRACE_DIVISOR. */
const GRACE_DIVISOR = 4;

/**
 * Follows the head of the chain. Time is the chain's: a slot ends when the chain says so. The member's own clock only
 * measures how long ago a block was seen, so a wrong wall clock changes nothing.
 */
export class ChainWatch {
  private readonly blocks = new Map<string, SeenBlock>();
  /** By epoch and slot: when heartbeats of that slot stop counting, by the monotonic clock. */
  private readonly closesMs = new Map<number, number>();
  /** By epoch and slot: hash of the first block of it that was seen. */
  private readonly firsts = new Map<number, string>();
  /** Hash of each height as it was seen last. */
  private readonly canonical = new Map<number, string>();
  private head: SeenBlock | undefined;
  private readonly polling = new SharedCall(() => this.catchUp());

  constructor(
    private readonly provider: Provider,
    private readonly clock: EpochClock,
    private readonly nowMs: () => number = () => performance.now(),
    private readonly onReorg: (depth: number) => void = () => undefined,
  ) {}

  /** The newest block seen, undefined before the first poll. */
  get latest(): SeenBlock | undefined {
    return this.head;
  }

  /** A block by its hash, if this member has seen it. */
  block(hash: string): SeenBlock | undefined {
    return this.blocks.get(hash.toLowerCase());
  }

  /** Asks for new blocks. Calls that come while one is under way share it. */
  poll(): Promise<void> {
    return this.polling.run();
  }

  /** Whether heartbeats of a slot still count. */
  isOpen(epoch: number, slot: number): boolean {
    const closesMs = this.closesMs.get(this.key(epoch, slot));
    return closesMs !== undefined && this.nowMs() <= closesMs;
  }

  /** Hash of the first block of a slot that was seen, undefined if none was. */
  firstOf(epoch: number, slot: number): string | undefined {
    return this.firsts.get(this.key(epoch, slot));
  }

  /** Time for which heartbeats of a slot still count; zero if they do not. */
  remainingMs(epoch: number, slot: number): number {
    return Math.max(0, (this.closesMs.get(this.key(epoch, slot)) ?? 0) - this.nowMs());
  }

  /** Whether an epoch is over, and with it the time in which its last heartbeats may still come. */
  isSettled(epoch: number): boolean {
    if (this.head === undefined || this.head.timestamp < this.clock.endOf(epoch)) return false;
    for (let slot = 0; slot < this.clock.slotsPerEpoch; slot++) if (this.isOpen(epoch, slot)) return false;
    return true;
  }

  private async catchUp(): Promise<void> {
    const latest = await this.provider.getBlock("latest");
    if (latest === null || latest.hash === null) return;
    const common = await this.commonWith(latest);
    // A node that lags shows an older block of the same chain: nothing new.
    if (this.head !== undefined && common >= latest.number) return;
    const first = Math.max(common + 1, latest.number - MAX_CATCH_UP);
    for (let number = first; number < latest.number; number++) {
      const block = await this.provider.getBlock(number);
      if (block !== null) this.see(block);
    }
    this.see(latest);
  }

  /** Number of the newest block that was seen and still is in the chain of `latest`. */
  private async commonWith(latest: { number: number; hash: string | null; parentHash: string }): Promise<number> {
    const { head } = this;
    if (head === undefined) return latest.number - 1;
    if (latest.parentHash.toLowerCase() === head.hash) return head.number;
    let common = Math.min(head.number, latest.number);
    const oldest = Math.max(0, common - MAX_CATCH_UP);
    while (common > oldest) {
      const block = common === latest.number ? latest : await this.provider.getBlock(common);
      const seen = this.canonical.get(common);
      // What was never seen cannot have been replaced.
      if (seen === undefined || block?.hash?.toLowerCase() === seen) break;
      common--;
    }
    if (common < Math.min(head.number, latest.number)) this.onReorg(head.number - common);
    return common;
  }

  private see(block: { number: number; hash: string | null; timestamp: number }): void {
    if (block.hash === null) return;
    const hash = block.hash.toLowerCase();
    const seen = this.blocks.get(hash) ?? { ...pick(block), hash, seenMs: this.nowMs() };
    this.blocks.set(hash, seen);
    this.canonical.set(seen.number, hash);
    this.head = seen;
    const epoch = this.clock.epochAt(seen.timestamp);
    const slot = this.clock.slotAt(seen.timestamp);
    const key = this.key(epoch, slot);
    if (epoch >= 0 && !this.closesMs.has(key)) {
      this.closesMs.set(key, this.closing(seen, epoch, slot));
      this.firsts.set(key, hash);
    }
    prune(this.blocks);
    prune(this.canonical);
    prune(this.closesMs);
    prune(this.firsts);
  }

  private closing(seen: SeenBlock, epoch: number, slot: number): number {
    const { slotSeconds } = this.clock;
    const remaining = this.clock.slotStart(epoch, slot) + slotSeconds - seen.timestamp;
    return seen.seenMs + (remaining + slotSeconds / GRACE_DIVISOR) * 1_000;
  }

  private key(epoch: number, slot: number): number {
    return epoch * 256 + slot;
  }
}

function pick({ number, timestamp }: { number: number; timestamp: number }): { number: number; timestamp: number } {
  return { number, timestamp };
}

/** A map keeps the order of insertion: the oldest go first. */
function prune(map: Map<unknown, unknown>): void {
  for (const key of map.keys()) {
    if (map.size <= MAX_BLOCKS) return;
    map.delete(key);
  }
}
