import { expect } from "chai";
import { ZeroAddress } from "ethers";

import { State } from "../claims/support/claims.js";
import { CHANNEL_STATUSES } from "../market/channelDriver.js";
import { LEASE_STATUSES, TASK_STATUSES, type TaskStatus } from "../market/marketFixture.js";
import type { Opened } from "../market/taskDriver.js";
import type { MachineMarket, ProofMarket, TaskMarket } from "../../typechain-types/index.js";
import { endApproval } from "./handlers/approvals.js";
import { seatsIn } from "./handlers/orders.js";
import { pausable } from "./pausable.js";
import type { Play } from "./Play.js";

const PAUSE_SECONDS = 7 * 86_400;
/** Longer than every deadline of the test's deployment, thaws and attestors' bonds included. */
const LONG_SECONDS = 3_000;

/** Of `ILeaseOrders.OrderStatus`: from here on there is nothing to close. */
const FILLED = 4n;

/** MILL units that rounding may leave behind in staking. */
const MAX_DUST = 1_000n;

/** I4: everybody leaves with what is theirs, while entries are paused and no price will ever come again. */
export async function leaveAll(play: Play): Promise<void> {
  const { connection, world } = play;
  for (const target of pausable(world)) {
    await (await connection.ethers.getContractAt("EntryPause", target)).pauseEntries(PAUSE_SECONDS);
  }
  await play.store.catchUp();
  await endOrders(play);
  await leaveSeats(play);
  await endLeases(play);
  await releaseSeats(play);
  await endSeats(play);
  await endProofs(play);
  await endMachines(play);
  await endTasks(play);
  await endChannels(play);
  for (const opened of play.approvalTasks) {
    for (const sent of await endApproval(play, opened)) await must("I4", sent);
  }
  await freeStake(play);
  await redeemAll(play);
}

/** What was not taken goes back; a cluster that is full begins, so that its leases can be closed. */
async function endOrders(play: Play): Promise<void> {
  const { orders, stranger } = play.world;
  const statuses = await Promise.all(
    play.orders.map(async ({ orderId, order }) => play.reads.of(orders, "statusOf", orderId, order)),
  );
  for (const [index, { orderId, order }] of play.orders.entries()) {
    const buyer = play.signerOf(order.buyer as string);
    if (statuses[index] < FILLED) await must("I4", orders.connect(buyer).close(orderId, order));
  }
  for (const { orderId, order, seat } of await seatsIn(play, "Ready")) {
    await must("I4", orders.connect(stranger).start(orderId, order, seat));
  }
  await play.store.catchUp();
}

/** Checkers leave; the time that their bonds stay passes with the deadlines of leases. */
async function leaveSeats(play: Play): Promise<void> {
  const { seats } = play.world;
  for (const { seatId, account, leftAt } of await checkersSeats(play)) {
    if (account === ZeroAddress || leftAt !== 0n) continue;
    await must("I4", seats.connect(play.signerOf(account)).leaveSeat(seatId));
  }
}

async function releaseSeats(play: Play): Promise<void> {
  const { seats, stranger } = play.world;
  for (const { seatId, account } of await checkersSeats(play)) {
    if (account !== ZeroAddress) await must("I4", seats.connect(stranger).releaseSeat(seatId));
  }
}

async function checkersSeats({ reads, world }: Play) {
  const count = Number(await reads.of(world.seats, "seatCount"));
  const ids = Array.from({ length: count }, (_, index) => BigInt(index + 1));
  const seats = await Promise.all(ids.map(async (seatId) => reads.of(world.seats, "seatOf", seatId)));
  return seats.map(({ account, leftAt }, index) => ({ seatId: ids[index], account, leftAt }));
}

/** Seats whose provider left, offered again or not. */
async function endSeats(play: Play): Promise<void> {
  const { orders } = play.world;
  for (const { orderId, order, seat } of await seatsIn(play, "Returned", "Open")) {
    await must("I4", orders.connect(play.signerOf(order.buyer as string)).closeSeat(orderId, order, seat));
  }
  for (const { orderId, order } of play.orders) expect(await orders.escrowOf(orderId, order), "I9").to.equal(0n);
}

/** Long after all deadlines: whatever its provider did, its buyer gets out. */
async function endProofs(play: Play): Promise<void> {
  const { proofs } = play.world;
  for (const { taskId, order } of await unended(play, proofs, play.proofTasks)) {
    await must("I4", proofs.connect(play.signerOf(order.snapshot.buyer as string)).cancel(taskId, order));
  }
}

/** The same, and of claims: whoever still waits for a provider says so, and gets the bond. */
async function endMachines(play: Play): Promise<void> {
  const { machines, runs, stranger } = play.world;
  for (const [claimId, { knowing, erring }] of play.runGames) {
    for (const game of [knowing, erring]) {
      // Not of an attempt that failed before.
      if ((await runs.stateOf(claimId)) !== BigInt(State.Open)) continue;
      const move = await game.nextMove();
      if (move?.kind === "timeout") await must("I4", game.play(move, stranger));
    }
  }
  for (const { taskId, order, status } of await unended(play, machines, play.machineTasks)) {
    if (status === "Confirmed") await must("I4", machines.connect(stranger).finalize(taskId, order));
    else await must("I4", machines.connect(play.signerOf(order.snapshot.buyer as string)).cancel(taskId, order));
  }
}

