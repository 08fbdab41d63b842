import { parentPort, workerData } from "node:worker_threads";

import { TensorError } from "./errors.ts";
import { execute } from "./execute.ts";
import type { Alteration, WorkerReply } from "./executeInWorker.ts";
import type { KernelSet, KnownKernel } from "./kernels/KernelSet.ts";
import { ownKernels } from "./kernels/registry.ts";
import { programFromJson } from "./program/programJson.ts";
import type { PlacedOperator } from "./program/Program.ts";
import { type SharedMemory, SharedTraces } from "./trace/SharedTraces.ts";
import { WORD_BYTES } from "./words.ts";

interface WorkerTask {
  readonly json: unknown;
  readonly memory: SharedMemory;
  readonly alter?: Alteration;
  readonly kernelModules?: readonly string[];
}

/** Milliseconds between two reports of progress. */
const REPORT_EVERY = 500;

function reply(message: WorkerReply): void {
  parentPort?.postMessage(message);
}

/** This package's kernels, and those of the modules. */
async function kernelsOf(modules: readonly string[] = []): Promise<KernelSet> {
  const imported = modules.map((url) => import(url) as Promise<{ default: readonly KnownKernel[] }>);
  return ownKernels.with(...(await Promise.all(imported)).flatMap((module) => module.default));
}

function change(words: Uint8Array, byte: number, xor: number): void {
  const old = words[byte];
  if (old !== undefined) words[byte] = old ^ xor;
}

/** Runs the program, shows words to those who hash as soon as they are there, and helps them when it is done. */
async function run({ json, memory, alter, kernelModules }: WorkerTask): Promise<void> {
  const program = programFromJson(json);
  const { operators, totalWords } = program;
  const traces = new SharedTraces(memory);
  let reportAt = performance.now() + REPORT_EVERY;
  const onWords = (index: number, words: Uint8Array, from: number): void => {
    const operator = operators[index] as PlacedOperator;
    const start = operator.start + from;
    if (index === alter?.operatorIndex) change(words, alter.byte - from * WORD_BYTES, alter.xor);
    traces.write(start, words);
    const end = start + words.length / WORD_BYTES;
    traces.complete(end);
    if (performance.now() < reportAt) return;
    reportAt = performance.now() + REPORT_EVERY;
    const done = end === operator.start + operator.words ? index + 1 : index;
    reply({ progress: { operators: done, ofOperators: operators.length, words: end, ofWords: totalWords } });
  };
  execute(program, traces.input, { onWords, kernels: await kernelsOf(kernelModules) });
  traces.hashBlocks();
  reply({ done: true });
}

try {
  await run(workerData as WorkerTask);
} catch (error) {
  if (error instanceof TensorError) reply({ error: { code: error.code, message: error.message, hint: error.hint } });
  else reply({ error: { code: undefined, message: String(error), hint: "this is a fault of the executor" } });
}
