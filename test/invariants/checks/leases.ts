import { expect } from "chai";

import type { Play } from "../Play.js";
import { addTo } from "../addTo.js";

/** `ITaskBook.TaskStep.Finalized`; from there on a task holds no escrow. */
const FINALIZED = 5n;

/** I9: a lease owes at most its escrow, and what buyers have locked is what their jobs still hold. */
export async function checkLeases({
  world,
  reads,
  buyers,
  opened,
  approvalTasks,
  proofTasks,
  machineTasks,
  orders,
  store,
  leaseIds,
}: Play): Promise<void> {
  const { leases, tasks, approvals, proofs, machines, settlement } = world;
  const [stored, steps, progress, proofSteps, machineSteps, seats, accounts] = await Promise.all([
    Promise.all(leaseIds.map(async (id) => reads.of(leases, "leaseOf", id))),
    Promise.all(opened.map(async ({ taskId }) => reads.of(tasks, "taskOf", taskId))),
    Promise.all(approvalTasks.map(async ({ taskId }) => reads.of(approvals, "progressOf", taskId))),
    Promise.all(proofTasks.map(async ({ taskId }) => reads.of(proofs, "taskOf", taskId))),
    Promise.all(machineTasks.map(async ({ taskId }) => reads.of(machines, "taskOf", taskId))),
    Promise.all(orders.map(async ({ orderId, order }) => reads.of(world.orders, "escrowOf", orderId, order))),
    Promise.all(buyers.map(async (buyer) => reads.of(settlement, "accountOf", buyer))),
  ]);
  const needed = new Map<string, bigint>();
  leaseIds.forEach((leaseId, index) => {
    const { buyer, locked } = stored[index];
    const told = store.leases.get(leaseId) ?? { locked: 0n, released: 0n };
    expect(locked, "I9").to.equal(told.locked - told.released);
    addTo(needed, buyer, locked);
  });
  const whole = [
    [opened, steps],
    [proofTasks, proofSteps],
    [machineTasks, machineSteps],
  ] as const;
  for (const [listed, facts] of whole) {
    listed.forEach(({ order }, index) => {
      if (facts[index].step < FINALIZED) addTo(needed, order.snapshot.buyer as string, BigInt(order.terms.maxPrice));
    });
  }
  approvalTasks.forEach(({ order }, index) => {
    addTo(needed, order.snapshot.buyer as string, progress[index].escrow);
  });
  orders.forEach(({ order }, index) => {
    addTo(needed, order.buyer as string, seats[index]);
  });
  for (const { channel, locked } of store.channels.values()) addTo(needed, channel.buyer, locked);
  buyers.forEach(({ address }, index) => {
    expect(accounts[index].locked, "I9").to.equal(needed.get(address) ?? 0n);
  });
}
