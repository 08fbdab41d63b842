import { fetchLeaf } from "@millrace/oracle";
import { BlockRanges, memberOf } from "@millrace/sdk";

import type { Desk } from "../Desk.js";
import { type Head, Keeper } from "../Keeper.js";

const SETTLED = memberOf("LeaseStatus", "settled");

type Parts = Pick<
  Desk,
  "attestors" | "clock" | "contracts" | "deployedAtBlock" | "logger" | "nodeIds" | "sender" | "signal" | "store"
>;

/** Settles what leases of this agent's nodes have streamed, and frees their units. */
export class LeaseKeeper extends Keeper<Parts> {
  readonly #ranges = new BlockRanges();

  protected override async takeRound(head: Head): Promise<void> {
    await this.attempt("leases", () => this.#findLeases(head.number));
    for (const leaseId of this.parts.store.open("lease")) {
      if (this.parts.signal.aborted) return;
      await this.attempt("lease", () => this.#advance(leaseId, head.timestamp));
    }
  }

  async #findLeases(block: number): Promise<void> {
    const { contracts, store, nodeIds, deployedAtBlock } = this.parts;
    const { leases } = contracts;
    const read = this.#ranges.read(store.nextBlock("leases", deployedAtBlock), block, (first, last) =>
      leases.queryFilter(leases.filters.LeaseHired(), first, last),
    );
    for await (const { last, found: hired } of read) {
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
    const { contracts, sender, clock, attestors, logger } = this.parts;
    const { leases, uptime } = contracts;
    const piece = await leases.nextPieceOf(leaseId);
    const epoch = Number(piece.epoch);
    if (piece.fromAt === piece.toAt || now < clock.endOf(epoch)) return;
    const [isFinal, { finalAt, root }, periods] = await Promise.all([
      uptime.isFinal(epoch),
      uptime.reportOf(epoch),
      leases.periods(),
    ]);
    const proven = isFinal ? (await fetchLeaf(attestors, { epoch, root }, nodeId)).proven : undefined;
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
}
