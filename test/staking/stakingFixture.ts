import type { HardhatEthersSigner } from "@nomicfoundation/hardhat-ethers/types";
import type hre from "hardhat";

import type { AccessManager, BurnMintSettlement, MillToken, StakingRegistry } from "../../typechain-types/index.js";
import { deploySettlement } from "../settlement/deploySettlement.js";
import { COMPENSATE, DAY, EPOCH_SECONDS, WAD } from "../settlement/settlementTerms.js";

/** Chain of one test file. */
export type Connection = Awaited<ReturnType<typeof hre.network.create>>;

export { DAY, EPOCH_SECONDS };
export const MILL = WAD;
export const THAW_SECONDS = 14 * DAY;
export const MIN_THAW_SECONDS = 3 * DAY;

/** Permission bits of `Permissions`. */
export const BOND = 8n;
export const SLASH = 16n;
export const REQUIRE = 128n;
export const REWARD = 1_024n;

type Signer = HardhatEthersSigner;

/** What `stakingFixture` deploys. */
export interface StakingContext {
  readonly governor: Signer;
  readonly alice: Signer;
  readonly bob: Signer;
  readonly carol: Signer;
  readonly buyer: Signer;
  readonly reporter: Signer;
  /** Module that may bond and slash. */
  readonly market: Signer;
  /** Module that may set what nodes require. */
  readonly nodes: Signer;
  readonly stranger: Signer;
  /** Module that may reward. */
  readonly oracle: Signer;
  readonly authority: AccessManager;
  readonly token: MillToken;
  readonly settlement: BurnMintSettlement;
  readonly staking: StakingRegistry;
}

/** A staking registry on the real token and settlement, whose modules are plain accounts, and providers with MILL and an allowance. */
export function stakingFixture(connection: Connection): () => Promise<StakingContext> {
  const { ethers } = connection;
  return async function deployStaking() {
    const [governor, alice, bob, carol, buyer, reporter, market, nodes, stranger, , oracle] = await ethers.getSigners();
    // Feeds without a price: nothing of staking may need one.
    const { authority, token, settlement } = await deploySettlement(connection, { governor, treasury: governor });
    const staking = await ethers.deployContract("StakingRegistry", [
      governor,
      authority,
      token,
      settlement,
      MIN_THAW_SECONDS,
      THAW_SECONDS,
    ]);
    await settlement.wire(staking, COMPENSATE);
    await staking.wire(market, BOND | SLASH);
    await staking.wire(nodes, REQUIRE);
    await staking.wire(oracle, REWARD);
    await token.transfer(oracle, 1_000_000n * MILL);
    for (const provider of [alice, bob, carol]) {
      await token.transfer(provider, 1_000_000n * MILL);
      await token.connect(provider).approve(staking, ethers.MaxUint256);
    }
    return {
      governor,
      alice,
      bob,
      carol,
      buyer,
      reporter,
      market,
      nodes,
      stranger,
      oracle,
      authority,
      token,
      settlement,
      staking,
    };
  };
}
