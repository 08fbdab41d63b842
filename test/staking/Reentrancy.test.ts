import { expect } from "chai";
import type { Interface } from "ethers";
import hre from "hardhat";

import type { Reentrant } from "../../typechain-types/index.js";
import { MILL, stakingFixture, THAW_SECONDS } from "./stakingFixture.js";

const connection = await hre.network.create();
const { ethers, networkHelpers } = connection;

describe("StakingRegistry on a token that calls back", () => {
  const deployStaking = stakingFixture(connection);

  /** A registry over a token with hooks; an account that calls back is a provider and its own delegator. */
  async function hooked() {
    const { governor, authority, settlement, stranger } = await deployStaking();
    const token = await ethers.deployContract("HookedToken");
    const staking = await ethers.deployContract("StakingRegistry", [
      governor,
      authority,
      token,
      settlement,
      60,
      THAW_SECONDS,
    ]);
    const account = await ethers.deployContract("Reentrant");
    await token.transfer(account, 1_000n * MILL);
    const data = (method: string, args: unknown[] = []): string =>
      (staking.interface as Interface).encodeFunctionData(method, args);
    const call = async (method: string, args: unknown[] = []) => account.execute(staking, data(method, args));
    await account.execute(
      token,
      token.interface.encodeFunctionData("approve", [await staking.getAddress(), ethers.MaxUint256]),
    );
    await call("register", [""]);
    await call("stake", [300n * MILL]);
    await call("delegate", [await account.getAddress(), 100n * MILL]);
    // What others have in it is what a callback would steal.
    await token.transfer(stranger, 1_000n * MILL);
    await token.connect(stranger).approve(staking, ethers.MaxUint256);
    await staking.connect(stranger).register("");
    await staking.connect(stranger).stake(1_000n * MILL);
    return { staking, token, account, call, data };
  }

  const paid = async (
    { token, account }: Awaited<ReturnType<typeof hooked>>,
    act: () => Promise<unknown>,
  ): Promise<bigint> => {
    const before = await token.balanceOf(account);
    await act();
    return (await token.balanceOf(account)) - before;
  };

  const arm = async (account: Reentrant, staking: string, data: string) => account.arm(staking, data);

  it("should pay a withdrawal once, though it is asked for again from within (T-16, X-01)", async () => {
    const world = await networkHelpers.loadFixture(hooked);
    const { staking, account, call, data } = world;
    await call("unstake", [200n * MILL]);
    await networkHelpers.time.increase(THAW_SECONDS);
    await arm(account, await staking.getAddress(), data("withdraw"));
    expect(await paid(world, async () => call("withdraw"))).to.equal(200n * MILL);
    expect(await account.reentered()).to.equal(true);
    expect((await staking.accountOf(account)).active).to.equal(100n * MILL);
  });

  it("should pay a delegation once, and price shares right from within (T-16, X-06)", async () => {
    const world = await networkHelpers.loadFixture(hooked);
    const { staking, account, call, data } = world;
    const provider = await account.getAddress();
    await call("undelegate", [provider, 40n * MILL]);
    await networkHelpers.time.increase(THAW_SECONDS);
    await call("undelegate", [provider, 10n * MILL]);
    await arm(account, await staking.getAddress(), data("withdrawDelegation", [provider]));
    expect(await paid(world, async () => call("withdrawDelegation", [provider]))).to.equal(40n * MILL);
    expect(await account.reentered()).to.equal(true);
    const [earning, joining, undelegating, worth] = await staking.delegationOf(account, account);
    expect([earning + joining, undelegating, worth]).to.deep.equal([50n * MILL, 10n * MILL, 60n * MILL]);
    // Delegating from within finds the pool as it will be afterwards.
    await networkHelpers.time.increase(THAW_SECONDS);
    await arm(account, await staking.getAddress(), data("delegate", [provider, 7n * MILL]));
    expect(await paid(world, async () => call("withdrawDelegation", [provider]))).to.equal(3n * MILL);
    expect(await staking.poolOf(account)).to.deep.equal([57n * MILL, 57n * MILL, 50n * MILL, 7n * MILL, 0n, 0n, 0n]);
  });
});
