import { parentPort, workerData } from "node:worker_threads";

import { TensorError } from "./errors.ts";
import { execute } from "./execute.ts";
import type { Alteration, Progress, WorkerReply } from "./executeInWorker.ts";
import type { KernelSet, KnownKernel } from "./kernels/KernelSet.ts";
import { ownKernels } from "./kernels/registry.ts";
import { programFromJson } from "./program/programJson.ts";
import type { PlacedOperator } from "./program/Program.ts";
import { type SharedMemory, SharedTraces } from "./trace/SharedTraces.ts";

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

/** Runs the program, shows every operator's words to those who hash, and helps them when it is done. */
async function run({ json, memory, alter, kernelModules }: WorkerTask): Promise<void> {
  const program = programFromJson(json);
  const { operators, totalWords } = program;
  const traces = new SharedTraces(memory);
  let reportAt = performance.now() + REPORT_EVERY;
  const onOperator = (index: number, words: Uint8Array): void => {
    if (index === alter?.operatorIndex) words[alter.byte] = (words[alter.byte] ?? 0) ^ alter.xor;
    const { start, words: length } = operators[index] as PlacedOperator;
    traces.write(start, words);
    traces.complete(start + length);
    if (performance.now() < reportAt) return;
    reportAt = performance.now() + REPORT_EVERY;
    const progress: Progress = {
      operators: index + 1,
      ofOperators: operators.length,
      words: start + length,
      ofWords: totalWords,
    };
    reply({ progress });
  };
  execute(program, traces.input, { onOperator, kernels: await kernelsOf(kernelModules) });
  traces.hashBlocks();
  reply({ done: true });
}

try {
  await run(workerData as WorkerTask);
} catch (error) {
  if (error instanceof TensorError) reply({ error: { code: error.code, message: error.message, hint: error.hint } });
  else reply({ error: { code: undefined, message: String(error), hint: "this is a fault of the executor" } });
}
