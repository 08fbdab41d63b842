import { type Bundle, executeInWorker, type Traces, type WorkerOptions } from "@millrace/tensor";

/** The things in which a dishonest agent would differ: everything else is the same program. */
export interface Conduct {
  /** Computes the traces that are committed to. */
  execute(bundle: Bundle, options: Pick<WorkerOptions, "signal" | "onProgress">): Promise<Traces>;
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
  publishesTrace: true,
  answersOpenings: true,
  skippedPercent: 0,
};
