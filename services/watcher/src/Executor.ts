import {
  type ClaimedRun,
  type Computation,
  ExecutionPool,
  type Kernels,
  type MachineBundle,
  TraceCache,
} from "@millrace/jobs";
import { ExecutionWorker } from "@millrace/rv32";
import { type Logger, Semaphore } from "@millrace/sdk";
import { type Bundle, progressEvery, type Traces } from "@millrace/tensor";
import { keccak256 } from "ethers";

/** Seconds between two lines of the log about one execution. */
const PROGRESS_SECONDS = 30;

/** Executions that are kept at hand, of programs and of runs: a relisted task is not executed again. */
export const KEPT = 3;

/** Executes bundles, and remembers the last results. Whoever calls has its turn; runs that go on are asked about at any time. */
export class Executor {
  readonly #runs: ExecutionPool;
  readonly #traces = new TraceCache(KEPT);

  constructor(
    private readonly kernels: Kernels,
    signal: AbortSignal,
    private readonly computation: Computation,
    lanes: number,
  ) {
    const slots = new Semaphore(lanes);
    this.#runs = new ExecutionPool(KEPT, (worker) => slots.run(() => worker.run()));
    signal.addEventListener("abort", () => void this.#runs.closeAll(), { once: true });
  }

  /** The honest traces of a bundle. */
  async execute(bundle: Bundle, inputRoot: string, logger: Logger, signal: AbortSignal): Promise<Traces> {
    return await this.#traces.get(`${bundle.program.hash}:${inputRoot}`, async () => {
      const startedAt = performance.now();
      const honest = await this.computation.execute(bundle, {
        signal,
        kernelModules: this.kernels.modules,
        onProgress: progressEvery(PROGRESS_SECONDS, (percent) => {
          logger.info({ percent }, "executing");
        }),
      });
      logger.info({ seconds: Math.round(performance.now() - startedAt) / 1_000 }, "executed");
      return honest;
    });
  }

  /** The honest states of a run, which has come to its end. A stop ends it before that. */
  async run(bundle: MachineBundle, bundleHash: string, signal: AbortSignal): Promise<ClaimedRun> {
    const { program, input } = bundle;
    const name = `${bundleHash}:${keccak256(input)}`;
    const start = async () => new ExecutionWorker(program, input, await this.computation.runOptions(bundle));
    const stop = (): void => void this.#runs.close(name);
    signal.addEventListener("abort", stop, { once: true });
    try {
      const run = this.#runs.states(name, start);
      await run.states([]);
      return run;
    } finally {
      signal.removeEventListener("abort", stop);
    }
  }
}
