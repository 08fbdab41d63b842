import { acceptance, claimIdOf, fetchBundle, readOrder } from "@millrace/jobs";
import { type Contracts, decodeError, type Logger, MillraceError, type TransactionSender } from "@millrace/sdk";
import { type Bundle, progressEvery, rootsOf, type Traces } from "@millrace/tensor";

import type { ITaskBook } from "../../../../typechain-types/index.js";
import type { AgentStore } from "../AgentStore.js";
import { blockRanges } from "../blockRanges.js";
import type { Conduct } from "../Conduct.js";
import type { Policy } from "../config.js";
import type { Head } from "../Rounds.js";
import { ClaimKeeper } from "./ClaimKeeper.js";
import type { NodePicker } from "./NodePicker.js";
import { refusalOf, unprovable } from "./refusal.js";
import type { ResultStore } from "./ResultStore.js";
import { TaskStatus } from "./TaskStatus.js";

interface Parts {
  readonly contracts: Contracts;
  readonly sender: TransactionSender;
  readonly store: AgentStore;
  readonly results: ResultStore;
  readonly picker: NodePicker;
  readonly policy: Policy;
  readonly conduct: Conduct;
  readonly nodeIds: readonly bigint[];
  readonly deployedAtBlock: number;
  readonly logger: Logger;
  readonly signal: AbortSignal;
}

/** How long an order that could not be taken is left alone. */
const RETRY_SECONDS = 5;

/** Seconds between two lines of the log about one execution. */
const PROGRESS_SECONDS = 30;

/**
 * Brings tasks forward. Each look at a task reads its status from the chain and takes the one step that this status asks
 * for; nothing is remembered but what cannot be read again. So it can be killed between any two instructions.
 */
export class TaskKeeper {
  readonly #parts: Parts;
  readonly #orders = new Map<bigint, ITaskBook.TaskOrderStruct>();
  readonly #traces = new Map<bigint, Traces>();
  readonly #claims = new Map<bigint, ClaimKeeper>();
  readonly #busy = new Map<bigint, Promise<void>>();
  readonly #notBefore = new Map<bigint, number>();
  /** Tasks between acceptance and submission. */
  readonly #working = new Set<bigint>();
  /** Orders whose bundle is what was ordered and can be answered for. */
  readonly #examined = new Set<bigint>();
  #lastAcceptance: Promise<void> = Promise.resolve();

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** Tasks that this agent is working on. */
  get working(): number {
    return this.#working.size;
  }

  /** Looks at all tasks. Does not wait: what takes long goes on in the background, one step a task at a time. */
  async onBlock(head: Head): Promise<void> {
    const { contracts, store, deployedAtBlock } = this.#parts;
    const from = store.next("tasks", deployedAtBlock);
    for (const [first, last] of blockRanges(from, head.number)) {
      const opened = await contracts.tasks.queryFilter(contracts.tasks.filters.TaskOpened(), first, last);
      const ids = opened.map(({ args }) => args.taskId);
      store.follow("task", ids);
      store.setNext("tasks", last + 1);
    }
    for (const taskId of store.open("task")) {
      if (this.#busy.has(taskId) || (this.#notBefore.get(taskId) ?? 0) > head.timestamp) continue;
      const step = this.#advance(taskId, head).finally(() => this.#busy.delete(taskId));
      this.#busy.set(taskId, step);
    }
  }

  /** Resolves when no step is under way. */
  async idle(): Promise<void> {
    await Promise.all(this.#busy.values());
  }

  async #advance(taskId: bigint, head: Head): Promise<void> {
    const { contracts, signal, logger } = this.#parts;
    try {
      const [task, status] = await Promise.all([contracts.tasks.taskOf(taskId), contracts.tasks.statusOf(taskId)]);
      await this.#step(taskId, task, Number(status) as TaskStatus, head);
    } catch (error) {
      if (signal.aborted) return;
      const { code, sentence } = decodeError(error);
      this.#notBefore.set(taskId, head.timestamp + RETRY_SECONDS);
      logger.warn({ taskId, code, reason: sentence }, "step failed, trying again later");
    }
  }

  async #step(taskId: bigint, task: ITaskBook.TaskStructOutput, status: TaskStatus, head: Head): Promise<void> {
    const isMine = this.#parts.nodeIds.includes(task.nodeId);
    const attempt = Number(task.attempt);
    if (!isMine) this.#working.delete(taskId);
    switch (status) {
      case TaskStatus.Listed:
        return this.#tryAccept(taskId, head);
      case TaskStatus.Unacknowledged:
      case TaskStatus.Overdue:
      case TaskStatus.Rejected:
        if (!isMine) return this.#tryAccept(taskId, head);
        return this.#fail(taskId, attempt, task.nodeId, status);
      case TaskStatus.Accepted:
        if (isMine) await this.#acknowledge(taskId);
        return;
      case TaskStatus.Working:
        if (isMine) await this.#work(taskId, attempt, task.nodeId);
        return;
      case TaskStatus.Submitted:
        if (isMine) await this.#answer(taskId, attempt, task.nodeId, head);
        return;
      case TaskStatus.Confirmed:
        if (isMine) await this.#finalize(taskId, attempt, task.nodeId);
        return;
      case TaskStatus.Expired:
        return;
      case TaskStatus.Finalized:
        return this.#finish(taskId, attempt, task.nodeId, head);
      case TaskStatus.None:
      case TaskStatus.Cancelled:
        this.#forget(taskId);
    }
  }

