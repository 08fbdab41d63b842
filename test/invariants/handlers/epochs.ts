import type { Proven } from "../../market/leaseDriver.js";
import type { Action } from "../Play.js";

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
    play.reports.set(epoch, await play.leasing.report(epoch, [dice.bits(20), dice.bits(20)]));
  },

  settle: async (play, dice) => {
    const { leases, stranger } = play.world;
    const settled: [bigint, Proven][] = [];
    for (const leaseId of play.leaseLocked.keys()) {
      const { epoch } = await leases.nextPieceOf(leaseId);
      const { nodeId } = await leases.leaseOf(leaseId);
      const proven = play.reports.get(Number(epoch))?.[Number(nodeId) - 1];
      if (proven !== undefined) settled.push([leaseId, proven]);
    }
    const [leaseId, mine] = settled.length === 0 ? [dice.pick([...play.leaseLocked.keys()])] : dice.pick(settled);
    const { epoch } = await leases.nextPieceOf(leaseId);
    if (mine === undefined) return leases.connect(stranger).settleUnreported(leaseId, epoch);
    return leases.connect(stranger).settle(leaseId, mine.leaf, mine.proof);
  },

  cancelPot: async ({ world }, dice) => {
    const closed = Number(await world.settlement.nextEpochToClose());
    return world.uptime.connect(world.stranger).cancelPot(dice.int(0, closed));
  },
};
