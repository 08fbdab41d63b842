import { EpochClock, quoteTypes } from "@millrace/sdk";
import { ALL_UP } from "../../market/leaseDriver.js";

import { type LeaseStatus, MILL, RATE } from "../../market/marketFixture.js";
import type { Dice } from "../Dice.js";
import type { Action, Play } from "../Play.js";
import { postReport } from "../postReport.js";

/** Providers sign quotes, with and without a promise of uptime behind a bond; buyers take them, and object. */
export const quoteActions: Readonly<Record<string, Action>> = {
  takeQuote: async (play, dice) => {
    const { world, buyers } = play;
    const nodeId = dice.int(1, 2);
    const provider = [world.alice, world.bob][nodeId - 1];
    const buyer = dice.pick(buyers);
    const hasPledge = dice.chance(70);
    const quote = {
      provider: provider.address,
      buyer: buyer.address,
      nodeId,
      units: 2,
      minUnits: 1,
      ratePerUnit: RATE + dice.amount(RATE),
      minSeconds: 20,
      maxSeconds: 700,
      bondPerUnit: hasPledge ? 1n + dice.amount(100n * MILL) : 0n,
      uptimePpm: hasPledge ? dice.int(500_000, 1_000_000) : 0,
      penaltyPpm: hasPledge ? dice.int(1, 1_000_000) : 0,
      darkSlots: hasPledge ? dice.int(1, 10) : 0,
      nonce: dice.int(0, 2 ** 30),
      expiresAt: (await play.now()) + 1_000,
    };
    const signature = await provider.signTypedData(await domainOf(play), quoteTypes, quote);
    const seconds = dice.chance(50) ? dice.int(20, 700) : await secondsToEpochsEnd(play, dice);
    return world.quotes.connect(buyer).take(quote, dice.int(1, 2), seconds, provider, signature);
  },

  objectTo: async (play, dice) => {
    const leaseId = dice.pick(play.leaseIds);
    const { epoch } = await play.world.leases.nextPieceOf(leaseId);
    return play.world.leases.connect(await play.buyerOf(leaseId, dice)).objectTo(leaseId, epoch);
  },

  abandon: async (play, dice) => {
    const leaseId = dice.pick(await play.leasesIn("Running", "Paused"));
    return play.world.leases.connect(dice.pick(play.providers)).abandon(leaseId);
  },

  /** A lease is reported and paid while its buyer could still resume it: its bond waits for `releaseLeaseBond`. */
  settleInGrace: async (play, dice) => {
    const { leasing, reads, reports, world } = play;
    const leaseId = dice.pick(await endingWithEpoch(play));
    const { paidThrough, nodeId } = await reads.of(world.leases, "leaseOf", leaseId);
    const { epoch: first } = await reads.of(world.leases, "nextPieceOf", leaseId);
    const last = epochAt(play, Number(paidThrough) - 1);
    const epochs = Array.from({ length: last + 1 - Number(first) }, (_, index) => Number(first) + index);
    // A node that was always up leaves its provider's bond whole.
    const bitmapOf = dice.chance(70) ? () => ALL_UP : () => dice.bits(20);
    for (const epoch of epochs) if (!reports.has(epoch)) await postReport(play, epoch, bitmapOf);
    await leasing.passToFinal(last);
    for (const epoch of epochs) {
      const { leaf, proof } = reports.get(epoch)![Number(nodeId) - 1];
      await world.leases.connect(world.stranger).settle(leaseId, leaf, proof);
    }
  },

  releaseLeaseBond: async (play, dice) => {
    const leaseId = dice.pick(await bondedIn(play, "Settled"));
    return play.world.leases.connect(play.world.stranger).releaseBond(leaseId);
  },

  cancelQuotes: async ({ world, providers }, dice: Dice) => {
    const provider = dice.pick(providers);
    return world.quotes.connect(provider).cancel(provider, dice.int(0, 2 ** 22), dice.int(0, 2 ** 30));
  },
};

/** From the end of an epoch until its report can be final; with the most of this before it, still in the grace time. */
const MAX_EARLY_SECONDS = 50;
/** Longest time that the story of one lease lets pass. */
const MAX_WAIT_SECONDS = 400;

/** Bonded leases that end, or have just ended, shortly before an epoch does. */
async function endingWithEpoch(play: Play): Promise<bigint[]> {
  const ids = await bondedIn(play, "Paused", "Running");
  const [now, leases] = await Promise.all([
    play.now(),
    Promise.all(ids.map(async (id) => play.reads.of(play.world.leases, "leaseOf", id))),
  ]);
  const ending = ids.filter((_, index) => {
    const paidThrough = Number(leases[index].paidThrough);
    const end = play.leasing.startOf(epochAt(play, paidThrough - 1) + 1);
    return end - paidThrough <= MAX_EARLY_SECONDS && Math.abs(end - now) <= MAX_WAIT_SECONDS;
  });
  return ending.length === 0 ? ids : ending;
}

/** Seconds until shortly before the end of this epoch or of the next: there the grace time outlasts the report. */
async function secondsToEpochsEnd(play: Play, dice: Dice): Promise<number> {
  const now = await play.now();
  return play.leasing.startOf(epochAt(play, now) + dice.int(1, 2)) - now - dice.int(0, MAX_EARLY_SECONDS);
}

const epochAt = ({ world }: Play, timestamp: number): number => new EpochClock(world.clock).epochAt(timestamp);

/** Leases in some statuses whose providers have bonded something, or all in them. */
async function bondedIn(play: Play, ...statuses: readonly LeaseStatus[]): Promise<bigint[]> {
  const { leases } = play.world;
  const ids = await play.leasesIn(...statuses);
  const pledges = await Promise.all(ids.map(async (id) => play.reads.of(leases, "pledgeOf", id)));
  const bonded = ids.filter((_, index) => pledges[index].bond !== 0n);
  return bonded.length === 0 ? ids : bonded;
}

async function domainOf({ connection, world }: Play) {
  return {
    name: "Millrace Quotes",
    version: "1",
    chainId: (await connection.ethers.provider.getNetwork()).chainId,
    verifyingContract: await world.quotes.getAddress(),
  };
}
