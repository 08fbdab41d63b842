import {
  acceptance,
  type ChunkDescription,
  chunkHashes,
  ChunkHistory,
  type ChunkParts,
  readDescription,
  readOrder,
} from "@millrace/jobs";
import {
  BlockRanges,
  type Contracts,
  decodeError,
  type Logger,
  MillraceError,
  type TransactionSender,
} from "@millrace/sdk";

import type { IApprovalMarket, ITaskBook } from "../../../../typechain-types/index.js";
import type { AgentStore } from "../AgentStore.js";
import type { Maker, Policy } from "../config.js";
import { type Head, Keeper } from "../Keeper.js";
import type { JobFileStore } from "../tasks/JobFileStore.js";
import type { NodePicker } from "../tasks/NodePicker.js";
import { FAILED, TaskStatus } from "../tasks/TaskStatus.js";
import type { Workload } from "../tasks/Workload.js";
import { Turns } from "../Turns.js";
import { chunkBond } from "./chunkBond.js";
import { chunkRefusal } from "./chunkRefusal.js";
import { ChunkStatus } from "./ChunkStatus.js";
import type { ChunkName, ChunkStore } from "./ChunkStore.js";
import { runMaker } from "./runMaker.js";

interface Parts {
  readonly contracts: Contracts;
  readonly sender: TransactionSender;
  readonly store: AgentStore;
  readonly files: JobFileStore;
  readonly chunks: ChunkStore;
  readonly workload: Workload;
  readonly picker: NodePicker;
  readonly policy: Policy;
  readonly nodeIds: readonly bigint[];
  readonly deployedAtBlock: number;
  readonly logger: Logger;
  readonly signal: AbortSignal;
}

/** A task that this agent works on, as the chain has it. */
interface OwnTask {
  readonly taskId: bigint;
  readonly attempt: number;
  readonly order: ITaskBook.TaskOrderStruct;
  readonly progress: IApprovalMarket.ProgressStructOutput;
  /** Whether everything waits for the buyer. */
  readonly isResting: boolean;
}

/** A chunk in flight. */
interface ChunkNow {
  readonly name: ChunkName;
  readonly status: ChunkStatus;
}

const KIND = "chunks";

/** A clock that rests: the largest `uint48`. */
const NEVER = 2n ** 48n - 1n;

const ENDED: readonly TaskStatus[] = [TaskStatus.Finalized, TaskStatus.Cancelled];

/** What failed is tried again no sooner. */
const RETRY_SECONDS = 10;

/**
 * Takes orders of chunks whose descriptions name a maker of the provider's, one chunk after the other: has it made,
 * commits to its preview and to the sealed whole, makes it again if the buyer rejects it, and releases its key once it is
 * approved. What it does next follows from the chain and from what is kept on disk, so it can be killed at any moment.
 *
 * Whatever takes long goes on beside the rounds, one step a task, so that no key is late for it.
 */
export class ChunkKeeper extends Keeper<Parts> {
  readonly #orders = new Map<bigint, ITaskBook.TaskOrderStruct>();
  readonly #histories = new Map<bigint, ChunkHistory>();
  /** What is wanted; undefined if no maker of the provider's understands it. */
  readonly #wanted = new Map<bigint, ChunkDescription | undefined>();
  readonly #busy = new Map<bigint, Promise<void>>();
  readonly #notBefore = new Map<bigint, number>();
  readonly #ranges = new BlockRanges();
  readonly #turns = new Turns();

