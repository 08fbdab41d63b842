import { type PostedClaim, readClaim } from "@millrace/jobs";
import type { HardhatEthersSigner } from "@nomicfoundation/hardhat-ethers/types";

import { ApprovalDriver } from "../market/approvalDriver.js";
import { ChannelDriver } from "../market/channelDriver.js";
import { LeaseDriver, type Proven } from "../market/leaseDriver.js";
import type { LeaseOrder } from "../market/leaseTerms.js";
import {
  LEASE_STATUSES,
  type LeaseStatus,
  TASK_STATUSES,
  type TaskStatus,
  type World,
} from "../market/marketFixture.js";
import { type Opened, TaskDriver } from "../market/taskDriver.js";
import type { IProofMarket, MisbehavedVerifier } from "../../typechain-types/index.js";
import type { Connection } from "../support/deployMillrace.js";
import type { Dice } from "./Dice.js";
import type { RunGames } from "./handlers/machines.js";
import { Reads } from "./Reads.js";
import { Store } from "./Store.js";

/** Those of a run who are contracts, and spoil what calls them. */
export interface Hostile {
  /** A third buyer. */
  readonly buyer: HardhatEthersSigner;
  /** Provider of node 3. */
  readonly provider: HardhatEthersSigner;
  /** Judges proofs, and changes its mind. */
  readonly verifier: MisbehavedVerifier;
}

/** An order for leases, as every call on it wants it. */
export interface OpenedOrder {
  readonly orderId: bigint;
  readonly order: LeaseOrder;
}

/** A task whose result is proven, with what it names. */
export interface OpenedProof extends Opened {
  readonly program: IProofMarket.ProofProgramStruct;
}

/** What a run remembers beside the chain: ids and preimages that calls need, and sums that no contract keeps. */
export class Play {
  readonly reads: Reads;
  readonly store: Store;
  readonly leasing: LeaseDriver;
  readonly tasking: TaskDriver;
  readonly vouchers: ChannelDriver;
  readonly approving: ApprovalDriver;
  /** Every account that takes part. */
  readonly accounts: HardhatEthersSigner[];
  readonly buyers: HardhatEthersSigner[];
  /** Provider of node i + 1, at index i. */
  readonly providers: HardhatEthersSigner[];
  readonly delegators: HardhatEthersSigner[];
  readonly opened: Opened[] = [];
  readonly approvalTasks: Opened[] = [];
  readonly proofTasks: OpenedProof[] = [];
  readonly machineTasks: Opened[] = [];
  /** Games about runs, by claim. */
  readonly runGames = new Map<bigint, RunGames>();
  readonly orders: OpenedOrder[] = [];
  /** Children of the outputs that providers can open, by output root. */
  readonly openings = new Map<string, string[]>();
  /** Leaves of the reports, by epoch. */
  readonly reports = new Map<number, Proven[]>();
  /** Epochs whose emission was counted, and what the schedule allowed for them. */
  epochsCounted = 0;
  scheduled = 0n;

  readonly #posted: PostedClaim[] = [];
  #postedFrom = 0;

  constructor(
    readonly connection: Connection,
    readonly world: World,
    readonly hostile?: Hostile,
  ) {
    this.reads = new Reads(connection);
    this.store = new Store(connection, world, world.rewards, world.checkPot);
    this.leasing = new LeaseDriver(connection, world);
    this.tasking = new TaskDriver(connection, world);
    this.vouchers = new ChannelDriver(connection, world);
    this.approving = new ApprovalDriver(connection, world);
    const { governor, buyer, otherBuyer, alice, bob, challenger, stranger, attestors } = world;
    this.buyers = [buyer, otherBuyer];
    this.providers = [alice, bob];
    this.delegators = [challenger, otherBuyer];
    if (hostile !== undefined) this.delegators.push(hostile.buyer);
    if (hostile !== undefined) this.buyers.push(hostile.buyer);
    if (hostile !== undefined) this.providers.push(hostile.provider);
    this.accounts = [governor, ...this.buyers, ...this.providers, challenger, stranger, ...attestors];
  }

  /** Claims about results of tensor programs, oldest first. */
  async posted(): Promise<readonly PostedClaim[]> {
    const latest = Number(await this.connection.provider.request({ method: "eth_blockNumber" }));
    const range = { fromBlock: this.#postedFrom, toBlock: latest };
    if (latest >= range.fromBlock) this.#posted.push(...(await readClaim(this.world.claims, range)));
    this.#postedFrom = latest + 1;
    return this.#posted;
  }

  /** Ids of all leases. */
  get leaseIds(): bigint[] {
    return [...this.store.leases.keys()];
  }

  /** Whoever has an address; a stranger else. */
  signerOf(account: string): HardhatEthersSigner {
    return this.accounts.find(({ address }) => address === account) ?? this.world.stranger;
  }

  /** Tasks in one of some statuses, or all where there is none: what cannot work is tried too. */
  async tasksIn(...statuses: readonly TaskStatus[]): Promise<Opened[]> {
    const { tasks } = this.world;
    const found = await Promise.all(this.opened.map(async (opened) => this.reads.of(tasks, "statusOf", opened.taskId)));
    const fitting = this.opened.filter((_, index) => statuses.includes(TASK_STATUSES[Number(found[index])]));
    return fitting.length === 0 ? this.opened : fitting;
  }

  /** Leases in one of some statuses, or all where there is none. */
  async leasesIn(...statuses: readonly LeaseStatus[]): Promise<bigint[]> {
    await this.store.catchUp();
    const ids = this.leaseIds;
    const found = await Promise.all(ids.map(async (id) => this.reads.of(this.world.leases, "statusOf", id)));
    const fitting = ids.filter((_, index) => statuses.includes(LEASE_STATUSES[Number(found[index])]));
    return fitting.length === 0 ? ids : fitting;
  }

  /** The buyer of a lease most times, a stranger else. */
  async buyerOf(leaseId: bigint, dice: Dice): Promise<HardhatEthersSigner> {
    const { buyer } = await this.world.leases.leaseOf(leaseId);
    return this.buyers.find(({ address }) => address === buyer && dice.chance(90)) ?? this.world.stranger;
  }

  async now(): Promise<number> {
    return this.connection.networkHelpers.time.latest();
  }

  async pass(seconds: number): Promise<void> {
    await this.connection.networkHelpers.time.increase(seconds);
  }
}

/** One thing that somebody may do; refused by the contracts as often as they see fit. */
export type Action = (play: Play, dice: Dice) => Promise<unknown>;
