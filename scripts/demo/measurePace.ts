import { executeInWorker } from "@millrace/tensor";

import type { Orders } from "./orders.js";

/** Time limits of the story's tasks, in seconds. */
export interface Pace {
  /** In which a result that a cheat may have made can be challenged. */
  readonly windowSeconds: number;
  /** The same where nobody cheats, or only by saying nothing. */
  readonly shortWindowSeconds: number;
  /** For answering one challenge. */
  readonly responseSeconds: number;
}

/** What two free cores need, with ease: a quarter of a window is a checker's for being drawn, the next for its commitment. */
const LEAST: Pace = { windowSeconds: 24, shortWindowSeconds: 8, responseSeconds: 10 };

/**
 * How long this machine, as busy as it is, takes for the largest job decides how long a challenger is given: on a slow
 * one the story takes longer, and ends the same. Runs while the services start, so it errs on the long side.
 */
export async function measurePace({ training }: Orders, signal: AbortSignal): Promise<Pace> {
  const startedAt = performance.now();
  await executeInWorker(training.program, training.input, { signal });
  const seconds = (performance.now() - startedAt) / 1_000;
  return {
    windowSeconds: Math.max(LEAST.windowSeconds, Math.ceil(5 * seconds)),
    shortWindowSeconds: Math.max(LEAST.shortWindowSeconds, Math.ceil(seconds)),
    responseSeconds: Math.max(LEAST.responseSeconds, Math.ceil(seconds)),
  };
}
