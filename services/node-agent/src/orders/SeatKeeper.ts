import { readLeaseOrder, readNodeDetails } from "@millrace/jobs";
import { BlockRanges, type Contracts, type Logger, memberOf, type TransactionSender } from "@millrace/sdk";
import { isCallException } from "ethers";

import type { ILeaseOrders } from "../../../../typechain-types/index.js";
import type { AgentStore } from "../AgentStore.js";
import type { LeasePolicy } from "../config.js";
import { type Head, Keeper } from "../Keeper.js";
import { Turns } from "../Turns.js";
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

const LISTED = memberOf("OrderStatus", "listed");
const FILLING = memberOf("OrderStatus", "filling");
const LAPSED = memberOf("OrderStatus", "lapsed");
const OPEN = memberOf("SeatStatus", "open");
const HELD = memberOf("SeatStatus", "held");
const READY = memberOf("SeatStatus", "ready");

/** A seat as the chain has it. */
interface SeatNow {
  readonly seat: number;
  readonly status: bigint;
  readonly nodeId: bigint;
  /** Whether a node can take it. */
  readonly isOffered: boolean;
}

/**
 * Takes seats of lease orders by policy, of clusters too, and seats that another provider left. Begins the leases of full
 * clusters, and ends those that did not fill, for the pay of the wait. All that it knows it reads from the chain. Orders of
 * which nothing is to be had, now or later, are looked at once; the others in turn, behind those of which it has a seat.
 */
export class SeatKeeper extends Keeper<Parts> {
  readonly #ranges = new BlockRanges();
  readonly #orders = new Map<bigint, ILeaseOrders.OrderStruct>();
  readonly #turns = new Turns();

  protected override async takeRound(head: Head): Promise<void> {
    const { store, signal } = this.parts;
    await this.attempt("orders", () => this.#findOrders(head.number));
    const own = new Set(store.open("seat"));
    for (const orderId of this.#turns.next(store.open("order"), (id) => own.has(id))) {
      if (signal.aborted) return;
      await this.attempt(`order ${orderId.toString()}`, () => this.#advance(orderId, head.timestamp));
    }
  }

  async #findOrders(block: number): Promise<void> {
    const { contracts, store, nodeIds, deployedAtBlock } = this.parts;
    const { orders } = contracts;
    const found = this.#ranges.read(store.nextBlock("orders", deployedAtBlock), block, (first, last) =>
      Promise.all([
        orders.queryFilter(orders.filters.OrderOpened(), first, last),
        orders.queryFilter(orders.filters.SeatRelisted(), first, last),
        orders.queryFilter(orders.filters.SeatTaken(), first, last),
      ]),
    );
    for await (const {
      last,
      found: [opened, relisted, taken],
    } of found) {
      const mine = taken.filter(({ args }) => nodeIds.includes(args.nodeId)).map(({ args }) => args.orderId);
      const again = [...relisted.map(({ args }) => args.orderId), ...mine];
      store.follow(
        "order",
        opened.map(({ args }) => args.orderId),
      );
      store.followAgain("order", again);
      store.followAgain("seat", mine);
      store.setNext("orders", last + 1);
    }
  }

  async #advance(orderId: bigint, now: number): Promise<void> {
    try {
      await this.#step(orderId, now);
    } catch (error) {
      // Where its block was replaced, another order may have its number.
      this.#orders.delete(orderId);
      throw error;
    }
  }

  /** Does what an order's seats ask for; one seat a step where the rate has to be looked at. */
  async #step(orderId: bigint, now: number): Promise<void> {
    const { contracts, sender, policy, nodeIds, logger } = this.parts;
    const { orders } = contracts;
    const order = await this.#orderOf(orderId);
    const status = await orders.statusOf(orderId, order);
    const seats = await this.#seatsOf(orderId, order, status, now);
    const mine = seats.filter(({ nodeId }) => nodeIds.includes(nodeId));
    const held = mine.filter((seat) => seat.status === HELD);
    const ready = mine.filter((seat) => seat.status === READY).map(({ seat }) => seat);
    if (status === LAPSED && held.length > 0) {
      await sender.send(() => orders.close.populateTransaction(orderId, order), `close order ${orderId.toString()}`);
      logger.info({ orderId }, "cluster did not fill");
    }
    if (ready.length > 0) {
      const start = () => orders.startSeats.populateTransaction(orderId, order, ready);
      await sender.send(start, `start order ${orderId.toString()}`);
      logger.info({ orderId, seats: ready }, "leases of a cluster begun");
    }
    const best = BigInt(order.terms.maxRate) * BigInt(order.terms.wanted.units);
    const isRefused = seatRefusal(policy, order, best) !== undefined;
    const offered = isRefused ? [] : seats.filter(({ isOffered }) => isOffered);
    for (const { seat } of offered) {
      if (!(await this.#take(orderId, order, seat))) break;
    }
    // Nothing of it waits, and none of it is worth waiting for: a seat that is left is heard of again.
    if (held.length === 0 && ready.length === 0 && offered.length === 0) this.#forget(orderId);
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

  async #seatsOf(
    orderId: bigint,
    order: ILeaseOrders.OrderStruct,
    orderStatus: bigint,
    now: number,
  ): Promise<SeatNow[]> {
    const { orders } = this.parts.contracts;
    const isListed = orderStatus === LISTED || orderStatus === FILLING;
    return Promise.all(
      Array.from({ length: Number(order.terms.seats) }, async (_, seat) => {
        const [status, { nodeId, relistedAt }] = await Promise.all([
          orders.seatStatusOf(orderId, order, seat),
          orders.seatOf(orderId, seat),
        ]);
        // What was relisted is on offer as long again, whatever has become of its order.
        const isOnList = relistedAt === 0n ? isListed : BigInt(now) < relistedAt + BigInt(order.terms.listSeconds);
        return { seat, status, nodeId, isOffered: status === OPEN && isOnList };
      }),
    );
  }

  #forget(orderId: bigint): void {
    for (const kind of ["order", "seat"] as const) this.parts.store.closeJob(kind, orderId);
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
