import { expect } from "chai";
import hre from "hardhat";

import { LeaseDriver } from "./leaseDriver.js";
import { type LeaseOrder, NO_DETAILS, openOrder } from "./leaseTerms.js";
import { marketWorld, type World } from "./marketFixture.js";

const connection = await hre.network.create();
const { ethers, networkHelpers } = connection;

/** In the order of `ILeaseOrders.OrderStatus` and `SeatStatus`. */
const ORDER_STATUSES = ["None", "Listed", "Filling", "Lapsed", "Filled", "Ended"] as const;
const SEAT_STATUSES = ["Open", "Held", "Ready", "Leased", "Returned", "Gone"] as const;
type Facts = `${(typeof ORDER_STATUSES)[number]} ${(typeof SEAT_STATUSES)[number]}`;

/** What an order and its seat can be together, and how many seats there are. */
const STAGES = {
  None: undefined,
  Offered: "Listed Open",
  Overdue: "Lapsed Open",
  Waiting: "Filling Open",
  Held: "Filling Held",
  InVain: "Lapsed Held",
  Ready: "Filled Ready",
  Leased: "Filled Leased",
  Returned: "Filled Returned",
  Relisted: "Filled Open",
  Delisted: "Filled Open",
  SeatClosed: "Filled Gone",
  Closed: "Ended Gone",
} as const satisfies Record<string, Facts | undefined>;
type Stage = keyof typeof STAGES;
const ALL_STAGES = Object.keys(STAGES) as Stage[];

/** The buyer, the node's provider, its operator, its agent, and another provider. */
const CALLERS = ["buyer", "alice", "operator", "agent", "bob"] as const;
type Caller = (typeof CALLERS)[number];

interface Call {
  readonly may: (stage: Stage) => readonly Caller[];
  readonly otherwise: string;
  /** Refusal where nobody may: its name, and the statuses that it says are allowed. */
  readonly refusal: (stage: Stage) => [error: string, allowed?: readonly string[]];
  readonly next: Partial<Record<Stage, Facts>>;
}

const seat = (...allowed: string[]): ReturnType<Call["refusal"]> => ["LeaseOrders_WrongSeatStatus", allowed];
const order = (...allowed: string[]): ReturnType<Call["refusal"]> => ["LeaseOrders_WrongStatus", allowed];

/** What each call leaves behind in the stages that allow it; everything else must be refused. */
const TABLE: Record<string, Call> = {
  accept: {
    may: () => ["alice", "operator"],
    otherwise: "LeaseOrders_NotProvider",
    refusal: (stage) => {
      if (stage === "Overdue") return order("Listed", "Filling");
      return stage === "Delisted" ? ["LeaseOrders_ListingOver"] : seat("Open");
    },
    next: { Offered: "Filled Leased", Waiting: "Filled Ready", Relisted: "Filled Leased" },
  },
  close: {
    may: (stage) => (STAGES[stage]?.startsWith("Lapsed") === true ? CALLERS : ["buyer"]),
    otherwise: "LeaseOrders_NotBuyer",
    refusal: () => order("Listed", "Filling", "Lapsed"),
    next: {
      Offered: "Ended Gone",
      Overdue: "Ended Gone",
      Waiting: "Ended Gone",
      Held: "Ended Gone",
      InVain: "Ended Gone",
    },
  },
  closeSeat: {
    may: (stage) => (stage === "Delisted" ? CALLERS : ["buyer"]),
    otherwise: "LeaseOrders_NotBuyer",
    refusal: () => seat("Returned"),
    next: { Returned: "Filled Gone", Relisted: "Filled Gone", Delisted: "Filled Gone" },
  },
  start: {
    may: () => CALLERS,
    otherwise: "",
    refusal: () => seat("Ready"),
    next: { Ready: "Filled Leased" },
  },
  relist: {
    may: () => CALLERS,
    otherwise: "",
    refusal: () => seat("Returned"),
    next: { Returned: "Filled Open" },
  },
};

