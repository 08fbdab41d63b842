import type { MachineBundle } from "@millrace/jobs";
import type { ExecutionOptions } from "@millrace/rv32";
import { type Bundle, executeInWorker, type Traces, type WorkerOptions } from "@millrace/tensor";

/** The things in which a dishonest agent would differ: everything else is the same program. */
export interface Conduct {
  /** Computes the traces that are committed to. */
  execute(bundle: Bundle, options: Omit<WorkerOptions, "alter">): Promise<Traces>;
  /** How a machine is run; the same each time, as states that were claimed must come again. */
  runOptions(bundle: MachineBundle): Promise<ExecutionOptions>;
  /** Whether the trace is served to those who check it. */
  readonly publishesTrace: boolean;
  /** Whether openings are answered. */
  readonly answersOpenings: boolean;
  /** Of a capacity challenge, how many percent of the products are left out. */
  readonly skippedPercent: number;
}

/** Computes what was ordered, shows it, and answers for it. */
export const honestConduct: Conduct = {
  execute: ({ program, input }, options) => executeInWorker(program, input, options),
  runOptions: () => Promise.resolve({}),
  publishesTrace: true,
  answersOpenings: true,
  skippedPercent: 0,
};
