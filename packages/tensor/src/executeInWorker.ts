import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";

import { assertExecutable } from "./assertExecutable.ts";
import { TensorError, type TensorErrorCode } from "./errors.ts";
import { programToJson } from "./program/programJson.ts";
import type { Program } from "./program/Program.ts";
import { SharedTraces } from "./trace/SharedTraces.ts";
import type { Traces } from "./trace/traces.ts";

/** One word that an operator's output is changed in, after it ran and before a later operator reads it. */
export interface Alteration {
  readonly operatorIndex: number;
  /** Byte of the operator's output. */
  readonly byte: number;
  readonly xor: number;
}

/** How far an execution is: what is done, of all there is. */
export interface Progress {
  readonly operators: number;
  readonly ofOperators: number;
  readonly words: number;
  readonly ofWords: number;
}

export interface WorkerOptions {
  readonly signal?: AbortSignal;
  /** For adversarial runs of tests and the demo: an execution that is wrong in one place and consistent after it. */
  readonly alter?: Alteration;
  /** Modules whose default export is a list of `KnownKernel`: kernels of others, which the program may use as well. */
  readonly kernelModules?: readonly string[];
  /** Threads that hash what the first one computes, by default as many as there are other processors, at most three. */
  readonly hashers?: number;
  /** Called about twice a second. */
  readonly onProgress?: (progress: Progress) => void;
}

export type WorkerReply =
  | { readonly progress: Progress }
  | { readonly done: true }
  | { readonly error: { code: TensorErrorCode | undefined; message: string; hint: string } };

/** Below as many words a thread takes longer to start than to hash them. */
const SMALL_WORDS = 2 ** 18;

const MOST_HASHERS = 3;

function hashersFor(program: Program): number {
  return program.totalWords < SMALL_WORDS ? 0 : Math.min(availableParallelism() - 1, MOST_HASHERS);
}

/**
 * Runs a program in a thread of its own, so that the caller keeps answering, and hashes its trace in others meanwhile.
 * Takes twice the trace in memory: for the computation, and for the trees, which share theirs with nobody afterwards.
 */
export async function executeInWorker(
  program: Program,
  input: Uint8Array,
  options: WorkerOptions = {},
): Promise<Traces> {
  assertExecutable(program);
  program.assertInput(input);
  const { signal, alter, kernelModules, onProgress, hashers = hashersFor(program) } = options;
  const stopped = (): TensorError => new TensorError("BAD_INPUT", "the execution was stopped", "start it again");
  if (signal?.aborted === true) throw stopped();
  const traces = SharedTraces.of(program, input);
  const { memory } = traces;
  const workers = [
    start("./worker.ts", { json: programToJson(program), memory, alter, kernelModules }),
    ...Array.from({ length: hashers }, () => start("./hashWorker.ts", memory)),
  ];
  let stop: (() => void) | undefined;
  try {
    await new Promise<void>((resolve, reject) => {
      let isDone = false;
      stop = () => {
        reject(stopped());
      };
      signal?.addEventListener("abort", stop, { once: true });
      workers[0]?.on("message", (reply: WorkerReply) => {
        if ("progress" in reply) onProgress?.(reply.progress);
        else if ("done" in reply) isDone = true;
        else reject(new TensorError(reply.error.code ?? "BAD_PROGRAM", reply.error.message, reply.error.hint));
      });
      // Whoever took a block and fell leaves a hole: then there is no trace.
      Promise.all(workers.map(ended)).then(() => {
        if (isDone) resolve();
        else reject(noResult());
      }, reject);
    });
    return traces.finish();
  } finally {
    if (stop !== undefined) signal?.removeEventListener("abort", stop);
    for (const worker of workers) void worker.terminate();
  }
}

function start(file: string, workerData: unknown): Worker {
  return new Worker(new URL(file, import.meta.url), { workerData });
}

/** Resolves when a thread ends of its own, having done what it was there for. */
function ended(worker: Worker): Promise<void> {
  return new Promise((resolve, reject) => {
    worker.once("error", reject);
    worker.once("exit", (code) => {
      if (code === 0) resolve();
      else reject(noResult());
    });
  });
}

function noResult(): TensorError {
  return new TensorError("BAD_PROGRAM", "a thread of the execution ended without a result", "look at its log");
}
