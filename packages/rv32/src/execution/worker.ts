import { parentPort, workerData } from "node:worker_threads";

import { Rv32Error } from "../Rv32Error.ts";
import { Execution } from "./Execution.ts";
import type { WorkerCall, WorkerReply, WorkerTask } from "./ExecutionWorker.ts";

const { program, input, options } = workerData as WorkerTask;
let execution: Execution | undefined;

function answer({ method, steps = [] }: WorkerCall): unknown {
  execution ??= new Execution(program, input, options);
  switch (method) {
    case "run":
      return execution.run((progress) => {
        send({ progress });
      });
    case "states":
      return execution.states(steps);
    case "witness":
      return execution.witness(steps[0] ?? 0n);
    case "output":
      return execution.output();
    case "region":
      return execution.region();
  }
}

function send(reply: WorkerReply): void {
  parentPort?.postMessage(reply);
}

function failed(id: number, error: unknown): WorkerReply {
  if (error instanceof Rv32Error) return { id, error: { code: error.code, message: error.message, hint: error.hint } };
  return { id, error: { code: undefined, message: String(error), hint: "this is a fault of the interpreter" } };
}

parentPort?.on("message", (call: WorkerCall) => {
  try {
    send({ id: call.id, value: answer(call) });
  } catch (error) {
    send(failed(call.id, error));
  }
});
