import type { HardhatEthersSigner } from "@nomicfoundation/hardhat-ethers/types";

import { MILL } from "../../market/marketFixture.js";
import type { Action } from "../Play.js";

/** Delegates, leaves and comes back, claims for anybody; providers say what they keep and who works for them. */
export const delegatorActions: Readonly<Record<string, Action>> = {
  delegate: async ({ world, delegators, providers }, dice) =>
    world.staking.connect(dice.pick(delegators)).delegate(dice.pick(providers), dice.amount(10_000n * MILL)),

  undelegate: async ({ world, delegators, providers }, dice) => {
    const [provider, delegator] = [dice.pick(providers), dice.pick(delegators)];
    const { earning, joining } = await world.staking.delegationOf(provider, delegator);
    return world.staking.connect(delegator).undelegate(provider, dice.amount(earning + joining));
  },

  cancelUndelegation: async ({ world, delegators, providers }, dice) =>
    world.staking.connect(dice.pick(delegators)).cancelUndelegation(dice.pick(providers)),

  withdrawDelegation: async ({ world, delegators, providers }, dice) =>
    world.staking.connect(dice.pick(delegators)).withdrawDelegation(dice.pick(providers)),

  claimRewards: async ({ world, delegators, providers }, dice) =>
    world.staking.connect(world.stranger).claimRewards(dice.pick(providers), dice.pick([...delegators, ...providers])),

  setCommission: async ({ world, providers }, dice) =>
    world.staking.connect(dice.pick(providers)).setCommission(dice.int(0, 1_000_000)),

  setOperator: async ({ world, providers }, dice) =>
    world.staking
      .connect(dice.pick(providers))
      .setOperator(dice.pick<HardhatEthersSigner>([world.agent, ...providers])),

  setPayout: async ({ world, providers, accounts }, dice) =>
    world.settlement.connect(dice.pick(providers)).setPayout(dice.pick(accounts)),
};