  override async idle(): Promise<void> {
    await super.idle();
    await Promise.all(this.#busy.values());
  }

  protected override async takeRound(head: Head): Promise<void> {
    const { store, signal } = this.parts;
    await this.attempt("orders of chunks", () => this.#findTasks(head.number));
    const own = new Set(store.owed(KIND));
    for (const taskId of this.#turns.next(store.open(KIND), (id) => own.has(id))) {
      if (signal.aborted) return;
      await this.attempt(`chunks of task ${taskId.toString()}`, () => this.#advance(taskId, head));
    }
  }

  async #findTasks(block: number): Promise<void> {
    const { contracts, store, deployedAtBlock } = this.parts;
    const { approvals } = contracts;
    const read = this.#ranges.read(store.nextBlock("chunks", deployedAtBlock), block, (first, last) =>
      approvals.queryFilter(approvals.filters.TaskOpened(), first, last),
    );
    for await (const { last, found: opened } of read) {
      store.follow(
        KIND,
        opened.map(({ args }) => args.taskId),
      );
      store.setNext("chunks", last + 1);
    }
  }

  async #advance(taskId: bigint, head: Head): Promise<void> {
    const { contracts, nodeIds, policy, store, workload } = this.parts;
    const { approvals } = contracts;
    const [task, member] = await Promise.all([approvals.taskOf(taskId), approvals.statusOf(taskId)]);
    const status = Number(member) as TaskStatus;
    const isMine = nodeIds.includes(task.nodeId);
    const attempt = Number(task.attempt);
    if (isMine && (status === TaskStatus.Working || status === TaskStatus.Overdue)) {
      const [order, progress] = await Promise.all([this.#orderOf(taskId), approvals.progressOf(taskId)]);
      const isResting = task.deadlineAt === NEVER;
      const own = { taskId, attempt, order, progress, isResting };
      if (store.attempt(KIND, taskId, attempt) === undefined)
        store.note({ kind: KIND, taskId, attempt, nodeId: task.nodeId, status: "accepted" });
      await this.#serve(own, status, head);
      return;
    }
    if (ENDED.includes(status)) {
      // A key whose block is replaced has to be shown again.
      const blockTag = Math.max(0, head.number - policy.keyAfterBlocks);
      const before = Number(await approvals.statusOf(taskId, { blockTag })) as TaskStatus;
      if (ENDED.includes(before)) await this.#finish(taskId, attempt);
    } else if (isMine && status === TaskStatus.Accepted) await this.#acknowledge(taskId);
    else if (isMine && FAILED.includes(status)) await this.#giveUp(taskId);
    else if (status === TaskStatus.Listed || FAILED.includes(status)) {
      if (!this.#busy.has(taskId)) workload.end(KIND, taskId);
      this.#noteFailure(taskId, attempt);
      if (this.#canTry(taskId)) this.#beside(taskId, head, () => this.#tryAccept(taskId, head));
    }
  }

  // ─── TAKING ───

  /** Whether an order is worth a look: in vain it would be made as before. */
  #canTry(taskId: bigint): boolean {
    const { workload, store } = this.parts;
    const isUnknown = this.#wanted.has(taskId) && this.#wanted.get(taskId) === undefined;
    return !workload.isFull && !isUnknown && !store.hasFailed(KIND, taskId);
  }

  /** Takes an order that fits, with its description in hand. */
  async #tryAccept(taskId: bigint, { timestamp }: Head): Promise<void> {
    const { contracts, policy, picker, workload, logger } = this.parts;
    this.#notBefore.set(taskId, timestamp + RETRY_SECONDS);
    const order = await this.#orderOf(taskId);
    const maker = this.#makerOf(await this.#wantedOf(taskId, order));
    if (maker === undefined) return;
    const price = await contracts.approvals.priceAtDown(order, timestamp);
    const bond = await chunkBond(contracts, taskId, order, price);
    const reason = chunkRefusal(policy, maker, { order, price, bond });
    if (reason !== undefined) {
      logger.debug({ kind: KIND, taskId, reason }, "task not taken");
      return;
    }
    if ((await picker.pick(order)) === undefined) return;
    // Fetching is done, so no host can hold this up.
    await workload.inTurn(() => this.#accept(taskId, order));
  }

  async #accept(taskId: bigint, order: ITaskBook.TaskOrderStruct): Promise<void> {
    const { contracts, sender, store, picker, workload, deployedAtBlock: fromBlock, logger, signal } = this.parts;
    const { approvals: market } = contracts;
    const nodeId = await picker.pick(order);
    if (nodeId === undefined || signal.aborted || workload.isFull) return;
    workload.begin(KIND, taskId);
    try {
      const attempt = Number((await market.taskOf(taskId)).attempt) + 1;
      await sender.send(
        () => acceptance(contracts, { market, taskId, order, nodeId, fromBlock }),
        `accept chunks ${taskId.toString()}`,
      );
      store.note({ kind: KIND, taskId, attempt, nodeId, status: "accepted" });
      logger.info({ kind: KIND, taskId, attempt, nodeId }, "task accepted");
    } catch (error) {
      workload.end(KIND, taskId);
      throw error;
    }
  }

  /** Only if somebody else accepted for the node: this agent's acceptance acknowledges. */
  async #acknowledge(taskId: bigint): Promise<void> {
    const { contracts, sender } = this.parts;
    const order = await this.#orderOf(taskId);
    if (this.#makerOf(await this.#wantedOf(taskId, order)) === undefined) return;
    await sender.send(
      () => contracts.approvals.acknowledge.populateTransaction(taskId, order),
      `acknowledge chunks ${taskId.toString()}`,
    );
  }

  // ─── SERVING ───

  /** Keys first: they are due soonest, and approved chunks are paid even when the task is overdue. */
  async #serve(own: OwnTask, status: TaskStatus, head: Head): Promise<void> {
    const { taskId, progress, isResting } = own;
    const chunks = await this.#inFlight(own, head.number);
    for (const { name, status: chunkStatus } of chunks)
      if (chunkStatus === ChunkStatus.Approved && (await this.#isSettledFact(own, name, head)))
        await this.#release(own, name, head);
    if (status === TaskStatus.Overdue) {
      if (chunks.every((chunk) => chunk.status !== ChunkStatus.Approved)) await this.#giveUp(taskId);
      return;
    }
    const undecided = progress.inFlight - progress.toRedo;
    if (progress.canEnd && undecided === 0n) {
      await this.#endRest(own);
      return;
    }
    // What follows a key that came too late is for nothing: anyone may end the attempt.
    if (this.#busy.has(taskId) || chunks.some((chunk) => chunk.status === ChunkStatus.Withheld)) return;
    if (isResting) {
      this.parts.workload.end(KIND, taskId);
      return;
    }
    this.parts.workload.begin(KIND, taskId);
    const next = this.#nextOf(own, chunks);
    if (next !== undefined) this.#beside(taskId, head, () => this.#submit(own, next));
  }

  async #inFlight({ taskId, attempt, order }: OwnTask, block: number): Promise<ChunkNow[]> {
    const { approvals } = this.parts.contracts;
    const history = await this.#historyOf(taskId, block);
    return Promise.all(
      history.inFlight(attempt).map(async (chunk) => {
        const [member, { submissions }] = await Promise.all([
          approvals.chunkStatusOf(taskId, order, chunk),
          approvals.chunkOf(taskId, chunk),
        ]);
        const name = { taskId, attempt, chunk, submission: Number(submissions) };
        return { name, status: Number(member) as ChunkStatus };
      }),
    );
  }

  /** A key that was shown cannot be taken back: an approval that the chain may still forget does not count. */
  async #isSettledFact({ taskId, order }: OwnTask, { chunk }: ChunkName, { number }: Head): Promise<boolean> {
    const { contracts, policy } = this.parts;
    const blockTag = Math.max(0, number - policy.keyAfterBlocks);
    const member = await contracts.approvals.chunkStatusOf(taskId, order, chunk, { blockTag });
    return Number(member) === ChunkStatus.Approved;
  }

  async #release({ taskId, order }: OwnTask, name: ChunkName, { timestamp }: Head): Promise<void> {
    const { contracts, sender, chunks, logger } = this.parts;
    const kept = await chunks.load(name);
    if (kept === undefined) {
      logger.error(
        { ...name },
        "the key of an approved chunk is not in the data folder: restore it, or the bond is lost",
      );
      return;
    }
    const { previewHash, cipherRoot } = chunkHashes(kept);
    await sender.send(
      () =>
        contracts.approvals.releaseKey.populateTransaction(
          taskId,
          order,
          name.chunk,
          previewHash,
          cipherRoot,
          kept.key,
        ),
      `release the key of chunk ${name.chunk} of ${taskId.toString()}`,
      { dueAt: timestamp + Number(order.terms.responseSeconds) },
    );
    logger.info({ taskId, chunk: name.chunk }, "key released");
  }

  /** What is to be submitted next: what was rejected, or the next of the order. */
  #nextOf({ taskId, attempt, progress }: OwnTask, chunks: readonly ChunkNow[]): ChunkName | undefined {
    const rejected = chunks.find(({ status }) => status === ChunkStatus.Rejected);
    if (rejected !== undefined) return { ...rejected.name, submission: rejected.name.submission + 1 };
    // A submission that a reorganisation undid is made once more.
    const undone = chunks.find(({ status }) => status === ChunkStatus.None);
    const chunk = undone?.name.chunk ?? this.#histories.get(taskId)?.nextOf(attempt, Number(progress.chunks));
    return chunk === undefined ? undefined : { taskId, attempt, chunk, submission: 1 };
  }

