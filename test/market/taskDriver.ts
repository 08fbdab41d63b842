import type { HardhatEthersSigner } from "@nomicfoundation/hardhat-ethers/types";
import type { ContractTransactionResponse } from "ethers";

import type { ITaskBook } from "../../typechain-types/index.js";
import { commitToFirst } from "../claims/support/commitments.js";
import type { Connection } from "../support/deployMillrace.js";
import { bringTo } from "./taskStatuses.js";
import {
  BODY_ROOT,
  HEADER,
  type Order,
  OUTPUT_ROOT,
  TASK_STATUSES,
  type TaskStatus,
  taskTerms,
  type World,
} from "./marketFixture.js";

export const NODE_OF_ALICE = 1n;
export const NODE_OF_BOB = 2n;
const REGION_OUTPUT = 2;

/** A task and the order that its calls need. */
export interface Opened {
  taskId: bigint;
  order: Order;
}

/** `programHash` of `HEADER`. */
function programHash({ ethers }: Connection): string {
  const types = ["string", "bytes32", "uint8", "uint64", "uint64", "uint64"];
  const values = [
    "millrace.tensor.1",
    HEADER.sumRoot,
    HEADER.opDepth,
    HEADER.inWords,
    HEADER.bodyWords,
    HEADER.outWords,
  ];
  return ethers.keccak256(ethers.AbiCoder.defaultAbiCoder().encode(types, values));
}

/** Brings tasks to each of their statuses. */
export class TaskDriver {
  constructor(
    readonly connection: Connection,
    readonly world: World,
  ) {}

  async open(changes: Partial<ITaskBook.TaskTermsStruct> = {}, buyer = this.world.buyer): Promise<Opened> {
    const { tasks } = this.world;
    const terms = taskTerms({ programHash: programHash(this.connection), ...changes });
    await (await tasks.connect(buyer).open(terms)).wait();
    const taskId = await tasks.taskCount();
    const [event] = await tasks.queryFilter(tasks.filters.TaskOpened(taskId));
    const { openedAt, feePpm, bondRule } = event.args.snapshot;
    const { floor, detectionPpm } = bondRule;
    return {
      taskId,
      order: { terms, snapshot: { buyer: buyer.address, openedAt, feePpm, bondRule: { floor, detectionPpm } } },
    };
  }

  async accept(
    opened: Opened,
    holdsData = true,
    nodeId = NODE_OF_ALICE,
    provider?: HardhatEthersSigner,
  ): Promise<ContractTransactionResponse> {
    const caller = provider ?? (nodeId === NODE_OF_ALICE ? this.world.alice : this.world.bob);
    return this.world.tasks.connect(caller).accept(opened.taskId, opened.order, nodeId, holdsData);
  }

  async submit({ taskId, order }: Opened, provider = this.world.alice): Promise<ContractTransactionResponse> {
    return this.world.tasks.connect(provider).submit(taskId, order, HEADER, BODY_ROOT, OUTPUT_ROOT);
  }

  async pass(seconds: number): Promise<void> {
    await this.connection.networkHelpers.time.increase(seconds);
  }

  async statusOf(taskId: bigint): Promise<TaskStatus> {
    return TASK_STATUSES[Number(await this.world.tasks.statusOf(taskId))];
  }

  /** A challenger asks for the output, the provider stays silent, the claim falls. */
  async slashClaim({ taskId }: Opened): Promise<void> {
    const { claims, tasks, challenger } = this.world;
    const { attempt } = await tasks.taskOf(taskId);
    const claimId = await tasks.claimIdOf(taskId, attempt);
    const [posted] = await claims.queryFilter(claims.filters.ClaimPosted(claimId));
    const claim = toPlain(posted.args.claim) as Parameters<typeof claims.pointTop>[1];
    const branch = { region: REGION_OUTPUT, height: 5, position: 0, hash: OUTPUT_ROOT };
    const reveal = await commitToFirst(claims.connect(challenger), claimId, branch);
    const value = await claims.bondOf(claimId);
    await claims.connect(challenger).pointTop(claimId, claim, REGION_OUTPUT, reveal, { value });
    await this.pass(40);
    await claims.connect(challenger).timeout(claimId, claim, branch, []);
  }

  /** A new task in a status, accepted by alice's node where the status needs a provider. */
  async inStatus(status: TaskStatus): Promise<Opened> {
    const { tasks } = this.world;
    return bringTo(status, this.connection, {
      market: tasks.connect(this.world.buyer),
      open: async (changes) => this.open(changes),
      accept: async (opened, holdsData) => this.accept(opened, holdsData),
      submit: async (opened) => this.submit(opened),
      reject: async (opened) => this.slashClaim(opened),
    });
  }
}

/** An ethers result as nested plain arrays, as calls take tuples. */
function toPlain(value: unknown): unknown {
  return Array.isArray(value) ? Array.from(value, toPlain) : value;
}
