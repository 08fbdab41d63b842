import { expect } from "chai";

import type { Play } from "./Play.js";

const MAX_BURNED_PARTS = 5n;

/** All promises that hold at every block. The id is the message, so that a failure says which one broke. */
export async function checkInvariants(play: Play): Promise<void> {
  await checkSupply(play);
  await checkEvents(play);
  await checkStake(play);
  await checkCredits(play);
  await checkLeases(play);
}

/** I1 */
async function checkSupply(play: Play): Promise<void> {
  const { settlement, token } = play.world;
  const totalSupply = await token.totalSupply();
  const inside = (await settlement.bank()) + (await settlement.owed()) + (await settlement.burnedForGood());
  const emitted = await settlement.emitted();
  expect(totalSupply + inside, "I1").to.equal((await settlement.genesisSupply()) + emitted);

  const closed = Number(await settlement.nextEpochToClose());
  for (; play.epochsCounted < closed; play.epochsCounted++) {
    play.scheduled += (await settlement.emissionOf(play.epochsCounted)).schedule;
  }
  expect(emitted, "I1").to.be.at.most(play.scheduled);
}

/** I5, and the sums that I2 and I9 are compared with. */
async function checkEvents(play: Play): Promise<void> {
  const { staking, leases } = play.world;
  const from = play.seenBlock + 1;
  const to = await play.connection.ethers.provider.getBlockNumber();
  if (to < from) return;
  play.seenBlock = to;
  for (const { args } of await staking.queryFilter(staking.filters.Staked(), from, to)) play.heldByEvents += args.mill;
  for (const { args } of await staking.queryFilter(staking.filters.Withdrawn(), from, to)) {
    play.heldByEvents -= args.mill;
  }
  for (const { args, blockNumber } of await staking.queryFilter(staking.filters.BondSlashed(), from, to)) {
    const taken = args.toBuyer + args.toReporter + args.burned;
    expect(args.burned * MAX_BURNED_PARTS, "I5").to.be.at.least(taken);
    const before = await staking.accountOf(args.provider, { blockTag: blockNumber - 1 });
    expect(taken, "I5").to.be.at.most(before.bonded);
    play.heldByEvents -= taken;
  }
  for (const { args } of await staking.queryFilter(staking.filters.StakeSlashed(), from, to)) {
    const taken = args.fromActive + args.fromThawing;
    expect(args.burned * MAX_BURNED_PARTS, "I5").to.be.at.least(taken);
    expect(args.toReporter + args.burned, "I5").to.be.at.most(taken);
    play.heldByEvents -= taken;
  }

  const add = (sums: Map<bigint, bigint>, id: bigint, credits: bigint): unknown =>
    sums.set(id, (sums.get(id) ?? 0n) + credits);
  for (const { args } of await leases.queryFilter(leases.filters.LeaseHired(), from, to)) {
    add(play.leaseLocked, args.leaseId, args.rate * (args.paidThrough - args.startAt));
  }
  for (const { args } of await leases.queryFilter(leases.filters.LeaseToppedUp(), from, to)) {
    add(play.leaseLocked, args.leaseId, args.credits);
  }
  for (const { args } of await leases.queryFilter(leases.filters.LeaseSettled(), from, to)) {
    add(play.leaseReleased, args.leaseId, args.paid + args.refunded);
  }
  for (const { args } of await leases.queryFilter(leases.filters.LeaseClosed(), from, to)) {
    add(play.leaseReleased, args.leaseId, args.refunded);
  }
}

/** I2, stake: what accounts have is what came in and neither left nor was slashed, and it is really here. */
async function checkStake({ world, accounts, heldByEvents }: Play): Promise<void> {
  const { staking, token } = world;
  let sum = 0n;
  for (const account of accounts) {
    const { active, bonded, thawing } = await staking.accountOf(account);
    sum += active + bonded + thawing;
  }
  const totalHeld = await staking.totalHeld();
  expect(sum, "I2").to.equal(totalHeld);
  expect(totalHeld, "I2").to.equal(heldByEvents);
  expect(totalHeld, "I2").to.be.at.most(await token.balanceOf(staking));
}

/** I2, credits: what all accounts have free, locked, earned or requested is `L`; what waits for a price is tallied. */
async function checkCredits({ world, accounts }: Play): Promise<void> {
  const { settlement, token } = world;
  const rates = new Map<bigint, bigint>();
  const isPriced = async (epoch: bigint): Promise<boolean> => {
    const rate = rates.get(epoch) ?? (await settlement.rateOf(epoch));
    rates.set(epoch, rate);
    return rate !== 0n;
  };
  const asides = await settlement.queryFilter(settlement.filters.SetAside());
  const seen = new Set<string>();
  let held = 0n;
  let waiting = 0n;
  let owedMill = 0n;
  for (const account of accounts) {
    const { free, locked, owedMill: owed } = await settlement.accountOf(account);
    const position = await settlement.positionOf(account);
    held += free + locked;
    owedMill += owed;
    if (position.earned !== 0n && !(await isPriced(position.earnedEpoch))) waiting += position.earned;
    if (position.requested !== 0n && !(await isPriced(position.requestedEpoch))) waiting += position.requested;
  }
  for (const { args } of asides) {
    const key = `${args.account} ${args.epoch}`;
    if (seen.has(key) || (await isPriced(args.epoch))) continue;
    seen.add(key);
    const { earned, requested } = await settlement.setAsideOf(args.account, args.epoch);
    waiting += earned + requested;
  }
  expect(held + waiting, "I2").to.equal(await settlement.outstanding());
  expect(owedMill, "I2").to.equal(await settlement.owedMillTotal());
  expect(owedMill + (await settlement.unburned()), "I2").to.be.at.most(await token.balanceOf(settlement));
}

/** I9: a lease owes at most its escrow, and what buyers have locked is what their jobs still hold. */
async function checkLeases({ world, buyers, opened, leaseLocked, leaseReleased }: Play): Promise<void> {
  const { leases, tasks, settlement } = world;
  const needed = new Map<string, bigint>();
  const need = (buyer: string, credits: bigint): unknown => needed.set(buyer, (needed.get(buyer) ?? 0n) + credits);
  for (const [leaseId, locked] of leaseLocked) {
    const { buyer, escrow, released } = await leases.leaseOf(leaseId);
    expect(escrow, "I9").to.equal(locked);
    expect(released, "I9").to.equal(leaseReleased.get(leaseId) ?? 0n);
    expect(released, "I9").to.be.at.most(escrow);
    need(buyer, escrow - released);
  }
  for (const { taskId, order } of opened) {
    const { step } = await tasks.taskOf(taskId);
    if (step < FINALIZED) need(order.snapshot.buyer as string, BigInt(order.terms.maxPrice));
  }
  for (const buyer of buyers) {
    const { locked } = await settlement.accountOf(buyer);
    expect(locked, "I9").to.equal(needed.get(buyer.address) ?? 0n);
  }
}

/** `ITaskMarket.TaskStep.Finalized`; from there on a task holds no escrow. */
const FINALIZED = 5n;
