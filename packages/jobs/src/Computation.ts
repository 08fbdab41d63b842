import type { ExecutionOptions } from "@millrace/rv32";
import { type Bundle, executeInWorker, type Traces, type WorkerOptions } from "@millrace/tensor";

import type { MachineBundle } from "./runs/machineBundle.js";

/** How a service computes what was ordered: where a dishonest one would differ. */
export interface Computation {
  /** Computes the traces of a program. */
  execute(bundle: Bundle, options: Omit<WorkerOptions, "alter">): Promise<Traces>;
  /** How a machine is run; the same each time, as states that were claimed must come again. */
  runOptions(bundle: MachineBundle): Promise<ExecutionOptions>;
}

/** Computes what was ordered. */
export const honestComputation: Computation = {
  execute: ({ program, input }, options) => executeInWorker(program, input, options),
  runOptions: () => Promise.resolve({}),
};
