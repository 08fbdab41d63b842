import type { HardhatEthersSigner } from "@nomicfoundation/hardhat-ethers/types";

import { type Connection, EPOCH_SECONDS, MILL, type StakingContext, stakingFixture } from "./stakingFixture.js";

export const OWN_STAKE = 1_000n * MILL;

/**
 * What `delegationFixture` adds: alice is a provider with `OWN_STAKE` that keeps nothing of its delegators' part; everybody
 * else may delegate.
 */
export interface DelegationContext extends StakingContext {
  /** Hands a reward over as the oracle does. */
  readonly reward: (provider: HardhatEthersSigner, mill: bigint) => Promise<void>;
  /** Moves the clock to a part of an epoch, counted from the current one: 1.5 is the middle of the next. */
  readonly toEpoch: (ahead: number) => Promise<void>;
  /** Delegates to alice. */
  readonly delegate: (delegator: HardhatEthersSigner, mill: bigint) => Promise<void>;
}

/** A provider that others can delegate to, at the start of an epoch. */
export function delegationFixture(connection: Connection): () => Promise<DelegationContext> {
  const { networkHelpers } = connection;
  const deployStaking = stakingFixture(connection);
  return async function deployDelegation() {
    const context = await deployStaking();
    const { staking, token, settlement, oracle, alice } = context;
    const { genesisAt } = await settlement.clock();
    await staking.connect(alice).register("alice");
    await staking.connect(alice).stake(OWN_STAKE);
    await staking.connect(alice).setCommission(0);

    const reward = async (provider: HardhatEthersSigner, mill: bigint): Promise<void> => {
      await token.connect(oracle).transfer(staking, mill);
      await staking.connect(oracle).reward(provider, mill);
    };
    const toEpoch = async (ahead: number): Promise<void> => {
      const epoch = Math.floor(((await networkHelpers.time.latest()) - Number(genesisAt)) / EPOCH_SECONDS);
      await networkHelpers.time.increaseTo(Number(genesisAt) + Math.floor((epoch + ahead) * EPOCH_SECONDS));
    };
    const delegate = async (delegator: HardhatEthersSigner, mill: bigint): Promise<void> => {
      await staking.connect(delegator).delegate(alice, mill);
    };
    await toEpoch(1);
    return { ...context, reward, toEpoch, delegate };
  };
}
