import { type LeaseOrder, NO_DETAILS, NO_PLEDGE, openOrder } from "../../market/leaseTerms.js";
import { MILL, RATE } from "../../market/marketFixture.js";
import type { Dice } from "../Dice.js";
import type { Action, OpenedOrder, Play } from "../Play.js";

/** In the order of `ILeaseOrders.SeatStatus`. */
const SEAT_STATUSES = ["Open", "Held", "Ready", "Leased", "Returned", "Gone"] as const;
export type SeatStatus = (typeof SEAT_STATUSES)[number];

/** A seat of an order that was opened. */
export interface SeatOf extends OpenedOrder {
  readonly seat: number;
}

/** Orders for leases: seats taken one by one or as clusters, begun, left by their providers, relisted, given up. */
export const orderActions: Readonly<Record<string, Action>> = {
  openOrder: async (play, dice) => {
    const buyer = dice.pick(play.buyers);
    const startRate = 1n + dice.amount(RATE);
    const changes = {
      seats: dice.int(1, 3),
      startRate,
      maxRate: startRate + dice.amount(2n * RATE),
      rampSeconds: dice.int(0, 200),
      leaseSeconds: dice.int(20, 600),
      listSeconds: dice.int(50, 600),
      fillSeconds: dice.chance(50) ? 0 : dice.int(10, 300),
      pledge: dice.chance(60) ? pledgeOf(dice) : NO_PLEDGE,
    };
    play.orders.push(await openOrder(play.connection, play.world, changes, buyer));
  },

  takeSeat: async (play, dice) => {
    const { orderId, order, seat } = await pickSeat(play, dice, "Open");
    const nodeId = dice.int(1, play.providers.length);
    const provider = play.providers[nodeId - 1];
    return play.world.orders.connect(provider).accept(orderId, order, seat, nodeId, NO_DETAILS);
  },

  takeSeats: async (play, dice) => {
    const nodeId = dice.int(1, play.providers.length);
    const items = (await seatsIn(play, "Open")).map((seat) => ({ ...seat, nodeId, details: NO_DETAILS }));
    const some = items.filter(() => dice.chance(60)).slice(0, MAX_ITEMS);
    return play.world.orders.connect(play.providers[nodeId - 1]).acceptSeats(some);
  },

  startSeat: async (play, dice) => {
    const { orderId, order, seat } = await pickSeat(play, dice, "Ready");
    return play.world.orders.connect(play.world.stranger).start(orderId, order, seat);
  },

  startSeats: async (play, dice) => {
    const { orderId, order } = dice.pick(play.orders);
    const seats = Array.from({ length: Number(order.terms.seats) }, (_, seat) => seat);
    return play.world.orders.connect(play.world.stranger).startSeats(orderId, order, seats);
  },

  relistSeat: async (play, dice) => {
    const { orderId, order, seat } = await pickSeat(play, dice, "Returned");
    return play.world.orders.connect(play.world.stranger).relist(orderId, order, seat);
  },

  closeSeat: async (play, dice) => {
    const { orderId, order, seat } = await pickSeat(play, dice, "Returned", "Open");
    return play.world.orders.connect(buyerOf(play, order, dice)).closeSeat(orderId, order, seat);
  },

  closeOrder: async (play, dice) => {
    const { orderId, order } = dice.pick(play.orders);
    return play.world.orders.connect(buyerOf(play, order, dice)).close(orderId, order);
  },

  /** The provider of an ordered lease walks away from it, so that its seat returns. */
  leaveSeat: async (play, dice) => {
    const { orders, leases, nodes } = play.world;
    const { orderId, seat } = await pickSeat(play, dice, "Leased");
    const { leaseId, nodeId } = await play.reads.of(orders, "seatOf", orderId, seat);
    const provider = play.signerOf(await nodes.providerOf(nodeId));
    if (dice.chance(50)) return leases.connect(provider).abandon(leaseId);
    return leases.connect(provider).giveNotice(leaseId);
  },
};

/** Seats in some statuses. */
export async function seatsIn(play: Play, ...statuses: readonly SeatStatus[]): Promise<SeatOf[]> {
  const all = play.orders.flatMap(({ orderId, order }) =>
    Array.from({ length: Number(order.terms.seats) }, (_, seat) => ({ orderId, order, seat })),
  );
  const found = await Promise.all(
    all.map(async ({ orderId, order, seat }) => play.reads.of(play.world.orders, "seatStatusOf", orderId, order, seat)),
  );
  return all.filter((_, index) => statuses.includes(SEAT_STATUSES[Number(found[index])]));
}

/** Most items of a batch. */
const MAX_ITEMS = 6;

function pledgeOf(dice: Dice): typeof NO_PLEDGE {
  return {
    bond: 1n + dice.amount(50n * MILL),
    uptimePpm: dice.int(500_000, 1_000_000),
    penaltyPpm: dice.int(1, 1_000_000),
    darkSlots: dice.int(1, 10),
  };
}

/** One of the seats in some statuses, or of all where there is none: what cannot work is tried too. */
async function pickSeat(play: Play, dice: Dice, ...statuses: readonly SeatStatus[]): Promise<SeatOf> {
  const fitting = await seatsIn(play, ...statuses);
  return dice.pick(fitting.length === 0 ? await seatsIn(play, ...SEAT_STATUSES) : fitting);
}

/** The order's buyer most times, a stranger else. */
function buyerOf(play: Play, order: LeaseOrder, dice: Dice) {
  return dice.chance(85) ? play.signerOf(order.buyer as string) : play.world.stranger;
}