  // ─── STEPS ───

  /** Takes an order that fits, with its bundle in hand and checked. */
  async #tryAccept(taskId: bigint, head: Head): Promise<void> {
    const { contracts, store, policy, picker } = this.#parts;
    if (this.#working.size >= policy.maxConcurrentTasks || store.hasFailed(taskId)) return;
    const order = await this.#orderOf(taskId);
    const price = await contracts.tasks.priceAtDown(order, head.timestamp);
    const bond = await contracts.tasks.bondOfUp(order, price);
    const refusal = refusalOf(policy, { order, price, bond });
    if (refusal !== undefined) {
      this.#leave(taskId, head, refusal);
      return;
    }
    if ((await picker.pick(order)) === undefined) return;
    if (!this.#examined.has(taskId)) {
      const problem = unprovable(policy, await this.#bundleOf(order));
      if (problem !== undefined) {
        this.#leave(taskId, head, problem);
        return;
      }
      this.#examined.add(taskId);
    }
    // One after the other: two at once would reckon with the same free units. Fetching is done, so no host can hold
    // this up.
    const accepting = this.#lastAcceptance.then(() => this.#accept(taskId, order));
    this.#lastAcceptance = accepting.catch(() => undefined);
    await accepting;
  }

  async #accept(taskId: bigint, order: ITaskBook.TaskOrderStruct): Promise<void> {
    const { contracts, sender, store, policy, picker, deployedAtBlock: fromBlock, logger, signal } = this.#parts;
    const nodeId = await picker.pick(order);
    if (nodeId === undefined || signal.aborted || this.#working.size >= policy.maxConcurrentTasks) return;
    this.#working.add(taskId);
    try {
      const attempt = Number((await contracts.tasks.taskOf(taskId)).attempt) + 1;
      await sender.send(
        () => acceptance(contracts, { market: contracts.tasks, taskId, order, nodeId, fromBlock }),
        `accept ${taskId.toString()}`,
      );
      store.note({ taskId, attempt, nodeId, status: "accepted" });
      logger.info({ taskId, attempt, nodeId }, "task accepted");
    } catch (error) {
      this.#working.delete(taskId);
      throw error;
    }
  }

  /** Only after a crash in between: acceptance acknowledges. */
  async #acknowledge(taskId: bigint): Promise<void> {
    const { contracts, sender } = this.#parts;
    const order = await this.#orderOf(taskId);
    await this.#bundleOf(order);
    await sender.send(
      () => contracts.tasks.acknowledge.populateTransaction(taskId, order),
      `acknowledge ${taskId.toString()}`,
    );
  }

