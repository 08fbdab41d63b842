import { parentPort, workerData } from "node:worker_threads";

import { WORD_BYTES } from "@millrace/tensor";

import type { Challenge, Entry, Opening } from "./Challenge.ts";
import { openEntries } from "./openEntries.ts";
import { ProductEngine } from "./ProductEngine.ts";

/** What a thread is asked for: roots of some products, or openings of entries. */
export type WorkerTask =
  | { readonly challenge: Challenge; readonly first: number; readonly count: number }
  | { readonly challenge: Challenge; readonly roots: Uint8Array; readonly entries: readonly Entry[] };

export type WorkerReply = Uint8Array | readonly Opening[];

function rootsOf(challenge: Challenge, first: number, count: number): Uint8Array {
  const engine = new ProductEngine(challenge);
  const roots = new Uint8Array(count * WORD_BYTES);
  for (let i = 0; i < count; i++) roots.set(engine.compute(first + i), i * WORD_BYTES);
  return roots;
}

const task = workerData as WorkerTask;
const reply: WorkerReply =
  "entries" in task
    ? openEntries(task.challenge, task.roots, task.entries)
    : rootsOf(task.challenge, task.first, task.count);
parentPort?.postMessage(reply);
