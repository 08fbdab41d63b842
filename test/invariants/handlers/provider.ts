import { MILL } from "../../market/marketFixture.js";
import type { Action } from "../Play.js";
import { submitOutput } from "./submitOutput.js";

/** Stakes and unstakes, accepts work and delivers it or not, gives notice, collects. */
export const providerActions: Readonly<Record<string, Action>> = {
  stake: async ({ world, providers }, dice) => {
    const [provider, payer] = [dice.pick(providers), dice.pick(providers)];
    const mill = dice.amount(500n * MILL);
    await world.token.transfer(payer, mill);
    await world.token.connect(payer).approve(world.staking, mill);
    return world.staking.connect(payer).stakeFor(provider, mill);
  },

  unstake: async ({ world, providers }, dice) =>
    world.staking.connect(dice.pick(providers)).unstake(dice.amount(20_000n * MILL)),

  cancelThaw: async ({ world, providers }, dice) => {
    const provider = dice.pick(providers);
    const thaws = await world.staking.thawsOf(provider);
    return world.staking.connect(provider).cancelThaw(thaws.length === 0 ? 1n : dice.pick([...thaws]).id);
  },

  withdraw: async ({ world, providers }, dice) => world.staking.connect(dice.pick(providers)).withdraw(),

  accept: async (play, dice) => {
    const opened = dice.pick(await play.tasksIn("Listed", "Overdue", "Rejected", "Unacknowledged"));
    const index = dice.int(0, play.providers.length - 1);
    return play.tasking.accept(opened, dice.chance(70), BigInt(index + 1), play.providers[index]);
  },

  acknowledge: async (play, dice) => {
    const { world } = play;
    const { taskId, order } = dice.pick(await play.tasksIn("Accepted"));
    return world.tasks.connect(world.agent).acknowledge(taskId, order);
  },

  submit: async (play, dice) => submitOutput(play, dice.pick(await play.tasksIn("Working")), dice),

  finalize: async (play, dice) => {
    const { world } = play;
    const { taskId, order } = dice.pick(await play.tasksIn("Confirmed"));
    return world.tasks.connect(world.stranger).finalize(taskId, order);
  },

  releaseTask: async (play, dice) => {
    const { world } = play;
    const { taskId, order } = dice.pick(await play.tasksIn("Unacknowledged", "Overdue", "Rejected"));
    return world.tasks.connect(world.stranger).release(taskId, order);
  },

  giveNotice: async (play, dice) => {
    const { world, providers } = play;
    const leaseId = dice.pick(await play.leasesIn("Running", "Paused"));
    return world.leases.connect(dice.pick(providers)).giveNotice(leaseId);
  },

  releaseLease: async (play, dice) =>
    play.world.leases.connect(play.world.stranger).release(dice.pick(await play.leasesIn("Paused", "Ended"))),

  collect: async ({ world, accounts }, dice) => world.settlement.connect(world.stranger).collect(dice.pick(accounts)),

  pauseNode: async ({ world, providers }, dice) => {
    const index = dice.int(0, providers.length - 1);
    const nodes = world.nodes.connect(providers[index]);
    return dice.chance(50) ? nodes.pause(index + 1) : nodes.resume(index + 1);
  },
};
