import { CREDIT, MILL } from "../../market/marketFixture.js";
import type { Action } from "../Play.js";

const MAX_RATE = 2n ** 96n - 1n;

/** Buys, redeems, opens and cancels tasks, hires, extends and closes leases. */
export const buyerActions: Readonly<Record<string, Action>> = {
  buy: async ({ world, buyers }, dice) =>
    world.settlement.connect(dice.pick(buyers)).buy(dice.amount(1_000n * MILL), 0n, 0n),

  requestRedemption: async ({ world, buyers }, dice) => {
    const buyer = dice.pick(buyers);
    const { free } = await world.settlement.accountOf(buyer);
    return world.settlement.connect(buyer).requestRedemption(dice.amount(free / 4n));
  },

  creditOwed: async ({ world, buyers, reads }, dice) => {
    const accounts = await Promise.all(buyers.map(async (buyer) => reads.of(world.settlement, "accountOf", buyer)));
    const owed = buyers.filter((_, index) => accounts[index].owedMill !== 0n);
    return world.settlement.connect(world.stranger).creditOwed(dice.pick(owed.length === 0 ? buyers : owed));
  },

  openTask: async (play, dice) => {
    const startPrice = 1n + dice.amount(100n * CREDIT);
    const changes = {
      startPrice,
      maxPrice: startPrice + dice.amount(100n * CREDIT),
      rampSeconds: dice.int(0, 200),
      ...(dice.chance(30) ? { expiresAt: (await play.now()) + dice.int(10, 400) } : {}),
    };
    play.opened.push(await play.tasking.open(changes, dice.pick(play.buyers)));
  },

  cancelTask: async (play, dice) => {
    const { taskId, order } = dice.pick(await play.tasksIn("Expired", "Unacknowledged", "Overdue", "Rejected"));
    return play.world.tasks.connect(dice.pick(play.buyers)).cancel(taskId, order);
  },

  hire: async ({ world, buyers, providers }, dice) =>
    world.leases
      .connect(dice.pick(buyers))
      .hire(dice.int(1, providers.length), dice.int(1, 2), dice.int(20, 700), dice.chance(90) ? MAX_RATE : 1n),

  topUp: async (play, dice) => {
    const leaseId = dice.pick(await play.leasesIn("Running", "Paused"));
    return play.world.leases.connect(await play.buyerOf(leaseId, dice)).topUp(leaseId, dice.amount(CREDIT));
  },

  closeLease: async (play, dice) => {
    const leaseId = dice.pick(await play.leasesIn("Running", "Paused", "Closing"));
    return play.world.leases.connect(await play.buyerOf(leaseId, dice)).close(leaseId);
  },
};
