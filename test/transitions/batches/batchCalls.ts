import { Execution } from "@millrace/rv32";
import { type BaseContract, type ContractTransactionResponse, id } from "ethers";

import { SORTING as JOB } from "../../claims/support/runs.js";
import { ApprovalDriver } from "../../market/approvalDriver.js";
import { ChannelDriver } from "../../market/channelDriver.js";
import { ALL_UP, LeaseDriver, type Proven } from "../../market/leaseDriver.js";
import { type LeaseOrder, NO_DETAILS, openOrder } from "../../market/leaseTerms.js";
import { MachineDriver } from "../../market/machineDriver.js";
import { addNode, CREDIT, taskTerms, type World } from "../../market/marketFixture.js";
import { NODE_OF_ALICE, NODE_OF_BOB, type Opened, TaskDriver } from "../../market/taskDriver.js";
import type { ITaskBook } from "../../../typechain-types/index.js";
import type { Connection } from "../../support/deployMillrace.js";

/** A batch that goes on after an item that cannot be done. */
export interface BatchCall {
  readonly contract: BaseContract;
  /** Two that can be done, in either order, each once. */
  readonly good: readonly [unknown, unknown];
  readonly bad: unknown;
  readonly send: (items: readonly unknown[]) => Promise<ContractTransactionResponse>;
  /** What the event of an item says that is done already, and of the bad one: a named error. */
  readonly again: string;
  readonly refused: string;
}

type Make = (connection: Connection, world: World) => Promise<BatchCall>;

