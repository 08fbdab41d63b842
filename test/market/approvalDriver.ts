import type { HardhatEthersSigner } from "@nomicfoundation/hardhat-ethers/types";
import type { ContractTransactionResponse } from "ethers";
import { AbiCoder, id, keccak256 } from "ethers";

import type { ITaskBook } from "../../typechain-types/index.js";
import type { Connection } from "../support/deployMillrace.js";
import { type Order, TASK_STATUSES, type TaskStatus, taskTerms, type World } from "./marketFixture.js";
import { NODE_OF_ALICE, NODE_OF_BOB, type Opened } from "./taskDriver.js";

export const CHUNKS = 5;
export const WINDOW_SECONDS = 60;
export const KEY_SECONDS = 20;
export const WORK_SECONDS = 120;

/** In the order of `IApprovalMarket.ChunkStatus`. */
export const CHUNK_STATUSES = ["None", "Submitted", "Rejected", "Approved", "Withheld", "Paid", "Refunded"] as const;
export type ChunkStatus = (typeof CHUNK_STATUSES)[number];

/** What a provider has of a chunk. */
export interface Delivery {
  readonly previewHash: string;
  readonly cipherRoot: string;
  readonly key: string;
  readonly keyHash: string;
}

/** The `version`-th rendering of a chunk. */
export function delivery(chunk: number, version = 1): Delivery {
  const key = id(`key ${chunk} ${version}`);
  return {
    previewHash: id(`preview ${chunk} ${version}`),
    cipherRoot: id(`cipher ${chunk} ${version}`),
    key,
    keyHash: keccak256(AbiCoder.defaultAbiCoder().encode(["bytes32"], [key])),
  };
}

/** Brings tasks of the approval market, and their chunks, to each of their statuses. */
export class ApprovalDriver {
  constructor(
    readonly connection: Connection,
    readonly world: World,
  ) {}

  async open(chunks = CHUNKS, changes: Partial<ITaskBook.TaskTermsStruct> = {}): Promise<Opened> {
    const { approvals, buyer } = this.world;
    const times = { windowSeconds: WINDOW_SECONDS, responseSeconds: KEY_SECONDS, workSeconds: WORK_SECONDS };
    const terms = taskTerms({ ...times, rampSeconds: 1_000, ...changes });
    await approvals.connect(buyer).open(terms, chunks);
    const taskId = await approvals.taskCount();
    const [event] = await approvals.queryFilter(approvals.filters.TaskOpened(taskId));
    const { openedAt, feePpm, bondRule } = event.args.snapshot;
    const { floor, detectionPpm } = bondRule;
    const snapshot = { buyer: buyer.address, openedAt, feePpm, bondRule: { floor, detectionPpm } };
    return { taskId, order: { terms, snapshot } satisfies Order };
  }

  /** A task that alice works on. */
  async working(chunks = CHUNKS): Promise<Opened> {
    const opened = await this.open(chunks);
    await this.accept(opened);
    return opened;
  }

  async accept({ taskId, order }: Opened, nodeId = NODE_OF_ALICE): Promise<ContractTransactionResponse> {
    const caller = nodeId === NODE_OF_BOB ? this.world.bob : this.world.alice;
    return this.world.approvals.connect(caller).accept(taskId, order, nodeId, true);
  }

  async submit(
    { taskId, order }: Opened,
    chunk: number,
    version = 1,
    caller: HardhatEthersSigner = this.world.alice,
  ): Promise<ContractTransactionResponse> {
    const { previewHash, cipherRoot, keyHash } = delivery(chunk, version);
    return this.world.approvals.connect(caller).submitChunk(taskId, order, chunk, previewHash, cipherRoot, keyHash);
  }

  async approve(
    { taskId, order }: Opened,
    chunk: number,
    caller = this.world.buyer,
  ): Promise<ContractTransactionResponse> {
    return this.world.approvals.connect(caller).approveChunk(taskId, order, chunk);
  }

  async reject(
    { taskId, order }: Opened,
    chunk: number,
    caller = this.world.buyer,
  ): Promise<ContractTransactionResponse> {
    return this.world.approvals.connect(caller).rejectChunk(taskId, order, chunk, id("too dark"));
  }

  async release(
    { taskId, order }: Opened,
    chunk: number,
    version = 1,
    caller: HardhatEthersSigner = this.world.alice,
  ): Promise<ContractTransactionResponse> {
    const { previewHash, cipherRoot, key } = delivery(chunk, version);
    return this.world.approvals.connect(caller).releaseKey(taskId, order, chunk, previewHash, cipherRoot, key);
  }

  /** Submits, approves and releases a chunk. */
  async deliver(opened: Opened, chunk: number): Promise<void> {
    await this.submit(opened, chunk);
    await this.approve(opened, chunk);
    await this.release(opened, chunk);
  }

  /** Has a chunk rejected three times: it is refunded, and the rest can be ended. */
  async refund(opened: Opened, chunk: number): Promise<void> {
    for (const version of [1, 2, 3]) {
      await this.submit(opened, chunk, version);
      await this.reject(opened, chunk);
    }
  }

  async pass(seconds: number): Promise<void> {
    await this.connection.networkHelpers.time.increase(seconds);
  }

  async statusOf({ taskId }: Opened): Promise<TaskStatus> {
    return TASK_STATUSES[Number(await this.world.approvals.statusOf(taskId))];
  }

  async chunkStatusOf({ taskId, order }: Opened, chunk: number): Promise<ChunkStatus> {
    return CHUNK_STATUSES[Number(await this.world.approvals.chunkStatusOf(taskId, order, chunk))];
  }

  /** A working task whose first chunk is in a status. */
  async inChunkStatus(status: ChunkStatus): Promise<Opened> {
    const opened = await this.working();
    if (status === "None") return opened;
    if (status === "Refunded") {
      await this.refund(opened, 0);
      return opened;
    }
    await this.submit(opened, 0);
    if (status === "Rejected") await this.reject(opened, 0);
    if (["Approved", "Withheld", "Paid"].includes(status)) await this.approve(opened, 0);
    if (status === "Withheld") await this.pass(KEY_SECONDS + 1);
    if (status === "Paid") await this.release(opened, 0);
    return opened;
  }
}
