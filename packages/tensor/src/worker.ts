import { parentPort, workerData } from "node:worker_threads";

import { TensorError } from "./errors.ts";
import { execute } from "./execute.ts";
import type { Alteration, WorkerReply } from "./executeInWorker.ts";
import { programFromJson } from "./program/programJson.ts";
import { buildTraces } from "./trace/traces.ts";

interface WorkerTask {
  readonly json: unknown;
  readonly input: Uint8Array;
  readonly alter?: Alteration;
}

function run({ json, input, alter }: WorkerTask): WorkerReply {
  const program = programFromJson(json);
  const onOperator = (index: number, words: Uint8Array): void => {
    if (index === alter?.operatorIndex) words[alter.byte] = (words[alter.byte] ?? 0) ^ alter.xor;
  };
  const { input: inputTree, body, output } = buildTraces(program, input, execute(program, input, { onOperator }));
  return { input: inputTree.pack(), body: body?.pack(), output: output.pack() };
}

function tryRun(task: WorkerTask): WorkerReply {
  try {
    return run(task);
  } catch (error) {
    if (error instanceof TensorError) return { error: { code: error.code, message: error.message, hint: error.hint } };
    return { error: { code: undefined, message: String(error), hint: "this is a fault of the executor" } };
  }
}

const reply = tryRun(workerData as WorkerTask);
const transfer =
  "error" in reply ? [] : [reply.input, reply.body, reply.output].flatMap((tree) => tree?.bytes.buffer ?? []);
parentPort?.postMessage(reply, transfer);
