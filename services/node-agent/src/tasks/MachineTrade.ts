import {
  claimIdOf,
  type Defence,
  ExecutionPool,
  type MachineBundle,
  machineBundleOf,
  type ProgramValues,
  readMachineProgram,
  readOrder,
  readRun,
  RunDefence,
  runValues,
} from "@millrace/jobs";
import { ExecutionWorker } from "@millrace/rv32";
import type { Contracts, Logger } from "@millrace/sdk";
import { hexlify } from "ethers";

import type { IMachineMarket, ITaskBook } from "../../../../typechain-types/index.js";
import type { Conduct } from "../Conduct.js";
import type { Policy } from "../config.js";
import type { AgentStore } from "../AgentStore.js";
import type { JobFileStore } from "./JobFileStore.js";
import { type Rerun, rerunRefusal } from "./rerunRefusal.js";
import type { ResultStore } from "./ResultStore.js";
import type { OwnAttempt, Submission, Trade } from "./Trade.js";

interface Parts {
  readonly contracts: Contracts;
  readonly files: JobFileStore;
  readonly results: ResultStore;
  readonly store: Pick<AgentStore, "owed">;
  readonly policy: Policy;
  readonly conduct: Conduct;
  readonly deployedAtBlock: number;
  readonly logger: Logger;
  readonly signal: AbortSignal;
}

const LEAF_LOG2 = 5;
/** Runs that are kept at hand beside those that are worked on or asked about. */
const KEPT_RUNS = 2;

/**
 * Work that is a program for a machine: its states are claimed. Nothing of a run is kept on disk but its output: after a
 * restart the program runs again, to the same states.
 */
export class MachineTrade implements Trade {
  readonly kind = "run";
  readonly #parts: Parts;
  readonly #runs = new ExecutionPool(KEPT_RUNS);
  readonly #reruns = new Map<bigint, Rerun>();

  constructor(parts: Parts) {
    this.#parts = parts;
    parts.signal.addEventListener("abort", () => void this.#runs.closeAll(), { once: true });
  }

  get market(): IMachineMarket {
    return this.#parts.contracts.machines;
  }

  /** A program may run for as many steps as it names, and may have to once more between a question and its answer. */
  async refusalOf(taskId: bigint, { terms }: ITaskBook.TaskOrderStruct): Promise<string | undefined> {
    const { runs: policy, spareSeconds } = this.#parts.policy;
    const { maxSteps, depth } = await this.#programOf(taskId);
    const bytes = 2 ** (Number(depth) + LEAF_LOG2);
    if (!policy.accept) return "the policy takes no programs for a machine";
    if (bytes > policy.maxMemoryMiB * 2 ** 20) return `the machine has ${bytes} bytes of memory`;
    const seconds = Number(maxSteps) / policy.stepsPerSecond;
    if (seconds + spareSeconds > Number(terms.workSeconds))
      return `${maxSteps} steps may take longer than the work may`;
    if (seconds > Number(terms.responseSeconds) / 2) return `${maxSteps} steps may take longer than an answer may`;
    const owed = await Promise.all(this.#parts.store.owed(this.kind).map((id) => this.#rerunOf(id)));
    const all = [...owed, { seconds, responseSeconds: Number(terms.responseSeconds) }];
    return rerunRefusal(all, this.#parts.policy.maxConcurrentTasks);
  }

  async examine(taskId: bigint, order: ITaskBook.TaskOrderStruct): Promise<undefined> {
    await this.#bundleOf(taskId, order);
  }

  async work({ taskId, attempt, order }: OwnAttempt): Promise<Submission> {
    const { results, logger } = this.#parts;
    const program = await this.#programOf(taskId);
    return this.#runs.use(nameOf(taskId), this.#start(taskId, order), async ({ worker, trace }) => {
      await results.saveOutput({ kind: this.kind, taskId, attempt }, await worker.region());
      const { steps, exitCode, outputRoot } = trace.final;
      logger.info({ taskId, attempt, steps, exitCode }, "executed");
      return {
        outputRoot: hexlify(outputRoot),
        call: () => this.market.submit.populateTransaction(taskId, order, program, runValues(trace)),
      };
    });
  }

  /** The program runs again if somebody asks after a restart, or much later: most claims are never asked about. */
  async defend({ taskId, attempt, order }: OwnAttempt): Promise<Defence> {
    const { contracts, deployedAtBlock } = this.#parts;
    const claimId = claimIdOf(taskId, attempt);
    const [posted] = await readRun(contracts.runs, { claimId, fromBlock: deployedAtBlock });
    if (posted === undefined) throw new Error(`claim ${claimId.toString()} is not there`);
    const states = this.#runs.states(nameOf(taskId), this.#start(taskId, order));
    return new RunDefence(contracts.runs, posted, () => this.#bundleOf(taskId, order), states);
  }

  async forget(taskId: bigint): Promise<void> {
    this.#reruns.delete(taskId);
    await this.#runs.close(nameOf(taskId));
    await this.#parts.files.forget(nameOf(taskId));
  }

  async #bundleOf(taskId: bigint, { terms }: ITaskBook.TaskOrderStruct): Promise<MachineBundle> {
    const { codeHash } = await this.#programOf(taskId);
    return this.#parts.files.get(nameOf(taskId), terms, this.#parts.policy.runs.maxMemoryMiB * 2 ** 20, (files) =>
      machineBundleOf(terms, codeHash, files),
    );
  }

  #programOf(taskId: bigint): Promise<ProgramValues> {
    return readMachineProgram(this.market, taskId, this.#parts.deployedAtBlock);
  }

  /** What a run costs that was taken, and may be asked about. */
  async #rerunOf(taskId: bigint): Promise<Rerun> {
    const known = this.#reruns.get(taskId);
    if (known !== undefined) return known;
    const { policy, deployedAtBlock } = this.#parts;
    const [{ terms }, { maxSteps }] = await Promise.all([
      readOrder(this.market, taskId, deployedAtBlock),
      this.#programOf(taskId),
    ]);
    const seconds = Number(maxSteps) / policy.runs.stepsPerSecond;
    const rerun = { seconds, responseSeconds: Number(terms.responseSeconds) };
    this.#reruns.set(taskId, rerun);
    return rerun;
  }

  #start(taskId: bigint, order: ITaskBook.TaskOrderStruct): () => Promise<ExecutionWorker> {
    return async () => {
      const bundle = await this.#bundleOf(taskId, order);
      return new ExecutionWorker(bundle.program, bundle.input, await this.#parts.conduct.runOptions(bundle));
    };
  }
}

const nameOf = (taskId: bigint): string => `run-${taskId.toString()}`;
