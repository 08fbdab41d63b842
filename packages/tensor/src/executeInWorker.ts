import { Worker } from "node:worker_threads";

import { TensorError, type TensorErrorCode } from "./errors.ts";
import { programToJson } from "./program/programJson.ts";
import type { Program } from "./program/Program.ts";
import { type PackedTree, TraceTree } from "./trace/TraceTree.ts";
import type { Traces } from "./trace/traces.ts";

/** One word that an operator's output is changed in, after it ran and before a later operator reads it. */
export interface Alteration {
  readonly operatorIndex: number;
  /** Byte of the operator's output. */
  readonly byte: number;
  readonly xor: number;
}

export interface WorkerOptions {
  readonly signal?: AbortSignal;
  /** For adversarial runs of tests and the demo: an execution that is wrong in one place and consistent after it. */
  readonly alter?: Alteration;
  /** Modules whose default export is a list of `KnownKernel`: kernels of others, which the program may use as well. */
  readonly kernelModules?: readonly string[];
}

export type WorkerReply =
  | { readonly input: PackedTree; readonly body: PackedTree | undefined; readonly output: PackedTree }
  | { readonly error: { code: TensorErrorCode | undefined; message: string; hint: string } };

/** Runs a program and builds its trees in a thread of its own, so that the caller keeps answering. */
export function executeInWorker(program: Program, input: Uint8Array, options: WorkerOptions = {}): Promise<Traces> {
  const { signal, alter, kernelModules } = options;
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL("./worker.ts", import.meta.url), {
      workerData: { json: programToJson(program), input, alter, kernelModules },
    });
    const stop = (): void => {
      void worker.terminate();
      reject(new TensorError("BAD_INPUT", "the execution was stopped", "start it again"));
    };
    signal?.addEventListener("abort", stop, { once: true });
    if (signal?.aborted === true) stop();
    worker.once("message", (reply: WorkerReply) => {
      if ("error" in reply)
        reject(new TensorError(reply.error.code ?? "BAD_PROGRAM", reply.error.message, reply.error.hint));
      else resolve(unpack(reply));
    });
    worker.once("error", reject);
    worker.once("exit", () => {
      signal?.removeEventListener("abort", stop);
      reject(new TensorError("BAD_PROGRAM", "the worker ended without a result", "look at its log"));
    });
  });
}

function unpack({ input, body, output }: Exclude<WorkerReply, { error: unknown }>): Traces {
  return {
    input: TraceTree.unpack(input),
    ...(body !== undefined && { body: TraceTree.unpack(body) }),
    output: TraceTree.unpack(output),
  };
}
