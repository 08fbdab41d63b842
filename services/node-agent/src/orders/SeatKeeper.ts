import { readLeaseOrder, readNodeDetails } from "@millrace/jobs";
import { blockRanges, type Contracts, type Logger, type TransactionSender } from "@millrace/sdk";
import { isCallException } from "ethers";

import type { ILeaseOrders } from "../../../../typechain-types/index.js";
import type { AgentStore } from "../AgentStore.js";
import type { LeasePolicy } from "../config.js";
import { type Head, Keeper } from "../Keeper.js";
import { seatRefusal } from "./seatRefusal.js";

interface Parts {
  readonly contracts: Contracts;
  readonly sender: TransactionSender;
  readonly store: AgentStore;
  readonly policy: LeasePolicy;
  readonly nodeIds: readonly bigint[];
  readonly deployedAtBlock: number;
  readonly logger: Logger;
  readonly signal: AbortSignal;
}

/** Members of `ILeaseOrders.OrderStatus`, and of its `SeatStatus`. */
const [LISTED, FILLING, LAPSED, ENDED] = [1n, 2n, 3n, 5n];
const [OPEN, HELD, READY] = [0n, 1n, 2n];

/** A seat as the chain has it. */
interface SeatNow {
  readonly seat: number;
  readonly status: bigint;
  readonly nodeId: bigint;
}

/**
 * Takes seats of lease orders by policy, of clusters too, and seats that another provider left. Begins the leases of full
 * clusters, and ends those that did not fill, for the pay of the wait. All that it knows it reads from the chain.
 */
export class SeatKeeper extends Keeper<Parts> {
  readonly #orders = new Map<bigint, ILeaseOrders.OrderStruct>();

  protected override async takeRound(head: Head): Promise<void> {
    const { store, signal } = this.parts;
    await this.attempt("orders", () => this.#findOrders(head.number));
    for (const orderId of store.open("order")) {
      if (signal.aborted) return;
      await this.attempt(`order ${orderId.toString()}`, () => this.#advance(orderId));
    }
  }

  async #findOrders(block: number): Promise<void> {
    const { contracts, store, deployedAtBlock } = this.parts;
    const { orders } = contracts;
    for (const [first, last] of blockRanges(store.next("orders", deployedAtBlock), block)) {
      const [opened, relisted] = await Promise.all([
        orders.queryFilter(orders.filters.OrderOpened(), first, last),
        orders.queryFilter(orders.filters.SeatRelisted(), first, last),
      ]);
      store.followAgain(
        "order",
        [...opened, ...relisted].map(({ args }) => args.orderId),
      );
      store.setNext("orders", last + 1);
    }
  }

  /** Does what an order's seats ask for; one seat a step where the rate has to be looked at. */
  async #advance(orderId: bigint): Promise<void> {
    const { contracts, sender, nodeIds, logger } = this.parts;
    const { orders } = contracts;
    const order = await this.#orderOf(orderId);
    const status = await orders.statusOf(orderId, order);
    if (status === ENDED) {
      this.#forget(orderId);
      return;
    }
    const seats = await this.#seatsOf(orderId, order);
    const mine = seats.filter(({ nodeId }) => nodeIds.includes(nodeId));
    if (status === LAPSED) {
      if (mine.some((seat) => seat.status === HELD)) {
        await sender.send(() => orders.close.populateTransaction(orderId, order), `close order ${orderId.toString()}`);
        logger.info({ orderId }, "cluster did not fill");
      }
      this.#forget(orderId);
      return;
    }
    const ready = mine.filter((seat) => seat.status === READY).map(({ seat }) => seat);
    if (ready.length > 0) {
      const start = () => orders.startSeats.populateTransaction(orderId, order, ready);
      await sender.send(start, `start order ${orderId.toString()}`);
      logger.info({ orderId, seats: ready }, "leases of a cluster begun");
    }
    const open = seats.filter((seat) => seat.status === OPEN);
    for (const { seat } of open) {
      if (!(await this.#take(orderId, order, seat))) break;
    }
    // Full, and nothing of it waits: a seat that is left is heard of again.
    if (open.length === 0 && status !== LISTED && status !== FILLING && ready.length === 0) this.#forget(orderId);
  }

  /** Takes a seat, if the policy and a node allow; false if there is no point in trying the next. */
  async #take(orderId: bigint, order: ILeaseOrders.OrderStruct, seat: number): Promise<boolean> {
    const { contracts, sender, policy, nodeIds, deployedAtBlock, logger } = this.parts;
    const { orders, nodes } = contracts;
    const rate = await orders.rateOf(orderId, order, seat);
    const refusal = seatRefusal(policy, order, rate);
    if (refusal !== undefined) {
      logger.debug({ orderId, seat, reason: refusal }, "seat not taken");
      return false;
    }
    for (const nodeId of nodeIds) {
      const details = await readNodeDetails(nodes, nodeId, deployedAtBlock);
      // The chain itself says whether the node fits, is free and carries the bond.
      if (!(await fits(() => orders.accept.staticCall(orderId, order, seat, nodeId, details)))) continue;
      await sender.send(
        () => orders.accept.populateTransaction(orderId, order, seat, nodeId, details),
        `take seat ${seat} of order ${orderId.toString()}`,
      );
      logger.info({ orderId, seat, nodeId, rate }, "seat taken");
      return true;
    }
    return false;
  }

  async #orderOf(orderId: bigint): Promise<ILeaseOrders.OrderStruct> {
    const { contracts, deployedAtBlock } = this.parts;
    const order = this.#orders.get(orderId) ?? (await readLeaseOrder(contracts.orders, orderId, deployedAtBlock));
    this.#orders.set(orderId, order);
    return order;
  }

  async #seatsOf(orderId: bigint, order: ILeaseOrders.OrderStruct): Promise<SeatNow[]> {
    const { orders } = this.parts.contracts;
    return Promise.all(
      Array.from({ length: Number(order.terms.seats) }, async (_, seat) => {
        const [status, { nodeId }] = await Promise.all([
          orders.seatStatusOf(orderId, order, seat),
          orders.seatOf(orderId, seat),
        ]);
        return { seat, status, nodeId };
      }),
    );
  }

  #forget(orderId: bigint): void {
    this.parts.store.closeJob("order", orderId);
    this.#orders.delete(orderId);
  }
}

async function fits(call: () => Promise<unknown>): Promise<boolean> {
  try {
    await call();
    return true;
  } catch (error) {
    if (isCallException(error)) return false;
    throw error;
  }
}