/** Every function that takes such a batch, with items on the world that it is given. */
export const BATCH_CALLS: Readonly<Record<string, Make>> = {
  "TaskMarket.acceptMany": async (connection, world) => {
    const driver = new TaskDriver(connection, world);
    return acceptances(world, world.tasks, async () => driver.open());
  },

  "MachineMarket.acceptMany": async (connection, world) => {
    const driver = new MachineDriver(connection, world);
    return acceptances(world, world.machines, async () => driver.open(JOB));
  },

  "ApprovalMarket.acceptMany": async (connection, world) => {
    const driver = new ApprovalDriver(connection, world);
    return acceptances(world, world.approvals, async () => driver.open());
  },

  "ProofMarket.acceptMany": async (connection, world) => {
    const verifier = await connection.ethers.deployContract("MisbehavedVerifier");
    const codeHash = connection.ethers.keccak256(await connection.ethers.provider.getCode(verifier));
    const program = { verifier: await verifier.getAddress(), codeHash, programHash: id("program") };
    const { proofs, buyer } = world;
    return acceptances(world, proofs, async () => {
      const programHash = await proofs.programHashOf(program);
      const terms = taskTerms({ programHash, windowSeconds: 0, responseSeconds: 0 });
      await proofs.connect(buyer).open(terms, program);
      const taskId = await proofs.taskCount();
      const [{ args }] = await proofs.queryFilter(proofs.filters.TaskOpened(taskId));
      const { openedAt, feePpm, bondRule } = args.snapshot;
      const rule = { floor: bondRule.floor, detectionPpm: bondRule.detectionPpm };
      return { taskId, order: { terms, snapshot: { buyer: buyer.address, openedAt, feePpm, bondRule: rule } } };
    });
  },

  "TaskMarket.finalizeMany": async (connection, world) => {
    const driver = new TaskDriver(connection, world);
    const opened = [await driver.open(), await driver.open(), await driver.open()];
    for (const each of opened.slice(0, 2)) {
      await driver.accept(each);
      await driver.submit(each);
    }
    await driver.pass(70);
    return finalizations(world, world.tasks, opened);
  },

  "MachineMarket.finalizeMany": async (connection, world) => {
    const driver = new MachineDriver(connection, world);
    const opened = [await driver.open(JOB), await driver.open(JOB), await driver.open(JOB)];
    for (const each of opened.slice(0, 2)) {
      await driver.accept(each);
      await driver.submit(each, JOB, new Execution(JOB.program, JOB.input).run());
    }
    await connection.networkHelpers.time.increase(100_000);
    return finalizations(world, world.machines, opened);
  },

  "LeaseMarket.settleMany": async (connection, world) => {
    const driver = new LeaseDriver(connection, world);
    const { leases, stranger } = world;
    await driver.at(driver.startOf((await driver.epoch()) + 1) + 20);
    const leaseIds = [await driver.hire(50), await driver.hire(60, 1, NODE_OF_BOB)];
    const proven = await driver.finalReport(await driver.epoch());
    const items = leaseIds.map((leaseId, index) => ({ leaseId, ...proven[index] }));
    return {
      contract: leases,
      good: [items[0], items[1]],
      bad: { ...items[0], leaseId: leaseIds[1] },
      send: async (given) => leases.connect(stranger).settleMany(given as typeof items),
      again: "LeaseMarket_NothingToSettle",
      refused: "LeaseMarket_WrongNode",
    };
  },

  "UptimeRewards.collectMany": async (connection, world) => {
    const driver = new LeaseDriver(connection, world);
    const { alice, agent, rewards, stranger } = world;
    await addNode(connection, world, alice, agent);
    const epoch = (await driver.epoch()) + 1;
    const [first, foreign, second] = await driver.report(epoch, Array<bigint>(3).fill(ALL_UP), [1n, 2n, 3n]);
    await driver.passToFinal(epoch);
    return {
      contract: rewards,
      good: [first, second],
      bad: foreign,
      send: async (items) => rewards.connect(stranger).collectMany(alice, epoch, items as Proven[]),
      again: "UptimeRewards_NothingDue",
      refused: "UptimeRewards_OtherProvider",
    };
  },

  "LeaseOrders.acceptSeats": async (connection, world) => {
    const { orders, alice, agent } = world;
    await addNode(connection, world, alice, agent);
    const opened = await openOrder(connection, world, { seats: 3 });
    const item = (seat: number, nodeId: bigint) => ({ ...opened, seat, nodeId, details: NO_DETAILS });
    return {
      contract: orders,
      good: [item(0, NODE_OF_ALICE), item(1, 3n)],
      bad: item(2, NODE_OF_BOB),
      send: async (items) => orders.connect(alice).acceptSeats(items as ReturnType<typeof item>[]),
      again: "LeaseOrders_WrongSeatStatus",
      refused: "LeaseOrders_NotProvider",
    };
  },

  "LeaseOrders.startSeats": async (connection, world) => {
    const { orders, alice, bob, stranger } = world;
    const { orderId, order } = await openOrder(connection, world, { seats: 2, fillSeconds: 300 });
    const accept = async (seat: number, nodeId: bigint, by = alice) =>
      orders.connect(by).accept(orderId, order as LeaseOrder, seat, nodeId, NO_DETAILS);
    await accept(0, NODE_OF_ALICE);
    await accept(1, NODE_OF_BOB, bob);
    return {
      contract: orders,
      good: [0, 1],
      // The order has no such seat.
      bad: 2,
      send: async (seats) => orders.connect(stranger).startSeats(orderId, order, seats as number[]),
      again: "LeaseOrders_WrongSeatStatus",
      refused: "LeaseOrders_NoSuchSeat",
    };
  },

  "VoucherChannels.redeemMany": async (connection, world) => {
    const { channels, alice, bob } = world;
    const driver = new ChannelDriver(connection, world);
    const voucher = async (provider = alice) => {
      const opened = await driver.open(undefined, undefined, provider);
      return { channel: opened.channel, cumulative: CREDIT, signature: await driver.sign(opened, CREDIT) };
    };
    return {
      contract: channels,
      good: [await voucher(), await voucher()],
      bad: await voucher(bob),
      send: async (vouchers) => channels.connect(alice).redeemMany(vouchers as Awaited<ReturnType<typeof voucher>>[]),
      again: "VoucherChannels_NothingToRedeem",
      refused: "VoucherChannels_NotProvider",
    };
  },
};

/** What every market for tasks has. */
interface Accepting {
  readonly acceptMany: (items: ITaskBook.AcceptanceStruct[]) => Promise<ContractTransactionResponse>;
}

/** Alice's node takes two orders; a third names another's node. */
async function acceptances({ alice }: World, market: BaseContract, open: () => Promise<Opened>): Promise<BatchCall> {
  const item = async (nodeId = NODE_OF_ALICE) => ({ ...(await open()), nodeId, holdsData: true });
  const connected = market.connect(alice) as unknown as Accepting;
  return {
    contract: market,
    good: [await item(), await item()],
    bad: await item(NODE_OF_BOB),
    send: async (items) => connected.acceptMany(items as ITaskBook.AcceptanceStruct[]),
    again: "TaskMarket_WrongStatus",
    refused: "TaskMarket_NotProvider",
  };
}

/** Two results that stand, and an order that nobody took. */
function finalizations({ stranger }: World, market: World["tasks"] | World["machines"], opened: Opened[]): BatchCall {
  const [first, second, bad] = opened;
  const { finalizeMany } = market.connect(stranger) as World["tasks"];
  return {
    contract: market,
    good: [first, second],
    bad,
    send: async (items) => finalizeMany(items as Opened[]),
    again: "TaskMarket_WrongStatus",
    refused: "TaskMarket_WrongStatus",
  };
}
