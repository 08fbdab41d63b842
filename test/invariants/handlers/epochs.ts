import type { Proven } from "../../market/leaseDriver.js";
import type { Action } from "../Play.js";
import { postReport } from "../postReport.js";

const MAX_AHEAD = 5;

/** Moves time and price, closes epochs, posts reports of random bitmaps, settles leases by them. */
export const epochActions: Readonly<Record<string, Action>> = {
  pass: async (play, dice) => play.pass(dice.chance(75) ? dice.int(1, 15) : dice.int(15, 200)),

  movePrice: async ({ world }, dice) => {
    const [, answer] = await world.feeds[0].latestRoundData();
    const moved = (answer * BigInt(dice.int(80, 125))) / 100n;
    // Sources that disagree trip the breaker.
    const apart = dice.chance(15) ? 2n : 1n;
    await world.feeds[0].post(moved);
    await world.feeds[1].post(moved * apart);
    return world.priceOracle.connect(world.stranger).observe();
  },

  close: async ({ leasing, world }) => {
    const epoch = Number(await world.settlement.nextEpochToClose());
    const rounds = await world.priceOracle.roundsAt(leasing.startOf(epoch + 1));
    return world.settlement.connect(world.stranger).closeEpoch(epoch, [...rounds]);
  },

  report: async (play, dice) => {
    const closed = Number(await play.world.settlement.nextEpochToClose());
    const epoch = closed - 1 + (dice.chance(30) ? 1 : 0);
    if (epoch < 1 || epoch > closed + MAX_AHEAD) throw new Error("no epoch to report");
    await postReport(play, epoch, () => dice.bits(20));
  },

  settle: async (play, dice) => {
    const { leaseIds, reads, world } = play;
    const { leases, stranger } = world;
    const settled: [bigint, Proven][] = [];
    const [pieces, facts] = await Promise.all([
      Promise.all(leaseIds.map(async (leaseId) => reads.of(leases, "nextPieceOf", leaseId))),
      Promise.all(leaseIds.map(async (leaseId) => reads.of(leases, "leaseOf", leaseId))),
    ]);
    for (const [index, leaseId] of leaseIds.entries()) {
      const proven = play.reports.get(Number(pieces[index].epoch))?.[Number(facts[index].nodeId) - 1];
      if (proven !== undefined) settled.push([leaseId, proven]);
    }
    const [leaseId, mine] = settled.length === 0 ? [dice.pick(leaseIds)] : dice.pick(settled);
    const { epoch } = await leases.nextPieceOf(leaseId);
    if (mine === undefined) return leases.connect(stranger).settleUnreported(leaseId, epoch);
    return leases.connect(stranger).settle(leaseId, mine.leaf, mine.proof);
  },

  /** A jump: a hundred times more or less, and what a source shows that has stopped. */
  jumpPrice: async ({ world }, dice) => {
    const [, answer] = await world.feeds[0].latestRoundData();
    const jumped = dice.chance(50) ? answer * BigInt(dice.int(2, 100)) : answer / BigInt(dice.int(2, 100));
    for (const feed of world.feeds) await feed.post(jumped === 0n ? 1n : jumped);
    return dice.chance(50) ? world.priceOracle.connect(world.stranger).observe() : undefined;
  },

  collectRewards: async ({ world, reports }, dice) => {
    const proven = dice.pick([...reports.values()].flat());
    return world.rewards.connect(world.stranger).collect(proven.leaf, proven.proof);
  },

  /** Any leaves of one report, those of others' nodes too, some of them twice. */
  collectManyRewards: async ({ world, reports }, dice) => {
    const [epoch, proven] = dice.pick([...reports]);
    const { provider } = dice.pick(proven).leaf;
    const items = Array.from({ length: dice.int(1, 6) }, () => dice.pick(proven));
    return world.rewards.connect(world.stranger).collectMany(provider, epoch, items);
  },

  collectAttestorPay: async ({ world, reports }, dice) =>
    world.rewards
      .connect(world.stranger)
      .collectAttestorPay(dice.pick(world.attestors), [...reports.keys(), ...reports.keys()]),

  cancelPot: async ({ world }, dice) => {
    const closed = Number(await world.settlement.nextEpochToClose());
    return world.rewards.connect(world.stranger).cancelPot(dice.int(0, closed));
  },
};
