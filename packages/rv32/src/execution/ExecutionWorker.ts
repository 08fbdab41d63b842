import { Worker } from "node:worker_threads";

import type { MachineProgram } from "../program/MachineProgram.ts";
import { Rv32Error, type Rv32ErrorCode } from "../Rv32Error.ts";
import type { StepWitness } from "../stepWitness.ts";
import type { Execution, ExecutionOptions, Trace } from "./Execution.ts";

/** What the thread is started with. */
export interface WorkerTask {
  readonly program: MachineProgram;
  readonly input: Uint8Array;
  readonly options: ExecutionOptions;
}

type Method = "run" | "states" | "witness" | "output" | "region";

/** A call of a method of `Execution`. */
export interface WorkerCall {
  readonly id: number;
  readonly method: Method;
  readonly steps?: readonly bigint[];
}

export type WorkerReply =
  | { readonly progress: bigint }
  | { readonly id: number; readonly value: unknown }
  | {
      readonly id: number;
      readonly error: { readonly code: Rv32ErrorCode | undefined; readonly message: string; readonly hint: string };
    };

interface Waiting {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: Error) => void;
}

/** An `Execution` in a thread of its own, so that the caller keeps answering. Its calls are done one after another. */
export class ExecutionWorker {
  readonly #worker: Worker;
  readonly #waiting = new Map<number, Waiting>();
  #onProgress: ((steps: bigint) => void) | undefined;
  #calls = 0;
  #hasEnded = false;

  constructor(program: MachineProgram, input: Uint8Array, options: ExecutionOptions = {}) {
    const workerData: WorkerTask = { program, input, options };
    this.#worker = new Worker(new URL("./worker.ts", import.meta.url), { workerData });
    this.#worker.on("message", (reply: WorkerReply) => {
      this.#take(reply);
    });
    this.#worker.on("error", (error: Error) => {
      this.#failAll(error);
    });
    this.#worker.on("exit", () => {
      this.#hasEnded = true;
      this.#failAll(stopped());
    });
    // A caller that is done does not wait for the thread.
    this.#worker.unref();
  }

  run(onProgress?: (steps: bigint) => void): Promise<Trace> {
    this.#onProgress = onProgress;
    return this.#call<ReturnType<Execution["run"]>>("run");
  }

  states(steps: readonly bigint[]): Promise<Uint8Array[]> {
    return this.#call<ReturnType<Execution["states"]>>("states", steps);
  }

  witness(step: bigint): Promise<StepWitness> {
    return this.#call<ReturnType<Execution["witness"]>>("witness", [step]);
  }

  output(): Promise<Uint8Array> {
    return this.#call<ReturnType<Execution["output"]>>("output");
  }

  region(): Promise<Uint8Array> {
    return this.#call<ReturnType<Execution["region"]>>("region");
  }

  /** Ends the thread; calls that wait, or come later, are rejected with STOPPED. */
  async close(): Promise<void> {
    await this.#worker.terminate();
  }

  #call<Value>(method: Method, steps?: readonly bigint[]): Promise<Value> {
    if (this.#hasEnded) return Promise.reject(stopped());
    const id = ++this.#calls;
    return new Promise<Value>((resolve, reject) => {
      this.#waiting.set(id, {
        resolve: (value) => {
          resolve(value as Value);
        },
        reject,
      });
      this.#worker.ref();
      const call: WorkerCall = { id, method, ...(steps !== undefined && { steps }) };
      this.#worker.postMessage(call);
    });
  }

  #take(reply: WorkerReply): void {
    if ("progress" in reply) {
      this.#onProgress?.(reply.progress);
      return;
    }
    const waiting = this.#waiting.get(reply.id);
    this.#waiting.delete(reply.id);
    if (this.#waiting.size === 0) this.#worker.unref();
    if ("error" in reply) {
      const { code, message, hint } = reply.error;
      waiting?.reject(new Rv32Error(code ?? "STOPPED", message, hint));
    } else waiting?.resolve(reply.value);
  }

  #failAll(error: Error): void {
    for (const { reject } of this.#waiting.values()) reject(error);
    this.#waiting.clear();
  }
}

function stopped(): Rv32Error {
  return new Rv32Error("STOPPED", "the execution was stopped", "start it again");
}
