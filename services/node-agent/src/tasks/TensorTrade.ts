import { bundleOf, claimIdOf, type Defence, type Kernels, readClaim, ResultDefence, TraceCache } from "@millrace/jobs";
import { type Contracts, type Logger, MillraceError } from "@millrace/sdk";
import {
  assertExecutable,
  assertProvable,
  type Bundle,
  decodeJob,
  progressEvery,
  referenceLanes,
  rootsOf,
  type Traces,
  WORD_BYTES,
} from "@millrace/tensor";

import type { ITaskBook, ITaskMarket } from "../../../../typechain-types/index.js";
import type { Conduct } from "../Conduct.js";
import type { Policy } from "../config.js";
import type { JobFileStore } from "./JobFileStore.js";
import type { ResultStore } from "./ResultStore.js";
import type { OwnAttempt, Submission, Trade } from "./Trade.js";

interface Parts {
  readonly contracts: Contracts;
  readonly files: JobFileStore;
  readonly results: ResultStore;
  readonly kernels: Kernels;
  readonly policy: Policy;
  readonly conduct: Conduct;
  readonly deployedAtBlock: number;
  readonly logger: Logger;
  readonly signal: AbortSignal;
}

/** Lanes that may be computed by the reference, milliseconds each: programs that builders make have none. */
const MOST_REFERENCE_LANES = 4_096;

/** Seconds between two lines of the log about one execution. */
const PROGRESS_SECONDS = 30;

/** Traces that are kept at hand beside those that are worked on: the others are on disk. */
const KEPT_TRACES = 2;

/** Work that is a program of kernels: its trace is claimed word by word. */
export class TensorTrade implements Trade {
  readonly kind = "task";
  readonly #parts: Parts;
  readonly #traces = new TraceCache(KEPT_TRACES);

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  get market(): ITaskMarket {
    return this.#parts.contracts.tasks;
  }

  refusalOf(): Promise<undefined> {
    return Promise.resolve(undefined);
  }

  /** Checked with all descriptors in hand: what cannot be answered for is not accepted. */
  async examine(taskId: bigint, order: ITaskBook.TaskOrderStruct): Promise<string | undefined> {
    const { files, policy, kernels } = this.#parts;
    // Without the input, which may be large: an order that is not taken for its program costs no more than that.
    const { program } = await files.getJob(nameOf(taskId), order.terms, decodeJob);
    if (program.totalWords > policy.maxWords) return `the program has ${program.totalWords} words`;
    // Who misses the deadline loses the bond: an order with too little time for its words is a trap.
    if (program.totalWords / policy.wordsPerSecond + policy.spareSeconds > Number(order.terms.workSeconds))
      return `${program.totalWords} words may take longer than the work may`;
    try {
      assertExecutable(program);
      assertProvable(program, kernels.set);
      const lanes = referenceLanes(program, kernels.set);
      if (lanes > MOST_REFERENCE_LANES) return `${lanes} of its lanes have no fast path`;
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
    await this.#bundleOf(taskId, order);
    return undefined;
  }

  async work({ taskId, attempt, order }: OwnAttempt): Promise<Submission> {
    const bundle = await this.#bundleOf(taskId, order);
    const { bodyRoot, outputRoot } = rootsOf(await this.#tracesOf(taskId, attempt, () => Promise.resolve(bundle)));
    const { header } = bundle.program;
    return {
      outputRoot,
      call: () => this.market.submit.populateTransaction(taskId, order, header, bodyRoot, outputRoot),
    };
  }

  async defend({ taskId, attempt, order }: OwnAttempt): Promise<Defence> {
    const { contracts, results, deployedAtBlock } = this.#parts;
    if (!(await results.has({ kind: this.kind, taskId, attempt }))) {
      throw new MillraceError("WRONG_STATE", `The result of task ${taskId.toString()} is not in the data folder.`, {
        hint: "Restore the agent's dataDir; without it openings cannot be answered.",
      });
    }
    const claimId = claimIdOf(taskId, attempt);
    const [posted] = await readClaim(contracts.claims, { claimId, fromBlock: deployedAtBlock });
    if (posted === undefined) throw new Error(`claim ${claimId.toString()} is not there`);
    const load = (): Promise<Traces> => this.#tracesOf(taskId, attempt, () => this.#bundleOf(taskId, order));
    return new ResultDefence(contracts.claims, posted, load);
  }

  async forget(taskId: bigint): Promise<void> {
    this.#traces.forget(nameOf(taskId));
    await this.#parts.files.forget(nameOf(taskId));
  }

  #bundleOf(taskId: bigint, { terms }: ITaskBook.TaskOrderStruct): Promise<Bundle> {
    const { files, policy } = this.#parts;
    return files.get(nameOf(taskId), terms, policy.maxWords * WORD_BYTES, (files) => bundleOf(terms, files));
  }

  /** The traces of an attempt: as they are at hand or on disk, or computed. */
  #tracesOf(taskId: bigint, attempt: number, bundle: () => Promise<Bundle>): Promise<Traces> {
    return this.#traces.get(nameOf(taskId), () => this.#loadOrExecute(taskId, attempt, bundle));
  }

  async #loadOrExecute(taskId: bigint, attempt: number, getBundle: () => Promise<Bundle>): Promise<Traces> {
    const { results, conduct, kernels, signal, logger } = this.#parts;
    const bundle = await getBundle();
    const kept = await results.loadTraces(taskId, attempt, bundle);
    if (kept !== undefined) return kept;
    const startedAt = performance.now();
    const traces = await conduct.execute(bundle, {
      signal,
      kernelModules: kernels.modules,
      onProgress: progressEvery(PROGRESS_SECONDS, (percent) => {
        logger.info({ taskId, attempt, percent }, "executing");
      }),
    });
    await results.saveTraces(taskId, attempt, traces);
    logger.info({ taskId, attempt, milliseconds: Math.round(performance.now() - startedAt) }, "executed");
    return traces;
  }
}

const nameOf = (taskId: bigint): string => `task-${taskId.toString()}`;