describe("LeaseOrders transitions", () => {
  let world: Awaited<ReturnType<typeof fixture>>;
  let given: { orderId: bigint; order: LeaseOrder; seat: number };

  async function fixture() {
    const all: World = await marketWorld(connection);
    const operator = (await ethers.getSigners())[9];
    await all.staking.connect(all.alice).setOperator(operator);
    return { ...all, operator };
  }

  async function call(name: string, caller: Caller) {
    const orders = world.orders.connect(world[caller]);
    const { orderId, order: terms, seat: index } = given;
    if (name === "accept") return orders.accept(orderId, terms, index, 1, NO_DETAILS);
    if (name === "close") return orders.close(orderId, terms);
    return orders[name as "closeSeat" | "start" | "relist"](orderId, terms, index);
  }

  /** An order of which alice, or bob in the other seat of a cluster, took what the stage needs. */
  async function stage(name: Stage): Promise<void> {
    world = await networkHelpers.loadFixture(fixture);
    const driver = new LeaseDriver(connection, world);
    const isCluster = ["Waiting", "Held", "InVain", "Ready"].includes(name);
    const terms = { leaseSeconds: 500, listSeconds: 300, ...(isCluster ? { seats: 2, fillSeconds: 200 } : {}) };
    const opened = await openOrder(connection, world, terms);
    given = { ...opened, orderId: name === "None" ? opened.orderId + 1n : opened.orderId, seat: 0 };
    const accept = async (by: "alice" | "bob", index: number) =>
      world.orders.connect(world[by]).accept(opened.orderId, opened.order, index, by === "alice" ? 1 : 2, NO_DETAILS);

    if (name === "None" || name === "Offered") return;
    if (name === "Overdue") return driver.pass(300);
    if (name === "Closed") {
      await call("close", "buyer");
      return;
    }
    if (name === "Waiting" || name === "Ready") await accept("bob", 1);
    if (name === "Waiting") return;
    await accept("alice", 0);
    if (name === "InVain") await driver.pass(200);
    if (!["Returned", "Relisted", "Delisted", "SeatClosed"].includes(name)) return;
    await world.leases.connect(world.alice).giveNotice(await world.leases.leaseCount());
    await driver.pass(world.parameters.leasePeriods.noticeSeconds);
    if (name === "SeatClosed") await call("closeSeat", "buyer");
    if (name === "Relisted" || name === "Delisted") await call("relist", "buyer");
    if (name === "Delisted") await driver.pass(300);
  }

  async function factsNow(): Promise<string> {
    const status = ORDER_STATUSES[Number(await world.orders.statusOf(given.orderId, given.order))];
    if (status === "None") return status;
    const ofSeat = await world.orders.seatStatusOf(given.orderId, given.order, given.seat);
    return `${status} ${SEAT_STATUSES[Number(ofSeat)]}`;
  }

  async function expectRefused(name: string, caller: Caller, [error, allowed]: ReturnType<Call["refusal"]>) {
    const now = (await factsNow()).split(" ");
    const refused = expect(call(name, caller)).to.be.revertedWithCustomError(world.orders, error);
    if (allowed === undefined) return refused;
    const isSeat = error === "LeaseOrders_WrongSeatStatus";
    const statuses: readonly string[] = isSeat ? SEAT_STATUSES : ORDER_STATUSES;
    const bits = allowed.reduce((sum, each) => sum | (1n << BigInt(statuses.indexOf(each))), 0n);
    const found = statuses.indexOf(now[isSeat ? 1 : 0]);
    return isSeat
      ? refused.withArgs(given.orderId, given.seat, found, bits)
      : refused.withArgs(given.orderId, found, bits);
  }

  for (const status of ALL_STAGES) {
    describe(status, () => {
      before(async () => stage(status));

      it("should be the statuses that the facts give", async () => {
        expect(await factsNow()).to.equal(STAGES[status] ?? "None");
      });

      for (const [name, { may, otherwise, refusal, next }] of Object.entries(TABLE)) {
        for (const caller of CALLERS) {
          const isEntitled = may(status).includes(caller);
          const becomes = isEntitled ? next[status] : undefined;
          const title = becomes === undefined ? `should refuse ${name} by` : `should become ${becomes} by ${name} of`;

          it(`${title} ${caller}`, async () => {
            const snapshot = await networkHelpers.takeSnapshot();
            if (becomes !== undefined) {
              await call(name, caller);
              expect(await factsNow()).to.equal(becomes);
            } else if (status === "None") {
              await expectRefused(name, caller, ["LeaseOrders_WrongOrder"]);
            } else if (next[status] === undefined) {
              await expectRefused(name, caller, refusal(status));
            } else {
              await expectRefused(name, caller, [otherwise]);
            }
            await snapshot.restore();
          });
        }
      }
    });
  }

  it("should refuse every call with a seat that the order does not have", async () => {
    await stage("Offered");
    given = { ...given, seat: 1 };
    for (const name of ["accept", "closeSeat", "start", "relist"]) {
      await expect(call(name, "alice"), name)
        .to.be.revertedWithCustomError(world.orders, "LeaseOrders_NoSuchSeat")
        .withArgs(1, 1);
    }
  });
});
