import { LEAF_BYTES } from "../Machine.ts";

/** Where a machine's parts lie; sizes and addresses in bytes. A quarter each for input and output, half for the rest. */
export interface Layout {
  /** Program, data, heap and stack: addresses below this. The stack grows down from here. */
  readonly programBytes: number;
  readonly inputAt: number;
  readonly outputAt: number;
  /** Of the input, and of the output. */
  readonly regionBytes: number;
}

/** Depths that a job can have: 2^15 to 2^31 bytes. */
export const MIN_JOB_DEPTH = 10;
export const MAX_JOB_DEPTH = 26;

export function layoutOf(depth: number): Layout {
  const bytes = 2 ** depth * LEAF_BYTES;
  return { programBytes: bytes / 2, inputAt: bytes / 2, outputAt: (bytes / 4) * 3, regionBytes: bytes / 4 };
}