  async #submit({ taskId, order, progress }: OwnTask, name: ChunkName): Promise<void> {
    const { contracts, sender, chunks, logger } = this.parts;
    const { chunk, submission, attempt } = name;
    const kept = (await chunks.load(name)) ?? (await this.#make(name, order, Number(progress.chunks)));
    const { previewHash, cipherRoot, keyHash } = chunkHashes(kept);
    await sender.send(
      () => contracts.approvals.submitChunk.populateTransaction(taskId, order, chunk, previewHash, cipherRoot, keyHash),
      `submit chunk ${chunk} of ${taskId.toString()}`,
    );
    logger.info({ taskId, attempt, chunk, submission }, "chunk submitted");
  }

  async #make(name: ChunkName, order: ITaskBook.TaskOrderStruct, chunks: number): Promise<ChunkParts> {
    const { chunks: kept, signal, logger } = this.parts;
    const { taskId, chunk, submission } = name;
    const description = await this.#wantedOf(taskId, order);
    const maker = this.#makerOf(description);
    if (maker === undefined || description === undefined) {
      throw new MillraceError("WRONG_STATE", `The policy has no maker for task ${taskId.toString()} any more.`, {
        hint: "Put it back into policy.makers: the task is accepted, and its bond is at risk.",
      });
    }
    const startedAt = performance.now();
    const folder = await kept.workshop(name);
    const { preview, whole } = await runMaker(maker, { description, chunk, chunks, submission, folder }, signal);
    const parts = await kept.save(name, preview, whole);
    await kept.clearWorkshop(name);
    logger.info({ taskId, chunk, submission, milliseconds: Math.round(performance.now() - startedAt) }, "chunk made");
    return parts;
  }

  // ─── ENDING ───

  /** A buyer that rejected a chunk three times is left: the bond comes back whole. */
  async #endRest({ taskId, order }: OwnTask): Promise<void> {
    const { contracts, sender, logger } = this.parts;
    await sender.send(
      () => contracts.approvals.endRest.populateTransaction(taskId, order),
      `end the rest of ${taskId.toString()}`,
    );
    logger.warn({ taskId }, "rest ended: a chunk was rejected for good");
  }

  /** An attempt of mine failed: frees the node and what is left of the bond, and leaves the task to others. */
  async #giveUp(taskId: bigint): Promise<void> {
    const { contracts, sender, logger } = this.parts;
    const order = await this.#orderOf(taskId);
    logger.warn({ kind: KIND, taskId }, "attempt failed");
    await sender.send(
      () => contracts.approvals.release.populateTransaction(taskId, order),
      `release ${taskId.toString()}`,
    );
  }

  /** An attempt that others tidied up after is noted too: this agent would fail again. */
  #noteFailure(taskId: bigint, attempt: number): void {
    const { store, logger } = this.parts;
    const last = store.attempt(KIND, taskId, attempt);
    if (last?.status !== "accepted" || this.#busy.has(taskId)) return;
    store.note({ ...last, status: "failed" });
    logger.warn({ kind: KIND, taskId, attempt }, "task left to others");
  }

  async #finish(taskId: bigint, attempt: number): Promise<void> {
    const { contracts, store, files, workload, logger } = this.parts;
    const mine = store.attempt(KIND, taskId, attempt);
    if (mine !== undefined) {
      const { paid } = await contracts.approvals.progressOf(taskId);
      store.note({ ...mine, status: paid > 0n ? "paid" : "failed" });
      logger.info({ taskId, attempt, paid }, "task of chunks is over");
    }
    store.closeJob(KIND, taskId);
    workload.end(KIND, taskId);
    for (const cache of [this.#orders, this.#histories, this.#wanted, this.#notBefore]) cache.delete(taskId);
    await files.forget(nameOf(taskId));
  }

  // ─── WHAT STEPS NEED ───

  /** Takes a step of a task beside the rounds, unless one is under way or has just failed. */
  #beside(taskId: bigint, { timestamp }: Head, step: () => Promise<void>): void {
    const { signal, logger } = this.parts;
    if (this.#busy.has(taskId) || (this.#notBefore.get(taskId) ?? 0) > timestamp) return;
    const taking = step()
      .catch((error: unknown) => {
        if (signal.aborted) return;
        const { code, sentence } = decodeError(error);
        this.#notBefore.set(taskId, timestamp + RETRY_SECONDS);
        logger.warn({ kind: KIND, taskId, code, reason: sentence }, "step failed, trying again later");
      })
      .finally(() => this.#busy.delete(taskId));
    this.#busy.set(taskId, taking);
  }

  async #orderOf(taskId: bigint): Promise<ITaskBook.TaskOrderStruct> {
    const { contracts, deployedAtBlock } = this.parts;
    const order = this.#orders.get(taskId) ?? (await readOrder(contracts.approvals, taskId, deployedAtBlock));
    this.#orders.set(taskId, order);
    return order;
  }

  async #historyOf(taskId: bigint, block: number): Promise<ChunkHistory> {
    const { contracts, deployedAtBlock } = this.parts;
    const history = this.#histories.get(taskId) ?? new ChunkHistory(taskId, deployedAtBlock);
    this.#histories.set(taskId, history);
    const read = this.#ranges.read(history.nextBlock, block, (_, last) => history.readTo(contracts.approvals, last));
    while ((await read.next()).done !== true);
    return history;
  }

  /** The description, kept for as long as the task may be worked on; undefined if no maker of the provider's is named. */
  async #wantedOf(taskId: bigint, { terms }: ITaskBook.TaskOrderStruct): Promise<ChunkDescription | undefined> {
    if (this.#wanted.has(taskId)) return this.#wanted.get(taskId);
    const file = { ...terms, bundleHash: terms.programHash };
    const named = await this.parts.files.getJob(nameOf(taskId), file, readDescription);
    const wanted = this.#makerOf(named) === undefined ? undefined : named;
    if (wanted === undefined) await this.parts.files.forget(nameOf(taskId));
    this.#wanted.set(taskId, wanted);
    return wanted;
  }

  #makerOf(description: ChunkDescription | undefined): Maker | undefined {
    return this.parts.policy.makers.find(({ name }) => name === description?.maker);
  }
}

const nameOf = (taskId: bigint): string => `chunks-${taskId.toString()}`;
