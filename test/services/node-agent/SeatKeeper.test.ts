import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { expect } from "chai";
import { ZeroHash } from "ethers";
import { pino } from "pino";

import type { Contracts } from "@millrace/sdk";

import { AgentStore } from "../../../services/node-agent/src/AgentStore.js";
import { policySchema } from "../../../services/node-agent/src/config.js";
import { SeatKeeper } from "../../../services/node-agent/src/orders/SeatKeeper.js";

const MINE = 1n;
const OF_OTHERS = 2n;
const [LISTED, FILLING, LAPSED, FILLED] = [1n, 2n, 3n, 4n];
const [OPEN, HELD, READY, LEASED] = [0n, 1n, 2n, 3n];
const LIST_SECONDS = 600;
/** Orders of others that are looked at in a round. */
const MOST_OTHERS = 64;

/** An order of one seat, as the chain has it. */
interface OrderNow {
  readonly block: number;
  readonly rate: bigint;
  readonly status: bigint;
  readonly seat: bigint;
  readonly nodeId: bigint;
  readonly relistedAt: bigint;
}

describe("SeatKeeper", () => {
  let folder: string;
  let store: AgentStore;
  let keeper: SeatKeeper;
  let chain: Map<bigint, OrderNow>;
  /** Orders that the chain was asked about. */
  let looks: bigint[];
  let sent: string[];
  let block: number;

  const put = (id: bigint, changes: Partial<OrderNow> = {}): void => {
    const order = { block: 1, rate: 10n, status: LISTED, seat: OPEN, nodeId: 0n, relistedAt: 0n };
    chain.set(id, { ...order, ...chain.get(id), ...changes });
  };
  const get = (id: bigint): OrderNow => chain.get(id)!;
  const termsOf = ({ rate }: OrderNow): object => ({
    wanted: { classId: 0n, units: 1n, nodeIds: [], region: ZeroHash, attributes: ZeroHash, inspectors: [] },
    ...{ seats: 1n, startRate: rate, maxRate: rate, rampSeconds: 0n, leaseSeconds: 60n, listSeconds: LIST_SECONDS },
    ...{ fillSeconds: 60n, pledge: { bond: 0n, uptimePpm: 0n, penaltyPpm: 0n, darkSlots: 0n }, dataUri: "" },
    workloadHash: ZeroHash,
  });

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "millrace-seats-"));
    store = new AgentStore(folder);
    chain = new Map();
    [looks, sent, block] = [[], [], 10];
    const filter = (name: string) => (id?: bigint) => ({ name, id });
    const orders = {
      filters: {
        OrderOpened: filter("opened"),
        SeatRelisted: filter("relisted"),
        SeatTaken: filter("taken"),
      },
      queryFilter: ({ name, id }: { name: string; id?: bigint }, from: number, to?: number) => {
        const found = [...chain].filter(([orderId, order]) => {
          const isAsked = (id === undefined || id === orderId) && order.block >= from && order.block <= (to ?? block);
          return isAsked && (name === "opened" || (name === "taken" && order.nodeId !== 0n));
        });
        return Promise.resolve(
          found.map(([orderId, order]) => ({
            args: { orderId, nodeId: order.nodeId, order: { buyer: "0x", openedAt: 0n, terms: termsOf(order) } },
          })),
        );
      },
      statusOf: (id: bigint) => {
        looks.push(id);
        return Promise.resolve(get(id).status);
      },
      seatStatusOf: (id: bigint) => Promise.resolve(get(id).seat),
      seatOf: (id: bigint) => Promise.resolve(get(id)),
      rateOf: (id: bigint) => Promise.resolve(get(id).rate),
    };
    const send = (_: unknown, what: string): Promise<void> => {
      sent.push(what);
      return Promise.resolve();
    };
    keeper = new SeatKeeper({
      contracts: { orders } as unknown as Contracts,
      sender: { send },
      store,
      policy: policySchema.parse({ leases: { acceptSeats: true, minRate: "0/s" } }).leases,
      nodeIds: [MINE],
      deployedAtBlock: 0,
      logger: pino({ enabled: false }),
      signal: new AbortController().signal,
    } as unknown as ConstructorParameters<typeof SeatKeeper>[0]);
  });

  afterEach(() => {
    store.close();
    rmSync(folder, { recursive: true });
  });

  async function round(timestamp = 100): Promise<void> {
    looks = [];
    block += 1;
    keeper.onBlock({ number: block, timestamp });
    await keeper.idle();
  }

  it("should begin its own leases at once among thousands of orders that are not worth a look", async () => {
    for (let id = 1n; id <= 1_000n; id++) put(id, { status: FILLING, seat: HELD, nodeId: OF_OTHERS });
    put(2_000n, { status: FILLING, seat: HELD, nodeId: MINE });
    await round();
    expect(looks[0]).to.equal(2_000n);
    expect(looks.length).to.equal(1 + MOST_OTHERS);
    put(2_000n, { status: FILLED, seat: READY });
    await round();
    expect(sent).to.deep.equal(["start order 2000"]);
    put(2_000n, { seat: LEASED });
    for (let i = 0; i < 20; i++) await round();
    expect(store.open("order"), "each was looked at once").to.deep.equal([]);
    block += 100;
    for (let i = 0; i < 2; i++) await round();
    expect(looks).to.deep.equal([]);
  });

  it("should end its cluster that did not fill, and follow it no longer", async () => {
    put(1n, { status: FILLING, seat: HELD, nodeId: MINE });
    await round();
    put(1n, { status: LAPSED });
    block += 100;
    await round();
    expect(sent).to.deep.equal(["close order 1"]);
    put(1n, { status: 5n, seat: 5n });
    await round();
    expect(store.open("order")).to.deep.equal([]);
  });

  it("should follow what is on offer, and let go of a seat whose second listing is over", async () => {
    put(1n, { status: FILLED, nodeId: 0n, relistedAt: 100n });
    await round(100 + LIST_SECONDS - 1);
    expect(store.open("order")).to.deep.equal([1n]);
    await round(100 + LIST_SECONDS);
    expect(store.open("order")).to.deep.equal([]);
  });

  it("should find an order that came in the place of a block that it read", async () => {
    await round();
    put(3n, { block: 8 });
    await round();
    expect(looks).to.deep.equal([3n]);
  });
});
