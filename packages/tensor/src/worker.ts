import { parentPort, workerData } from "node:worker_threads";

import { TensorError } from "./errors.ts";
import { execute } from "./execute.ts";
import type { Alteration, WorkerReply } from "./executeInWorker.ts";
import type { KernelSet, KnownKernel } from "./kernels/KernelSet.ts";
import { ownKernels } from "./kernels/registry.ts";
import { programFromJson } from "./program/programJson.ts";
import { buildTraces } from "./trace/traces.ts";

interface WorkerTask {
  readonly json: unknown;
  readonly input: Uint8Array;
  readonly alter?: Alteration;
  readonly kernelModules?: readonly string[];
}

/** This package's kernels, and those of the modules. */
async function kernelsOf(modules: readonly string[] = []): Promise<KernelSet> {
  const imported = modules.map((url) => import(url) as Promise<{ default: readonly KnownKernel[] }>);
  return ownKernels.with(...(await Promise.all(imported)).flatMap((module) => module.default));
}

async function run({ json, input, alter, kernelModules }: WorkerTask): Promise<WorkerReply> {
  const program = programFromJson(json);
  const onOperator = (index: number, words: Uint8Array): void => {
    if (index === alter?.operatorIndex) words[alter.byte] = (words[alter.byte] ?? 0) ^ alter.xor;
  };
  const execution = execute(program, input, { onOperator, kernels: await kernelsOf(kernelModules) });
  const { input: inputTree, body, output } = buildTraces(program, input, execution);
  return { input: inputTree.pack(), body: body?.pack(), output: output.pack() };
}

async function tryRun(task: WorkerTask): Promise<WorkerReply> {
  try {
    return await run(task);
  } catch (error) {
    if (error instanceof TensorError) return { error: { code: error.code, message: error.message, hint: error.hint } };
    return { error: { code: undefined, message: String(error), hint: "this is a fault of the executor" } };
  }
}

const reply = await tryRun(workerData as WorkerTask);
const transfer =
  "error" in reply ? [] : [reply.input, reply.body, reply.output].flatMap((tree) => tree?.bytes.buffer ?? []);
parentPort?.postMessage(reply, transfer);
