import { acceptance, claimIdOf, readOrder } from "@millrace/jobs";
import {
  BlockRanges,
  type Contracts,
  decodeError,
  type Logger,
  Semaphore,
  type TransactionSender,
} from "@millrace/sdk";

import type { ITaskBook } from "../../../../typechain-types/index.js";
import type { AgentStore } from "../AgentStore.js";
import type { Conduct } from "../Conduct.js";
import type { Policy } from "../config.js";
import type { Head } from "../Keeper.js";
import { ClaimKeeper } from "./ClaimKeeper.js";
import type { NodePicker } from "./NodePicker.js";
import { neverTaken, refusalOf } from "./refusal.js";
import { TaskStatus } from "./TaskStatus.js";
import type { Trade } from "./Trade.js";
import type { Workload } from "./Workload.js";

interface Parts {
  readonly contracts: Contracts;
  readonly sender: TransactionSender;
  readonly store: AgentStore;
  readonly trade: Trade;
  readonly workload: Workload;
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
/** The same of one that no policy like this will ever take, and the longest of all. */
const REFUSED_SECONDS = 3_600;
/** Tasks of others that are looked at in the same moment: anyone may open thousands. */
const MOST_LOOKS = 64;
/** Orders whose data are fetched and checked at the same time: each may fill the memory. */
const MOST_EXAMINATIONS = 2;

/**
 * Brings the tasks of one market forward. Each look at a task reads its status from the chain and takes the one step that
 * this status asks for; nothing is remembered but what cannot be read again. So it can be killed between any two
 * instructions.
 */
export class TaskKeeper {
  readonly #parts: Parts;
  readonly #orders = new Map<bigint, ITaskBook.TaskOrderStruct>();
  readonly #claims = new Map<bigint, ClaimKeeper>();
  readonly #busy = new Map<bigint, Promise<void>>();
  readonly #notBefore = new Map<bigint, number>();
  /** Orders whose bundle is what was ordered and can be answered for. */
  readonly #examined = new Set<bigint>();
  readonly #computing: Semaphore;
  /** How often a look at a task of others failed. */
  readonly #failures = new Map<bigint, number>();
  readonly #ranges = new BlockRanges();
  #examinations = 0;

  constructor(parts: Parts) {
    this.#parts = parts;
    this.#computing = new Semaphore(Math.max(1, parts.policy.maxConcurrentTasks));
  }

  /** Looks at all tasks. Does not wait: what takes long goes on in the background, one step a task at a time. */
  async onBlock(head: Head): Promise<void> {
    const { trade, store, deployedAtBlock } = this.#parts;
    const { kind, market } = trade;
    const from = store.nextBlock(`${kind}s`, deployedAtBlock);
    const opened = this.#ranges.read(from, head.number, (first, last) =>
      market.queryFilter(market.filters.TaskOpened(), first, last),
    );
    for await (const { last, found } of opened) {
      const ids = found.map(({ args }) => args.taskId);
      store.follow(kind, ids);
      store.setNext(`${kind}s`, last + 1);
    }
    for (const taskId of this.#due(head)) {
      const step = this.#advance(taskId, head).finally(() => this.#busy.delete(taskId));
      this.#busy.set(taskId, step);
    }
  }

  /** Tasks to look at: all that somebody may ask this agent about, then some of the others, those that waited longest first. */
  #due({ timestamp }: Head): bigint[] {
    const { trade, store } = this.#parts;
    const own = new Set(store.owed(trade.kind));
    const others = [...this.#busy.keys()].filter((taskId) => !own.has(taskId)).length;
    const readyAt = (taskId: bigint): number => this.#notBefore.get(taskId) ?? 0;
    const ready = store.open(trade.kind).filter((id) => !this.#busy.has(id) && readyAt(id) <= timestamp);
    const foreign = ready.filter((taskId) => !own.has(taskId)).sort((a, b) => readyAt(a) - readyAt(b));
    return [...ready.filter((taskId) => own.has(taskId)), ...foreign.slice(0, Math.max(0, MOST_LOOKS - others))];
  }

  /** Resolves when no step is under way. */
  async idle(): Promise<void> {
    await Promise.all(this.#busy.values());
  }

  async #advance(taskId: bigint, head: Head): Promise<void> {
    const { trade, signal, logger } = this.#parts;
    const { market } = trade;
    try {
      const [task, status] = await Promise.all([market.taskOf(taskId), market.statusOf(taskId)]);
      await this.#step(taskId, task, Number(status) as TaskStatus, head);
    } catch (error) {
      if (signal.aborted) return;
      const { code, sentence } = decodeError(error);
      this.#notBefore.set(taskId, head.timestamp + this.#patience(taskId));
      logger.warn({ kind: trade.kind, taskId, code, reason: sentence }, "step failed, trying again later");
    }
  }

  async #step(taskId: bigint, task: ITaskBook.TaskStructOutput, status: TaskStatus, head: Head): Promise<void> {
    const isMine = this.#parts.nodeIds.includes(task.nodeId);
    const attempt = Number(task.attempt);
    if (!isMine) {
      this.#end(taskId);
      this.#notBefore.set(taskId, head.timestamp + (status === TaskStatus.Expired ? REFUSED_SECONDS : 1));
    }
    switch (status) {
      case TaskStatus.Listed:
        return this.#tryAccept(taskId, head);
      case TaskStatus.Unacknowledged:
      case TaskStatus.Overdue:
      case TaskStatus.Rejected:
        if (!isMine) return this.#tryAccept(taskId, head);
        return this.#fail(taskId, attempt, task.nodeId, status);
      case TaskStatus.Accepted:
        if (isMine) await this.#acknowledge(taskId, attempt, task.nodeId);
        return;
      case TaskStatus.Working:
        if (isMine) await this.#work(taskId, attempt, task);
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
        // Its block was replaced, or the node lags: it comes again, and so may what was sent about it.
        this.#disregard(taskId);
        return;
      case TaskStatus.Cancelled:
        return this.#forget(taskId);
    }
  }

