import { type Computation, honestComputation } from "@millrace/jobs";

/** The things in which a dishonest agent would differ: everything else is the same program. */
export interface Conduct extends Computation {
  /** Whether the trace is served to those who check it. */
  readonly publishesTrace: boolean;
  /** Whether openings are answered. */
  readonly answersOpenings: boolean;
  /** Of a capacity challenge, how many percent of the products are left out. */
  readonly skippedPercent: number;
}

/** Computes what was ordered, shows it, and answers for it. */
export const honestConduct: Conduct = {
  ...honestComputation,
  publishesTrace: true,
  answersOpenings: true,
  skippedPercent: 0,
};