/** Tasks of a market that hold something yet. */
async function unended(
  { reads }: Play,
  market: TaskMarket | ProofMarket | MachineMarket,
  opened: readonly Opened[],
): Promise<(Opened & { status: TaskStatus })[]> {
  const found = await Promise.all(opened.map(async ({ taskId }) => reads.of(market as TaskMarket, "statusOf", taskId)));
  return opened
    .map((each, index) => ({ ...each, status: TASK_STATUSES[Number(found[index])] }))
    .filter(({ status }) => status !== "Finalized" && status !== "Cancelled");
}

async function endLeases(play: Play): Promise<void> {
  const { leases, stranger } = play.world;
  const { leaseIds, reads } = play;
  const facts = await Promise.all(leaseIds.map(async (leaseId) => reads.of(leases, "leaseOf", leaseId)));
  for (const [index, leaseId] of leaseIds.entries()) {
    const { buyer } = facts[index];
    // In the block that the call gets into: a lease may be over by itself a second after it was looked at.
    const status = LEASE_STATUSES[Number(await leases.statusOf(leaseId, { blockTag: "pending" }))];
    if (!["Running", "Closing", "Paused"].includes(status)) continue;
    const signer = play.buyers.find(({ address }) => address === buyer);
    await must("I4", leases.connect(signer).close(leaseId));
  }
  await play.pass(LONG_SECONDS);
  const [late, pledges] = await Promise.all([
    Promise.all(leaseIds.map(async (leaseId) => reads.of(leases, "leaseOf", leaseId))),
    Promise.all(leaseIds.map(async (leaseId) => reads.of(leases, "pledgeOf", leaseId))),
  ]);
  for (const [index, leaseId] of leaseIds.entries()) {
    if (late[index].reserved) await must("I4", leases.connect(stranger).release(leaseId));
    for (;;) {
      const { epoch, fromAt, toAt } = await leases.nextPieceOf(leaseId);
      if (fromAt === toAt) break;
      // No report is needed, and none that came is in the way.
      await must("I4", leases.connect(stranger).settleUnreported(leaseId, epoch));
    }
    if (pledges[index].bond === 0n || (await leases.pledgeOf(leaseId)).bond === 0n) continue;
    await must("I4", leases.connect(stranger).releaseBond(leaseId));
  }
  for (const leaseId of leaseIds) {
    const [{ locked }, status] = await Promise.all([
      reads.of(leases, "leaseOf", leaseId),
      reads.of(leases, "statusOf", leaseId),
    ]);
    expect(locked, "I9").to.equal(0n);
    expect(LEASE_STATUSES[Number(status)], "I4").to.equal("Settled");
  }
}

async function endTasks(play: Play): Promise<void> {
  const { tasks, claims, stranger } = play.world;
  for (const opened of await unended(play, tasks, play.opened)) {
    const { taskId, order } = opened;
    const buyer = play.buyers.find(({ address }) => address === order.snapshot.buyer);
    let { status } = opened;
    if (status === "Submitted") {
      // Long after all clocks only a branch that was never opened keeps a claim from its end.
      const claimId = await tasks.claimIdOf(taskId, (await tasks.taskOf(taskId)).attempt);
      const [{ claim }] = (await play.posted()).filter((posted) => posted.claimId === claimId);
      const branch = { region: 2, height: 5, position: 0, hash: claim.outputRoot };
      await must("I4", claims.connect(stranger).timeout(claimId, claim, branch, []));
      status = await play.tasking.statusOf(taskId);
    }
    if (status === "Finalized" || status === "Cancelled") continue;
    if (status === "Confirmed") await must("I4", tasks.connect(stranger).finalize(taskId, order));
    else await must("I4", tasks.connect(buyer).cancel(taskId, order));
  }
}

/** Without their providers. */
async function endChannels(play: Play): Promise<void> {
  const { channels } = play.world;
  for (const { channelId, channel } of play.store.channels.values()) {
    const status = CHANNEL_STATUSES[Number(await channels.statusOf(channelId))];
    if (status === "Open") await must("I4", channels.connect(play.signerOf(channel.buyer)).giveNotice(channel));
  }
  await play.pass(LONG_SECONDS);
  const all = [...play.store.channels.values()];
  const statuses = await Promise.all(all.map(async ({ channelId }) => play.reads.of(channels, "statusOf", channelId)));
  for (const [index, { channel }] of all.entries()) {
    if (CHANNEL_STATUSES[Number(statuses[index])] !== "Closed")
      await must("I4", channels.connect(play.signerOf(channel.buyer)).close(channel));
  }
}

