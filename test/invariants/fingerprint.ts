import { inspectorsOf } from "./handlers/hardware.js";
import type { Play } from "./Play.js";

/** What an account or a job has, by name, as text that can be compared. */
export type Fingerprint = ReadonlyMap<string, string>;

/** Everything that is open: stake and thaws, credits and claims to them, leases, tasks, claims, nodes, reports. */
export async function openPositions(play: Play): Promise<Fingerprint> {
  const { reads, world, accounts, opened, leaseIds, providers, reports } = play;
  const { staking, settlement, leases, tasks, nodes, uptime } = world;
  const asked: [string, Promise<string>][] = [];
  for (const { orderId, order } of play.orders) {
    const of = (what: string): string => `${what} of order ${orderId.toString()}`;
    asked.push([of("progress"), reads.raw(world.orders, "progressOf", orderId)]);
    asked.push([of("status"), reads.raw(world.orders, "statusOf", orderId, order)]);
    asked.push([of("escrow"), reads.raw(world.orders, "escrowOf", orderId, order)]);
  }
  for (const { taskId, order } of play.proofTasks) {
    const of = (what: string): string => `${what} of proof task ${taskId.toString()}`;
    asked.push([of("facts"), reads.raw(world.proofs, "taskOf", taskId)]);
    asked.push([of("status"), reads.raw(world.proofs, "statusOf", taskId)]);
    asked.push([of("bond"), reads.raw(world.proofs, "bondOfUp", order, order.terms.startPrice)]);
  }
  for (const { taskId, order } of play.machineTasks) {
    const of = (what: string): string => `${what} of machine task ${taskId.toString()}`;
    asked.push([of("facts"), reads.raw(world.machines, "taskOf", taskId)]);
    asked.push([of("status"), reads.raw(world.machines, "statusOf", taskId)]);
    asked.push([of("bond"), reads.raw(world.machines, "bondOfUp", order, order.terms.startPrice)]);
  }
  for (const claimId of play.runGames.keys()) {
    asked.push([`run claim ${claimId.toString()}`, reads.raw(world.runs, "claimOf", claimId)]);
  }
  for (const account of accounts) {
    const of = (what: string): string => `${what} of ${account.address}`;
    asked.push([of("stake"), reads.raw(staking, "accountOf", account)]);
    asked.push([of("thaws"), reads.raw(staking, "thawsOf", account)]);
    asked.push([of("withdrawable"), reads.raw(staking, "withdrawable", account)]);
    asked.push([of("credits"), reads.raw(settlement, "accountOf", account)]);
    asked.push([of("position"), reads.raw(settlement, "positionOf", account)]);
    asked.push([of("collectable"), reads.raw(settlement, "collectable", account)]);
    asked.push([of("attestor"), reads.raw(uptime, "attestorOf", account)]);
  }
  for (const leaseId of leaseIds) {
    const of = (what: string): string => `${what} of lease ${leaseId.toString()}`;
    asked.push([of("facts"), reads.raw(leases, "leaseOf", leaseId)]);
    asked.push([of("next piece"), reads.raw(leases, "nextPieceOf", leaseId)]);
    asked.push([of("status"), reads.raw(leases, "statusOf", leaseId)]);
  }
  for (const claimId of play.store.drawn) {
    asked.push([`check of claim ${claimId.toString()}`, reads.raw(world.checks, "checkOf", claimId)]);
  }
  const seatCount = Number(await world.seats.seatCount());
  for (let seatId = 1; seatId <= seatCount; seatId++) {
    asked.push([`checker's seat ${seatId}`, reads.raw(world.seats, "seatOf", seatId)]);
  }
  for (const { taskId, order } of opened) {
    const of = (what: string): string => `${what} of task ${taskId.toString()}`;
    asked.push([of("facts"), reads.raw(tasks, "taskOf", taskId)]);
    asked.push([of("status"), reads.raw(tasks, "statusOf", taskId)]);
    asked.push([of("bond"), reads.raw(tasks, "bondOfUp", order, order.terms.startPrice)]);
  }
  providers.forEach((_, index) => {
    asked.push([`node ${index + 1}`, reads.raw(nodes, "nodeOf", index + 1)]);
    asked.push([`ask of node ${index + 1}`, reads.raw(nodes, "askOf", index + 1)]);
    asked.push([`agent of node ${index + 1}`, reads.raw(nodes, "agentOf", index + 1)]);
  });
  for (const epoch of reports.keys()) {
    asked.push([`report of ${epoch}`, reads.raw(uptime, "reportOf", epoch)]);
    asked.push([`status of report ${epoch}`, reads.raw(uptime, "statusOf", epoch)]);
  }
  return settle(asked);
}

/** What nobody but its owner may move: timers, queues, approvals, asks, keys. */
export async function ownersThings(play: Play): Promise<Fingerprint> {
  const { reads, world, accounts, leaseIds, providers } = play;
  const { staking, settlement, token, leases, nodes, uptime } = world;
  const asked: [string, Promise<string>][] = [];
  for (const account of accounts.filter((each) => each !== world.stranger)) {
    const of = (what: string): string => `${what} of ${account.address}`;
    asked.push([of("thaws"), reads.raw(staking, "thawsOf", account)]);
    asked.push([of("nonce"), reads.raw(token, "nonces", account)]);
    asked.push([of("votes"), reads.raw(token, "delegates", account)]);
    for (const spender of [staking, settlement, uptime]) {
      asked.push([of(`approval of ${spender.target as string}`), reads.raw(token, "allowance", account, spender)]);
    }
  }
  for (const leaseId of leaseIds) {
    const timers = reads
      .of(leases, "leaseOf", leaseId)
      .then(({ buyer, startAt, paidThrough, closed, rate }) => [buyer, startAt, paidThrough, closed, rate].join());
    asked.push([`timers of lease ${leaseId.toString()}`, timers]);
  }
  providers.forEach((_, index) => {
    const nodeId = index + 1;
    asked.push([`ask of node ${nodeId}`, reads.raw(nodes, "askOf", nodeId)]);
    asked.push([`agent of node ${nodeId}`, reads.raw(nodes, "agentOf", nodeId)]);
    asked.push([`windows of node ${nodeId}`, reads.raw(world.maintenance, "windowCount", nodeId)]);
    for (const inspector of inspectorsOf(play)) {
      const name = `inspection of node ${nodeId} by ${inspector.address}`;
      asked.push([name, reads.raw(world.inspections, "inspectionOf", nodeId, inspector)]);
    }
  });
  return settle(asked);
}

/** Names of what differs. */
export function differences(before: Fingerprint, after: Fingerprint): string[] {
  return [...before].filter(([name, value]) => after.get(name) !== value).map(([name]) => name);
}

async function settle(asked: readonly (readonly [string, Promise<string>])[]): Promise<Fingerprint> {
  const answers = await Promise.all(asked.map(async ([, answer]) => answer));
  return new Map(asked.map(([name], index) => [name, answers[index]]));
}
