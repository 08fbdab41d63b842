import type { HardhatEthersSigner } from "@nomicfoundation/hardhat-ethers/types";
import type hre from "hardhat";

import type { AccessManager, PlainToken, SettlementRecorder, StakingRegistry } from "../../typechain-types/index.js";

/** Chain of one test file. */
export type Connection = Awaited<ReturnType<typeof hre.network.create>>;

export const MILL = 10n ** 18n;
export const DAY = 86_400;
export const THAW_SECONDS = 14 * DAY;
export const MIN_THAW_SECONDS = 3 * DAY;
export const EPOCH_SECONDS = DAY;
export const SLOTS_PER_EPOCH = 240;

/** Permission bits of `Permissions`. */
export const BOND = 8n;
export const SLASH = 16n;
export const REQUIRE = 128n;

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
  readonly authority: AccessManager;
  readonly token: PlainToken;
  readonly settlement: SettlementRecorder;
  readonly staking: StakingRegistry;
}

/** A staking registry whose modules are plain accounts, and providers with MILL and an allowance. */
export function stakingFixture({ ethers }: Connection): () => Promise<StakingContext> {
  return async function deployStaking() {
    const [governor, alice, bob, carol, buyer, reporter, market, nodes, stranger] = await ethers.getSigners();
    const authority = await ethers.deployContract("AccessManager", [governor]);
    const token = await ethers.deployContract("PlainToken", [10n ** 27n]);
    const settlement = await ethers.deployContract("SettlementRecorder", [token, EPOCH_SECONDS, SLOTS_PER_EPOCH]);
    const staking = await ethers.deployContract("StakingRegistry", [
      governor,
      authority,
      token,
      settlement,
      MIN_THAW_SECONDS,
      THAW_SECONDS,
    ]);
    await staking.wire(market, BOND | SLASH);
    await staking.wire(nodes, REQUIRE);
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
      authority,
      token,
      settlement,
      staking,
    };
  };
}
