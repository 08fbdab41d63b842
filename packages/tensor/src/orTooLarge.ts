import { TensorError } from "./errors.ts";

/** Takes memory; says how much it was if the system has no more. @throws TensorError TOO_LARGE */
export function orTooLarge<Memory>(bytes: number, take: () => Memory): Memory {
  try {
    return take();
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new TensorError(
      "TOO_LARGE",
      `${bytes} bytes of memory cannot be had`,
      "an execution takes twice its trace: use a machine with more memory, or split the job into smaller ones",
    );
  }
}
