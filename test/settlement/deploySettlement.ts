import type { HardhatEthersSigner } from "@nomicfoundation/hardhat-ethers/types";
import type hre from "hardhat";

import type {
  AccessManager,
  BurnMintSettlement,
  MillToken,
  PostedFeed,
  PriceOracle,
  SettlementTerms,
} from "../../typechain-types/index.js";
import {
  CLOSE_TERMS,
  DEAD_PRICE_SECONDS,
  DEVIATION_PPM,
  EPOCH_SECONDS,
  FLOOR_PER_YEAR,
  GENESIS_MILL,
  HALF_LIFE_SECONDS,
  HEARTBEAT_SECONDS,
  MINT,
  SCHEDULE_HALF_LIFE_SECONDS,
  SCHEDULE_TOTAL,
  SLOTS_PER_EPOCH,
  TRADE_TERMS,
  WAD,
} from "./settlementTerms.js";

/** What `deploySettlement` deploys. */
export interface DeployedSettlement {
  readonly authority: AccessManager;
  readonly token: MillToken;
  readonly feeds: PostedFeed[];
  readonly oracle: PriceOracle;
  readonly terms: SettlementTerms;
  readonly settlement: BurnMintSettlement;
  readonly genesisAt: number;
}

/** The real token, oracle and settlement, which may mint; both unsealed, on feeds that have no price yet. */
export async function deploySettlement(
  { ethers, networkHelpers }: Awaited<ReturnType<typeof hre.network.create>>,
  { governor, treasury }: { readonly governor: HardhatEthersSigner; readonly treasury: HardhatEthersSigner },
): Promise<DeployedSettlement> {
  const authority = await ethers.deployContract("AccessManager", [governor]);
  const token = await ethers.deployContract("MillToken", [governor, treasury, GENESIS_MILL]);
  const feeds = [
    await ethers.deployContract("PostedFeed", [governor, 8, "MILL / USD"]),
    await ethers.deployContract("PostedFeed", [governor, 18, "MILL / USD"]),
  ];
  const oracle = await ethers.deployContract("PriceOracle", [
    authority,
    HALF_LIFE_SECONDS,
    feeds.map((feed) => ({ feed, heartbeatSeconds: HEARTBEAT_SECONDS })),
    DEVIATION_PPM,
    ethers.ZeroAddress,
    0,
  ]);
  const genesisAt = await networkHelpers.time.latest();
  const clock = { genesisAt, epochSeconds: EPOCH_SECONDS, slotsPerEpoch: SLOTS_PER_EPOCH };
  const terms = await ethers.deployContract("SettlementTerms", [authority, clock, TRADE_TERMS, CLOSE_TERMS]);
  const settlement = await ethers.deployContract("BurnMintSettlement", [
    {
      deployer: governor,
      authority,
      token,
      oracle,
      terms,
      clock,
      scheduleTotal: SCHEDULE_TOTAL,
      scheduleHalfLifeSeconds: SCHEDULE_HALF_LIFE_SECONDS,
      floorPerYear: FLOOR_PER_YEAR,
      deadPriceSeconds: DEAD_PRICE_SECONDS,
      genesisPriceWad: WAD,
    },
  ]);
  await token.wire(settlement, MINT);
  return { authority, token, feeds, oracle, terms, settlement, genesisAt };
}
