import { Worker } from "node:worker_threads";

import { WORD_BYTES } from "@millrace/tensor";

import type { Challenge, Entry, Opening } from "./Challenge.ts";
import type { WorkerReply, WorkerTask } from "./worker.ts";

export interface WorkerOptions {
  /** Threads that share the products; one by default. */
  readonly threads?: number;
  readonly signal?: AbortSignal;
}

/** Thrown when a computation was stopped, or its thread died. */
export class CapacityWorkerError extends Error {
  readonly code = "STOPPED";
}

/** Roots of all products, computed in threads of their own, so that the caller keeps answering. */
export async function computeRoots(challenge: Challenge, options: WorkerOptions = {}): Promise<Uint8Array> {
  const { threads = 1, signal } = options;
  const share = Math.ceil(challenge.products / threads);
  const firsts = Array.from({ length: Math.ceil(challenge.products / share) }, (_, i) => i * share);
  const parts = await Promise.all(
    firsts.map((first) => run({ challenge, first, count: Math.min(share, challenge.products - first) }, signal)),
  );
  const roots = new Uint8Array(challenge.products * WORD_BYTES);
  parts.forEach((part, i) => {
    roots.set(part as Uint8Array, (firsts[i] ?? 0) * WORD_BYTES);
  });
  return roots;
}

/** Openings of entries, in order. */
export async function computeOpenings(
  challenge: Challenge,
  roots: Uint8Array,
  entries: readonly Entry[],
  signal?: AbortSignal,
): Promise<readonly Opening[]> {
  return (await run({ challenge, roots, entries }, signal)) as readonly Opening[];
}

function run(task: WorkerTask, signal: AbortSignal | undefined): Promise<WorkerReply> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL("./worker.ts", import.meta.url), { workerData: task });
    const stop = (): void => {
      void worker.terminate();
    };
    signal?.addEventListener("abort", stop, { once: true });
    if (signal?.aborted === true) stop();
    worker.once("message", resolve);
    worker.once("error", reject);
    worker.once("exit", () => {
      signal?.removeEventListener("abort", stop);
      // Without effect if there was a message.
      reject(new CapacityWorkerError("the computation was stopped"));
    });
  });
}
