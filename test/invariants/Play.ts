import type { HardhatEthersSigner } from "@nomicfoundation/hardhat-ethers/types";

import { LeaseDriver, type Proven } from "../market/leaseDriver.js";
import type { LeaseStatus, TaskStatus, World } from "../market/marketFixture.js";
import { type Opened, TaskDriver } from "../market/taskDriver.js";
import type { Connection } from "../support/deployMillrace.js";
import type { Dice } from "./Dice.js";

/** What a run remembers beside the chain: ids and preimages that calls need, and sums that no contract keeps. */
export class Play {
  readonly leasing: LeaseDriver;
  readonly tasking: TaskDriver;
  /** Every account that takes part. */
  readonly accounts: HardhatEthersSigner[];
  readonly buyers: HardhatEthersSigner[];
  readonly providers: HardhatEthersSigner[];
  readonly opened: Opened[] = [];
  /** Children of the outputs that providers can open, by output root. */
  readonly openings = new Map<string, string[]>();
  /** Leaves of the reports, by epoch. */
  readonly reports = new Map<number, Proven[]>();
  /** Epochs whose emission was counted, and what the schedule allowed for them. */
  epochsCounted = 0;
  scheduled = 0n;
  /** Last block whose events were looked at. */
  seenBlock = 0;
  /** Σ staked − withdrawn − slashed, from the events. */
  heldByEvents = 0n;
  /** Per lease: locked, and paid or refunded, from the events. */
  readonly leaseLocked = new Map<bigint, bigint>();
  readonly leaseReleased = new Map<bigint, bigint>();

  constructor(
    readonly connection: Connection,
    readonly world: World,
  ) {
    this.leasing = new LeaseDriver(connection, world);
    this.tasking = new TaskDriver(connection, world);
    const { governor, buyer, otherBuyer, alice, bob, challenger, stranger, attestors } = world;
    this.buyers = [buyer, otherBuyer];
    this.providers = [alice, bob];
    this.accounts = [governor, buyer, otherBuyer, alice, bob, challenger, stranger, ...attestors];
  }

  /** Tasks in one of some statuses, or all where there is none: what cannot work is tried too. */
  async tasksIn(...statuses: readonly TaskStatus[]): Promise<Opened[]> {
    const found = [];
    for (const opened of this.opened) {
      if (statuses.includes(await this.tasking.statusOf(opened.taskId))) found.push(opened);
    }
    return found.length === 0 ? this.opened : found;
  }

  /** Leases in one of some statuses, with their buyers, or all where there is none. */
  async leasesIn(...statuses: readonly LeaseStatus[]): Promise<bigint[]> {
    const found = [];
    for (const leaseId of this.leaseLocked.keys()) {
      if (statuses.includes(await this.leasing.statusOf(leaseId))) found.push(leaseId);
    }
    return found.length === 0 ? [...this.leaseLocked.keys()] : found;
  }

  /** The buyer of a lease most times, the other one else. */
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