/** All delegators leave all pools, and everybody is paid what it earned. */
async function endDelegations(play: Play): Promise<void> {
  const { staking, stranger, token } = play.world;
  const pairs = play.providers.flatMap((provider) =>
    play.delegators.map((delegator) => [provider, delegator] as const),
  );
  for (const [provider, delegator] of pairs) {
    // One exit more than a delegator can have under way is no trap: those that are over make room.
    await must("I4", staking.connect(delegator).withdrawDelegation(provider));
    const { earning, joining } = await staking.delegationOf(provider, delegator);
    if (earning + joining === 0n) continue;
    await must("I4", staking.connect(delegator).undelegate(provider, earning + joining));
  }
  await play.pass(LONG_SECONDS);
  for (const [provider, delegator] of pairs) {
    const { worth } = await staking.delegationOf(provider, delegator);
    const before = await token.balanceOf(delegator);
    await must("I4", staking.connect(delegator).withdrawDelegation(provider));
    expect((await token.balanceOf(delegator)) - before, "I4").to.equal(worth);
  }
  for (const [provider, delegator] of pairs) {
    const due = await staking.rewardsOf(provider, delegator);
    expect(await staking.connect(stranger).claimRewards.staticCall(provider, delegator), "T-33").to.equal(due);
    await must("I4", staking.connect(stranger).claimRewards(provider, delegator));
  }
  for (const provider of play.providers) await must("I4", staking.connect(stranger).claimRewards(provider, provider));
}

async function freeStake(play: Play): Promise<void> {
  const { staking, nodes, uptime, token, attestors } = play.world;
  for (const [index, provider] of play.providers.entries()) {
    await must("I4", nodes.connect(provider).retire(index + 1));
  }
  for (const attestor of attestors) await must("I4", uptime.connect(attestor).resign());
  await play.pass(LONG_SECONDS);
  await endDelegations(play);
  for (const attestor of attestors) await must("I4", uptime.releaseBond(attestor));
  const stakers = [...play.providers, ...attestors];
  for (const staker of stakers) {
    await must("I4", staking.connect(staker).withdraw());
    const { active } = await staking.accountOf(staker);
    if (active !== 0n) await must("I4", staking.connect(staker).unstake(active));
  }
  await play.pass(LONG_SECONDS);
  for (const staker of stakers) {
    const due = await staking.withdrawable(staker);
    const before = await token.balanceOf(staker);
    await must("I4", staking.connect(staker).withdraw());
    expect((await token.balanceOf(staker)) - before, "I4").to.equal(due);
    await must("I4", staking.connect(staker).deregister());
    expect(await staking.accountOf(staker), "I4").to.deep.equal([0n, 0n, 0n, 0n, 0n, false]);
  }
  // Rewards are shared out downwards.
  expect(await staking.totalHeld(), "I4").to.be.at.most(MAX_DUST);
}

async function redeemAll(play: Play): Promise<void> {
  const { priceOracle, settlement, stranger } = play.world;
  if ((await priceOracle.prices()).usable) await takeOwed(play);
  for (const buyer of play.buyers) {
    const { free, locked } = await settlement.accountOf(buyer);
    expect(locked, "I9").to.equal(0n);
    if (free !== 0n) await must("I4", settlement.connect(buyer).requestRedemption(free));
  }
  const last = await settlement.currentEpoch();
  await play.pass(LONG_SECONDS);
  // From the first close without a price on, the last price counts as dead a while later.
  const first = await settlement.nextEpochToClose();
  await must("I4", settlement.connect(stranger).closeEpoch(first, []));
  await play.pass(LONG_SECONDS);
  await takeOwed(play);
  for (let epoch = first + 1n; epoch <= last || epoch === first + 1n; epoch++) {
    await must("I4", settlement.connect(stranger).closeEpoch(epoch, []));
  }
  const asides = await settlement.queryFilter(settlement.filters.SetAside());
  for (const { args } of asides) {
    await must("I4", settlement.connect(stranger).collectEpochs(args.account, [args.epoch]));
  }
  for (const account of play.accounts) {
    const due = await settlement.collectable(account);
    expect(await settlement.connect(stranger).collect.staticCall(account), "T-33").to.equal(due);
    await must("I4", settlement.connect(stranger).collect(account));
  }
  expect(await settlement.outstanding(), "I4").to.equal(0n);
}

/** What slashes awarded: credits while there is a price, MILL once it is dead. */
async function takeOwed(play: Play): Promise<void> {
  const { settlement, stranger } = play.world;
  for (const buyer of play.buyers) {
    const { owedMill } = await settlement.accountOf(buyer);
    if (owedMill !== 0n) await must("I4", settlement.connect(stranger).creditOwed(buyer));
  }
}

/** A call that nothing may refuse. */
async function must(id: string, sent: Promise<unknown>): Promise<void> {
  try {
    await sent;
  } catch (cause) {
    throw new Error(`${id}: an exit was refused: ${String(cause)}`, { cause });
  }
}
