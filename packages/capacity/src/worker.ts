import { parentPort, workerData } from "node:worker_threads";

import type { Challenge, Entry, Opening } from "./Challenge.ts";
import { openEntries } from "./openEntries.ts";
import { rootsOf } from "./rootsOf.ts";

/** What a thread is asked for: roots of some products, or openings of entries. */
export type WorkerTask =
  | { readonly challenge: Challenge; readonly first: number; readonly count: number }
  | { readonly challenge: Challenge; readonly roots: Uint8Array; readonly entries: readonly Entry[] };

export type WorkerReply = Uint8Array | readonly Opening[];

const task = workerData as WorkerTask;
const reply: WorkerReply =
  "entries" in task
    ? openEntries(task.challenge, task.roots, task.entries)
    : rootsOf(task.challenge, task.first, task.count);
parentPort?.postMessage(reply);