  // ─── STEPS ───

  /** Takes an order that fits, with its bundle in hand and checked. */
  async #tryAccept(taskId: bigint, head: Head): Promise<void> {
    const { trade, workload, store, policy, picker } = this.#parts;
    const { kind, market } = trade;
    if (workload.isFull || store.hasFailed(kind, taskId)) return;
    const order = await this.#orderOf(taskId);
    const never = neverTaken(policy, order, head.timestamp);
    if (never !== undefined) {
      this.#leave(taskId, head, never, REFUSED_SECONDS);
      return;
    }
    const price = await market.priceAtDown(order, head.timestamp);
    const bond = await market.bondOfUp(order, price);
    const refusal = refusalOf(policy, { order, price, bond }) ?? (await trade.refusalOf(taskId, order));
    if (refusal !== undefined) {
      this.#leave(taskId, head, refusal);
      return;
    }
    if ((await picker.pick(order)) === undefined) return;
    if (!this.#examined.has(taskId)) {
      if (this.#examinations >= MOST_EXAMINATIONS) return;
      const problem = await this.#examine(taskId, order);
      if (problem !== undefined) {
        this.#leave(taskId, head, problem, REFUSED_SECONDS);
        await trade.forget(taskId);
        return;
      }
      this.#examined.add(taskId);
    }
    // Fetching is done, so no host can hold this up.
    await workload.inTurn(() => this.#accept(taskId, order));
  }

  async #examine(taskId: bigint, order: ITaskBook.TaskOrderStruct): Promise<string | undefined> {
    this.#examinations += 1;
    try {
      return await this.#parts.trade.examine(taskId, order);
    } finally {
      this.#examinations -= 1;
    }
  }

