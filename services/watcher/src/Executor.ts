import {
  type ClaimedRun,
  type Computation,
  ExecutionPool,
  type Kernels,
  type MachineBundle,
  TraceCache,
} from "@millrace/jobs";
import { ExecutionWorker } from "@millrace/rv32";
import type { Logger, Semaphore } from "@millrace/sdk";
import { type Bundle, progressEvery, type Traces } from "@millrace/tensor";
import { keccak256 } from "ethers";

/** Seconds between two lines of the log about one execution. */
const PROGRESS_SECONDS = 30;

/** Executions that are kept at hand, of programs and of runs: a relisted task is not executed again. */
const KEPT = 3;

/** Executes bundles, a few at a time, and remembers the last results. */
export class Executor {
  readonly #runs: ExecutionPool;
  readonly #traces = new TraceCache(KEPT);

  constructor(
    private readonly slots: Semaphore,
    private readonly kernels: Kernels,
    private readonly signal: AbortSignal,
    private readonly computation: Computation,
  ) {
    this.#runs = new ExecutionPool(KEPT, (worker) => this.slots.run(() => worker.run()));
    signal.addEventListener("abort", () => void this.#runs.closeAll(), { once: true });
  }

  /** The honest traces of a bundle. */
  async execute(bundle: Bundle, inputRoot: string, logger: Logger): Promise<Traces> {
    return await this.#traces.get(`${bundle.program.hash}:${inputRoot}`, () =>
      this.slots.run(async () => {
        const startedAt = performance.now();
        const { signal, kernels } = this;
        const honest = await this.computation.execute(bundle, {
          signal,
          kernelModules: kernels.modules,
          onProgress: progressEvery(PROGRESS_SECONDS, (percent) => {
            logger.info({ percent }, "executing");
          }),
        });
        logger.info({ seconds: Math.round(performance.now() - startedAt) / 1_000 }, "executed");
        return honest;
      }),
    );
  }

  /** The honest states of a run, once they are asked for. */
  states(bundle: MachineBundle, bundleHash: string): ClaimedRun {
    const { program, input } = bundle;
    const start = async () => new ExecutionWorker(program, input, await this.computation.runOptions(bundle));
    return this.#runs.states(`${bundleHash}:${keccak256(input)}`, start);
  }

  /** Runs a program ahead of its claim. */
  async runAhead(bundle: MachineBundle, bundleHash: string): Promise<void> {
    await this.states(bundle, bundleHash).states([]);
  }
}
