import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";

import { hexlify } from "ethers";

import { hasLowS, keccak } from "@millrace/uptime-tree/format";

import { ITEM_BYTES, KEY_BYTES } from "./recoveryLayout.ts";

/** Most signatures that a thread is given at once. */
const MAX_CHUNK = 64;
/** Waiting signatures for which it is worth to start another thread. */
const CROWD = 16;
/** Waiting signatures beyond which new ones are turned away: memory must not be the limit. */
const MAX_WAITING = 20_000;

interface Waiting {
  readonly item: Uint8Array;
  readonly resolve: (address: string | undefined) => void;
  readonly reject: (error: Error) => void;
}

interface Thread {
  readonly worker: Worker;
  work: readonly Waiting[];
}

/** Thrown when more signatures come than can be checked. */
export class CrowdedError extends Error {
  readonly code = "TOO_MANY_REQUESTS";
}

/**
 * Whose signatures these are. Recovering a key takes a third of a millisecond in WebAssembly, and nearly three in
 * JavaScript: threads do it, as many as there are processors, each started when there is work for it.
 */
export class RecoveryPool {
  private readonly threads: Thread[] = [];
  private readonly waiting: Waiting[] = [];
  private isStopped = false;

  constructor(private readonly maxThreads = availableParallelism()) {}

  /** Signatures that wait for a thread. */
  get backlog(): number {
    return this.waiting.length;
  }

  /**
   * Address of the key behind a signature in the short form (ERC-2098), in lower case; undefined when it belongs to
   * nobody or is not the one form that counts. @throws {CrowdedError}
   */
  recover(digest: Uint8Array, signature: Uint8Array): Promise<string | undefined> {
    if (signature.length !== 64 || !hasLowS(signature)) return Promise.resolve(undefined);
    if (this.waiting.length >= MAX_WAITING) return Promise.reject(new CrowdedError("too many signatures to check"));
    const item = new Uint8Array(ITEM_BYTES);
    item.set(digest, 0);
    item.set(signature, digest.length);
    return new Promise((resolve, reject) => {
      this.waiting.push({ item, resolve, reject });
      this.dispatch();
    });
  }

  /** Ends all threads; what waits is rejected. */
  async stop(): Promise<void> {
    this.isStopped = true;
    const lost = [...this.waiting.splice(0), ...this.threads.flatMap(({ work }) => work)];
    for (const { reject } of lost) reject(new Error("the member is stopping"));
    await Promise.all(this.threads.splice(0).map(({ worker }) => worker.terminate()));
  }

  private dispatch(): void {
    if (this.isStopped) return;
    const isCrowded = this.waiting.length >= CROWD && this.threads.length < this.maxThreads;
    if (this.threads.length === 0 || isCrowded) this.threads.push(this.start());
    for (const thread of this.threads) {
      if (thread.work.length > 0 || this.waiting.length === 0) continue;
      // Shared out evenly, so that no thread idles while another has a long list.
      const share = Math.ceil(this.waiting.length / this.threads.length);
      thread.work = this.waiting.splice(0, Math.min(MAX_CHUNK, share));
      const items = new Uint8Array(ITEM_BYTES * thread.work.length);
      thread.work.forEach(({ item }, i) => {
        items.set(item, ITEM_BYTES * i);
      });
      thread.worker.ref();
      thread.worker.postMessage(items, [items.buffer]);
    }
  }

  private start(): Thread {
    const worker = new Worker(new URL("./recoveryWorker.ts", import.meta.url));
    const thread: Thread = { worker, work: [] };
    worker.on("message", (keys: Uint8Array) => {
      const done = thread.work;
      thread.work = [];
      // An idle thread keeps no process alive; one that works does.
      worker.unref();
      done.forEach(({ resolve }, i) => {
        resolve(addressOf(keys.subarray(KEY_BYTES * i, KEY_BYTES * (i + 1))));
      });
      this.dispatch();
    });
    worker.on("error", (error) => {
      this.threads.splice(this.threads.indexOf(thread), 1);
      for (const { reject } of thread.work) reject(error as Error);
    });
    worker.unref();
    return thread;
  }
}

function addressOf(key: Uint8Array): string | undefined {
  return key.every((byte) => byte === 0) ? undefined : hexlify(keccak(key).subarray(12));
}
