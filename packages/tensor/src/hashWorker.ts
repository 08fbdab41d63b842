import { workerData } from "node:worker_threads";

import { type SharedMemory, SharedTraces } from "./trace/SharedTraces.ts";

/** Hashes a trace while another thread computes it, and ends with it. */
new SharedTraces(workerData as SharedMemory).hashBlocks();