  async #accept(taskId: bigint, order: ITaskBook.TaskOrderStruct): Promise<void> {
    const {
      contracts,
      trade,
      workload,
      sender,
      store,
      picker,
      deployedAtBlock: fromBlock,
      logger,
      signal,
    } = this.#parts;
    const { kind, market } = trade;
    const nodeId = await picker.pick(order);
    if (nodeId === undefined || signal.aborted || workload.isFull) return;
    // What was accepted meanwhile may be asked about, too.
    if ((await trade.refusalOf(taskId, order)) !== undefined) return;
    workload.begin(kind, taskId);
    try {
      const attempt = Number((await market.taskOf(taskId)).attempt) + 1;
      await sender.send(
        () => acceptance(contracts, { market, taskId, order, nodeId, fromBlock }),
        `accept ${kind} ${taskId.toString()}`,
      );
      store.note({ kind, taskId, attempt, nodeId, status: "accepted" });
      logger.info({ kind, taskId, attempt, nodeId }, "task accepted");
    } catch (error) {
      this.#end(taskId);
      throw error;
    }
  }

  /** Only after a crash in between: acceptance acknowledges. */
  async #acknowledge(taskId: bigint, attempt: number, nodeId: bigint): Promise<void> {
    const { trade, sender, store } = this.#parts;
    store.note({ kind: trade.kind, taskId, attempt, nodeId, status: "accepted" });
    const order = await this.#orderOf(taskId);
    await trade.examine(taskId, order);
    await sender.send(
      () => trade.market.acknowledge.populateTransaction(taskId, order),
      `acknowledge ${trade.kind} ${taskId.toString()}`,
    );
  }

  async #work(taskId: bigint, attempt: number, { nodeId, deadlineAt }: ITaskBook.TaskStructOutput): Promise<void> {
    const { trade, workload, sender, store, logger } = this.#parts;
    const { kind } = trade;
    workload.begin(kind, taskId);
    store.note({ kind, taskId, attempt, nodeId, status: "accepted" });
    const { call, outputRoot } = await trade.work({ taskId, attempt, order: await this.#orderOf(taskId) });
    await sender.send(call, `submit ${kind} ${taskId.toString()}`, { dueAt: Number(deadlineAt) });
    store.note({ kind, taskId, attempt, nodeId, status: "submitted" });
    this.#end(taskId);
    logger.info({ kind, taskId, attempt, claimId: claimIdOf(taskId, attempt), outputRoot }, "result submitted");
  }

  async #answer(taskId: bigint, attempt: number, nodeId: bigint, head: Head): Promise<void> {
    const { trade, store, conduct } = this.#parts;
    const { kind } = trade;
    this.#end(taskId);
    if (store.attempt(kind, taskId, attempt)?.status !== "submitted")
      store.note({ kind, taskId, attempt, nodeId, status: "submitted" });
    if (!conduct.answersOpenings) return;
    try {
      await (await this.#claimOf(taskId, attempt)).answer(head.number, head.timestamp);
    } catch (error) {
      // A claim whose block was replaced may be another than the one that was read.
      this.#claims.delete(taskId);
      throw error;
    }
  }

  async #finalize(taskId: bigint, attempt: number, nodeId: bigint): Promise<void> {
    const { trade, sender, store, logger } = this.#parts;
    const { kind, market } = trade;
    const order = await this.#orderOf(taskId);
    await sender.send(
      () => market.finalize.populateTransaction(taskId, order),
      `finalize ${kind} ${taskId.toString()}`,
    );
    store.note({ kind, taskId, attempt, nodeId, status: "paid" });
    logger.info({ kind, taskId, attempt }, "task finalized");
  }

  /** An attempt of mine failed: frees the node and what is left of the bond, and leaves the task to others. */
  async #fail(taskId: bigint, attempt: number, nodeId: bigint, status: TaskStatus): Promise<void> {
    const { trade, sender, store, logger } = this.#parts;
    const { kind, market } = trade;
    store.note({ kind, taskId, attempt, nodeId, status: "failed" });
    this.#end(taskId);
    logger.warn({ kind, taskId, attempt, status }, "attempt failed");
    const order = await this.#orderOf(taskId);
    await sender.send(() => market.release.populateTransaction(taskId, order), `release ${kind} ${taskId.toString()}`);
  }

  async #finish(taskId: bigint, attempt: number, nodeId: bigint, head: Head): Promise<void> {
    const { trade, store } = this.#parts;
    const { kind } = trade;
    const mine = store.attempt(kind, taskId, attempt);
    if (mine !== undefined) {
      store.note({ kind, taskId, attempt, nodeId, status: "paid" });
      await (await this.#claimOf(taskId, attempt)).collectBonds(head.number);
    }
    await this.#forget(taskId);
  }

  async #forget(taskId: bigint): Promise<void> {
    const { trade, store } = this.#parts;
    store.closeJob(trade.kind, taskId);
    this.#disregard(taskId);
    this.#notBefore.delete(taskId);
    this.#failures.delete(taskId);
    await trade.forget(taskId);
  }

  /** Lets go of what was read about a task, and can be read again. */
  #disregard(taskId: bigint): void {
    this.#orders.delete(taskId);
    this.#examined.delete(taskId);
    this.#claims.delete(taskId);
    this.#end(taskId);
  }

  #end(taskId: bigint): void {
    const { trade, workload } = this.#parts;
    workload.end(trade.kind, taskId);
  }

  #leave(taskId: bigint, head: Head, reason: string, seconds = RETRY_SECONDS): void {
    this.#parts.logger.debug({ taskId, reason }, "task not taken");
    this.#notBefore.set(taskId, head.timestamp + seconds);
  }

  /** How long after a step that failed: of others' tasks twice as long each time, as their hosts may be slow on purpose. */
  #patience(taskId: bigint): number {
    const { trade, store } = this.#parts;
    if (store.owed(trade.kind).includes(taskId)) return RETRY_SECONDS;
    const failures = this.#failures.get(taskId) ?? 0;
    this.#failures.set(taskId, failures + 1);
    return Math.min(REFUSED_SECONDS, RETRY_SECONDS * 2 ** failures);
  }

  // ─── WHAT STEPS NEED ───

  async #orderOf(taskId: bigint): Promise<ITaskBook.TaskOrderStruct> {
    const { trade, deployedAtBlock } = this.#parts;
    const order = this.#orders.get(taskId) ?? (await readOrder(trade.market, taskId, deployedAtBlock));
    this.#orders.set(taskId, order);
    return order;
  }

  async #claimOf(taskId: bigint, attempt: number): Promise<ClaimKeeper> {
    const known = this.#claims.get(taskId);
    if (known !== undefined) return known;
    const { trade } = this.#parts;
    const defence = await trade.defend({ taskId, attempt, order: await this.#orderOf(taskId) });
    const keeper = new ClaimKeeper({ ...this.#parts, computing: this.#computing }, defence);
    this.#claims.set(taskId, keeper);
    return keeper;
  }
}
