import type { Logger } from "@millrace/sdk";
import { type Bundle, executeInWorker, progressEvery, type Traces } from "@millrace/tensor";

import type { Semaphore } from "./Semaphore.js";
import type { TraceCache } from "./TraceCache.js";

/** Seconds between two lines of the log about one execution. */
const PROGRESS_SECONDS = 30;

/** Executes bundles honestly, a few at a time, and remembers the last results. */
export class Executor {
  constructor(
    private readonly slots: Semaphore,
    private readonly cache: TraceCache,
    private readonly signal: AbortSignal,
  ) {}

  /** The honest traces of a bundle. */
  async execute(bundle: Bundle, inputRoot: string, logger: Logger): Promise<Traces> {
    return await this.cache.get(bundle, inputRoot, () =>
      this.slots.run(async () => {
        const startedAt = performance.now();
        const honest = await executeInWorker(bundle.program, bundle.input, {
          signal: this.signal,
          onProgress: progressEvery(PROGRESS_SECONDS, (percent) => {
            logger.info({ percent }, "executing");
          }),
        });
        logger.info({ seconds: Math.round(performance.now() - startedAt) / 1_000 }, "executed");
        return honest;
      }),
    );
  }
}
