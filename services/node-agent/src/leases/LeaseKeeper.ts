import {
  batchesOf,
  type Contracts,
  dueReward,
  type EpochClock,
  type Logger,
  type TransactionSender,
} from "@millrace/sdk";

import type { AgentStore } from "../AgentStore.js";
import { blockRanges } from "../blockRanges.js";
import type { AttestorClient, ProvenLeaf } from "../heartbeat/AttestorClient.js";
import { type Head, Keeper } from "../Keeper.js";

/** Member of `ILeaseMarket.LeaseStatus`. */
const SETTLED = 5n;

interface Parts {
  readonly contracts: Contracts;
  readonly sender: TransactionSender;
  readonly store: AgentStore;
  readonly clock: EpochClock;
  readonly nodeIds: readonly bigint[];
  readonly attestors: readonly AttestorClient[];
  readonly deployedAtBlock: number;
  readonly logger: Logger;
  readonly signal: AbortSignal;
}

/** Settles what leases of this agent's nodes have streamed, frees units, and collects what the provider has earned. */
export class LeaseKeeper extends Keeper<Parts> {
  protected override async takeRound(head: Head): Promise<void> {
    await this.attempt("leases", () => this.#findLeases(head.number));
    for (const leaseId of this.parts.store.open("lease")) {
      if (this.parts.signal.aborted) return;
      await this.attempt("lease", () => this.#advance(leaseId, head.timestamp));
    }
    await this.attempt("rewards", () => this.#collect());
  }

  async #findLeases(block: number): Promise<void> {
    const { contracts, store, nodeIds, deployedAtBlock } = this.parts;
    const from = store.next("leases", deployedAtBlock);
    for (const [first, last] of blockRanges(from, block)) {
      const hired = await contracts.leases.queryFilter(contracts.leases.filters.LeaseHired(), first, last);
      const mine = hired.filter(({ args }) => nodeIds.includes(args.nodeId));
      const ids = mine.map(({ args }) => args.leaseId);
      store.follow("lease", ids);
      store.setNext("leases", last + 1);
    }
  }

  async #advance(leaseId: bigint, now: number): Promise<void> {
    const { contracts, sender, store, logger } = this.parts;
    const { leases } = contracts;
    const [lease, status] = await Promise.all([leases.leaseOf(leaseId), leases.statusOf(leaseId)]);
    if (status === SETTLED && !lease.reserved) {
      store.closeJob("lease", leaseId);
      return;
    }
    if (lease.reserved && BigInt(now) >= lease.paidThrough) {
      await sender.send(() => leases.release.populateTransaction(leaseId), `release lease ${leaseId.toString()}`);
      logger.info({ leaseId }, "units released");
    }
    await this.#settle(leaseId, lease.nodeId, now);
  }

  /** Settles the next piece, if its epoch's report is final, or will never come. */
  async #settle(leaseId: bigint, nodeId: bigint, now: number): Promise<void> {
    const { contracts, sender, clock, logger } = this.parts;
    const { leases, uptime } = contracts;
    const piece = await leases.nextPieceOf(leaseId);
    const epoch = Number(piece.epoch);
    if (piece.fromAt === piece.toAt || now < clock.endOf(epoch)) return;
    const [isFinal, { finalAt }, periods] = await Promise.all([
      uptime.isFinal(epoch),
      uptime.reportOf(epoch),
      leases.periods(),
    ]);
    const proven = isFinal ? await this.#leaf(epoch, nodeId) : undefined;
    if (proven !== undefined) {
      const { leaf, proof } = proven;
      await sender.send(() => leases.settle.populateTransaction(leaseId, leaf, proof), `settle ${leaseId.toString()}`);
      logger.info({ leaseId, epoch }, "lease settled");
      return;
    }
    const wait = Number(finalAt === 0n ? periods.reportTimeoutSeconds : periods.leafTimeoutSeconds);
    if (now < clock.endOf(epoch) + wait || (finalAt !== 0n && !isFinal)) return;
    await sender.send(
      () => leases.settleUnreported.populateTransaction(leaseId, epoch),
      `settle ${leaseId.toString()}`,
    );
    logger.info({ leaseId, epoch }, "lease settled without a report");
  }

  /** Collects rewards of the newest final report, once, and whatever MILL is owed. */
  async #collect(): Promise<void> {
    const { contracts, store, nodeIds, sender, logger } = this.parts;
    const { uptime, settlement, nodes } = contracts;
    const [, newest] = await uptime.newestReport();
    const epoch = Number(newest);
    if (epoch >= store.next("rewards", 0) && (await uptime.isFinal(epoch))) {
      const items: ProvenLeaf[] = [];
      // One after the other: attestors limit the requests of a second.
      for (const nodeId of nodeIds) {
        const proven = await this.#leaf(epoch, nodeId);
        if (proven !== undefined) items.push(proven);
      }
      const due: ProvenLeaf[] = [];
      for (const item of items) {
        // What one node cannot collect now, for a correction that is not settled, comes with a later report.
        const { mill, isHeld } = await dueReward(contracts, item.leaf);
        if (mill > 0n && !isHeld) due.push(item);
      }
      for (const [provider, mine] of Map.groupBy(due, ({ leaf }) => leaf.provider)) {
        for (const batch of batchesOf(mine)) await this.#collectRewards(provider, epoch, batch);
      }
      if (items.length === nodeIds.length) store.setNext("rewards", epoch + 1);
    }
    const providers = new Set(await Promise.all(nodeIds.map(async (id) => (await nodes.nodeOf(id)).provider)));
    for (const provider of providers) {
      const mill = await settlement.collectable(provider);
      if (mill === 0n) continue;
      await sender.send(() => settlement.collect.populateTransaction(provider), "collect earnings");
      logger.info({ provider, mill }, "earnings collected");
    }
  }

  async #collectRewards(provider: string, epoch: number, items: ProvenLeaf[]): Promise<void> {
    const { contracts, sender, logger } = this.parts;
    const { rewards } = contracts;
    const mill = await rewards.collectMany.staticCall(provider, epoch, items);
    if (mill === 0n) return;
    await sender.send(
      () => rewards.collectMany.populateTransaction(provider, epoch, items),
      `collect rewards of ${items.length} nodes`,
    );
    logger.info({ provider, epoch, nodes: items.length, mill }, "rewards collected");
  }

  async #leaf(epoch: number, nodeId: bigint): Promise<ProvenLeaf | undefined> {
    for (const attestor of this.parts.attestors) {
      const proven = await attestor.leaf(epoch, nodeId);
      if (proven !== undefined) return proven;
    }
    return undefined;
  }
}