  async #work(taskId: bigint, attempt: number, nodeId: bigint): Promise<void> {
    const { contracts, sender, store, logger } = this.#parts;
    this.#working.add(taskId);
    store.note({ taskId, attempt, nodeId, status: "accepted" });
    const order = await this.#orderOf(taskId);
    const bundle = await this.#bundleOf(order);
    const traces = await this.#tracesOf(taskId, attempt, bundle);
    const { bodyRoot, outputRoot } = rootsOf(traces);
    const { header } = bundle.program;
    await sender.send(
      () => contracts.tasks.submit.populateTransaction(taskId, order, header, bodyRoot, outputRoot),
      `submit ${taskId.toString()}`,
    );
    store.note({ taskId, attempt, nodeId, status: "submitted" });
    this.#working.delete(taskId);
    logger.info({ taskId, attempt, claimId: claimIdOf(taskId, attempt), outputRoot }, "result submitted");
  }

  async #answer(taskId: bigint, attempt: number, nodeId: bigint, head: Head): Promise<void> {
    const { store, conduct } = this.#parts;
    this.#working.delete(taskId);
    if (store.attempt(taskId, attempt)?.status !== "submitted")
      store.note({ taskId, attempt, nodeId, status: "submitted" });
    if (!conduct.answersOpenings) return;
    await (await this.#claimOf(taskId, attempt)).answer(head.number, head.timestamp);
  }

  async #finalize(taskId: bigint, attempt: number, nodeId: bigint): Promise<void> {
    const { contracts, sender, store, logger } = this.#parts;
    const order = await this.#orderOf(taskId);
    await sender.send(
      () => contracts.tasks.finalize.populateTransaction(taskId, order),
      `finalize ${taskId.toString()}`,
    );
    store.note({ taskId, attempt, nodeId, status: "paid" });
    logger.info({ taskId, attempt }, "task finalized");
  }

  /** An attempt of mine failed: frees the node and what is left of the bond, and leaves the task to others. */
  async #fail(taskId: bigint, attempt: number, nodeId: bigint, status: TaskStatus): Promise<void> {
    const { contracts, sender, store, logger } = this.#parts;
    store.note({ taskId, attempt, nodeId, status: "failed" });
    this.#working.delete(taskId);
    logger.warn({ taskId, attempt, status }, "attempt failed");
    const order = await this.#orderOf(taskId);
    await sender.send(() => contracts.tasks.release.populateTransaction(taskId, order), `release ${taskId.toString()}`);
  }

  async #finish(taskId: bigint, attempt: number, nodeId: bigint, head: Head): Promise<void> {
    const { store } = this.#parts;
    const mine = store.attempt(taskId, attempt);
    if (mine !== undefined) {
      store.note({ taskId, attempt, nodeId, status: "paid" });
      await (await this.#claimOf(taskId, attempt)).collectBonds(head.number);
    }
    this.#forget(taskId);
  }

  #forget(taskId: bigint): void {
    this.#parts.store.closeJob("task", taskId);
    this.#orders.delete(taskId);
    this.#examined.delete(taskId);
    this.#traces.delete(taskId);
    this.#claims.delete(taskId);
    this.#working.delete(taskId);
  }

  #leave(taskId: bigint, head: Head, reason: string): void {
    this.#parts.logger.debug({ taskId, reason }, "task not taken");
    this.#notBefore.set(taskId, head.timestamp + RETRY_SECONDS);
  }

  // ─── WHAT STEPS NEED ───

  async #orderOf(taskId: bigint): Promise<ITaskBook.TaskOrderStruct> {
    const { contracts, deployedAtBlock } = this.#parts;
    const order = this.#orders.get(taskId) ?? (await readOrder(contracts.tasks, taskId, deployedAtBlock));
    this.#orders.set(taskId, order);
    return order;
  }

  async #bundleOf(order: ITaskBook.TaskOrderStruct): Promise<Bundle> {
    return fetchBundle(order.terms, { signal: this.#parts.signal });
  }

  /** The result of an attempt: as it was saved, or computed and saved now. */
  async #tracesOf(taskId: bigint, attempt: number, bundle: Bundle): Promise<Traces> {
    const { results, conduct, signal, logger } = this.#parts;
    let traces = this.#traces.get(taskId) ?? (await results.load(taskId, attempt, bundle));
    if (traces === undefined) {
      const startedAt = performance.now();
      traces = await conduct.execute(bundle, {
        signal,
        onProgress: progressEvery(PROGRESS_SECONDS, (percent) => {
          logger.info({ taskId, attempt, percent }, "executing");
        }),
      });
      await results.save(taskId, attempt, traces);
      logger.info({ taskId, attempt, milliseconds: Math.round(performance.now() - startedAt) }, "executed");
    }
    this.#traces.set(taskId, traces);
    return traces;
  }

  async #claimOf(taskId: bigint, attempt: number): Promise<ClaimKeeper> {
    const known = this.#claims.get(taskId);
    if (known !== undefined) return known;
    const { results } = this.#parts;
    const bundle = await this.#bundleOf(await this.#orderOf(taskId));
    const traces = this.#traces.get(taskId) ?? (await results.load(taskId, attempt, bundle));
    if (traces === undefined) {
      throw new MillraceError("WRONG_STATE", `The result of task ${taskId.toString()} is not in the data folder.`, {
        hint: "Restore the agent's dataDir; without it openings cannot be answered.",
      });
    }
    const keeper = await ClaimKeeper.of(this.#parts, claimIdOf(taskId, attempt), traces);
    this.#claims.set(taskId, keeper);
    return keeper;
  }
}
