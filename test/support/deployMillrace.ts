import type { HardhatEthersSigner } from "@nomicfoundation/hardhat-ethers/types";
import type hre from "hardhat";

import type {
  AccessManager,
  BurnMintSettlement,
  HardwareCatalog,
  KernelRegistry,
  LeaseMarket,
  MillToken,
  NodeRegistry,
  PostedFeed,
  PriceOracle,
  ResultClaims,
  SettlementTerms,
  StakingRegistry,
  TaskMarket,
  TensorVerifier,
  UptimeOracle,
} from "../../typechain-types/index.js";

/** A chain of one test file. */
export type Connection = Awaited<ReturnType<typeof hre.network.create>>;

export const MILL = 10n ** 18n;
export const CREDIT = 10n ** 18n;

const FEED_DECIMALS = 8;
const FEED_HEARTBEAT_SECONDS = 86_400;

/** Permission bits of `Permissions`. */
export const Permission = {
  MINT: 1n,
  CREDIT: 2n,
  COMPENSATE: 4n,
  BOND: 8n,
  SLASH: 16n,
  RESERVE: 32n,
  JAIL: 64n,
  REQUIRE: 128n,
  POST: 256n,
} as const;

/** Everything that a deployment can choose; short periods, so that tests need not move far. */
export const PARAMETERS = {
  epochSeconds: 200,
  slotsPerEpoch: 20,
  genesisMill: 1_000_000_000n * MILL,
  genesisPriceWad: 2n * 10n ** 18n,
  halfLifeSeconds: 60,
  scheduleTotal: 1_000_000_000n * MILL,
  scheduleHalfLifeSeconds: 4 * 365 * 86_400,
  floorPerYear: 20_000_000n * MILL,
  deadPriceSeconds: 7 * 86_400,
  tradeTerms: { feePpm: 50_000, spreadPpm: 5_000, hourlyCapPpm: 200_000, hourlyCapFloor: 10n ** 26n },
  closeTerms: {
    fromEpoch: 0,
    gammaPpm: 500_000,
    tauPpm: 500_000,
    kappaPpm: 33_000,
    bufferPpm: 250_000,
    availabilityPpm: 700_000,
    attestorsPpm: 100_000,
    checksPpm: 0,
  },
  minThawSeconds: 1_000,
  thawSeconds: 2_000,
  catalogGraceSeconds: 1_000,
  branchBondWei: 10n ** 16n,
  challengeSeconds: 60,
  attestorBond: 1_000n * MILL,
  bondRule: { floor: 10n * MILL, detectionPpm: 500_000 },
  periods: { graceSeconds: 100, noticeSeconds: 60, reportTimeoutSeconds: 400, leafTimeoutSeconds: 2_000 },
};

/** A deployment. */
export interface Millrace {
  parameters: typeof PARAMETERS;
  clock: { genesisAt: number; epochSeconds: number; slotsPerEpoch: number };
  /** Governs, and holds all MILL that nobody was given. */
  governor: HardhatEthersSigner;
  authority: AccessManager;
  token: MillToken;
  priceOracle: PriceOracle;
  feeds: PostedFeed[];
  terms: SettlementTerms;
  settlement: BurnMintSettlement;
  staking: StakingRegistry;
  catalog: HardwareCatalog;
  nodes: NodeRegistry;
  kernels: KernelRegistry;
  verifier: TensorVerifier;
  claims: ResultClaims;
  uptime: UptimeOracle;
  tasks: TaskMarket;
  leases: LeaseMarket;
}

/**
 * Deploys and wires the whole system, seals it, and posts a first price. The first account governs and holds all MILL.
 * @param connection - the chain
 * @param changes - parameters that differ from `PARAMETERS`
 */
export async function deployMillrace(
  connection: Connection,
  changes: Partial<typeof PARAMETERS> = {},
): Promise<Millrace> {
  const { ethers, networkHelpers } = connection;
  const parameters = { ...PARAMETERS, ...changes };
  const [governor] = await ethers.getSigners();
  // A chain is as old as the file that made it, and other files may have run for minutes since: what comes next would
  // lie in the past of its clock.
  await networkHelpers.mine();
  const genesisAt = await networkHelpers.time.latest();
  const clock = { genesisAt, epochSeconds: parameters.epochSeconds, slotsPerEpoch: parameters.slotsPerEpoch };

  const authority = await ethers.deployContract("AccessManager", [governor]);
  const token = await ethers.deployContract("MillToken", [governor, governor, parameters.genesisMill]);
  const { genesisPriceWad, halfLifeSeconds } = parameters;
  const { priceOracle, feeds } = await deployPrices(connection, authority, genesisPriceWad, halfLifeSeconds);
  const terms = await ethers.deployContract("SettlementTerms", [
    authority,
    clock,
    parameters.tradeTerms,
    parameters.closeTerms,
  ]);
  const settlement = await ethers.deployContract("BurnMintSettlement", [
    {
      deployer: governor,
      authority,
      token,
      oracle: priceOracle,
      terms,
      clock,
      scheduleTotal: parameters.scheduleTotal,
      scheduleHalfLifeSeconds: parameters.scheduleHalfLifeSeconds,
      floorPerYear: parameters.floorPerYear,
      deadPriceSeconds: parameters.deadPriceSeconds,
      genesisPriceWad: parameters.genesisPriceWad,
    },
  ]);
  const staking = await ethers.deployContract("StakingRegistry", [
    governor,
    authority,
    token,
    settlement,
    parameters.minThawSeconds,
    parameters.thawSeconds,
  ]);
  const catalog = await ethers.deployContract("HardwareCatalog", [
    authority,
    settlement,
    parameters.catalogGraceSeconds,
  ]);
  const nodes = await ethers.deployContract("NodeRegistry", [governor, authority, staking, catalog, settlement]);
  const kernels = await ethers.deployContract("KernelRegistry");
  const verifier = await ethers.deployContract("TensorVerifier", [kernels]);
  const claims = await ethers.deployContract("ResultClaims", [
    governor,
    authority,
    staking,
    verifier,
    parameters.branchBondWei,
  ]);
  const uptime = await ethers.deployContract("UptimeOracle", [
    authority,
    token,
    settlement,
    staking,
    nodes,
    parameters.challengeSeconds,
    parameters.attestorBond,
  ]);
  const tasks = await ethers.deployContract("TaskMarket", [
    authority,
    settlement,
    staking,
    nodes,
    claims,
    parameters.bondRule,
  ]);
  const leases = await ethers.deployContract("LeaseMarket", [authority, settlement, nodes, uptime, parameters.periods]);

  await token.wire(settlement, Permission.MINT);
  await settlement.wire(tasks, Permission.CREDIT);
  await settlement.wire(leases, Permission.CREDIT);
  await settlement.wire(staking, Permission.COMPENSATE);
  await settlement.setPayees(uptime, governor);
  await staking.wire(tasks, Permission.BOND | Permission.SLASH);
  await staking.wire(claims, Permission.SLASH);
  await staking.wire(uptime, Permission.BOND | Permission.SLASH);
  await staking.wire(nodes, Permission.REQUIRE);
  await nodes.wire(tasks, Permission.RESERVE);
  await nodes.wire(leases, Permission.RESERVE);
  await claims.wire(tasks, Permission.POST);
  for (const module of [token, settlement, staking, nodes, claims]) await module.seal();

  // Purchases need one half-life of history.
  await networkHelpers.time.increase(halfLifeSeconds);

  return {
    parameters,
    clock,
    governor,
    authority,
    token,
    priceOracle,
    feeds,
    terms,
    settlement,
    staking,
    catalog,
    nodes,
    kernels,
    verifier,
    claims,
    uptime,
    tasks,
    leases,
  };
}

/** Two feeds that the first account posts to, and the oracle over them with a first observation. */
async function deployPrices(
  { ethers }: Connection,
  authority: AccessManager,
  priceWad: bigint,
  halfLifeSeconds: number,
): Promise<Pick<Millrace, "priceOracle" | "feeds">> {
  const [governor] = await ethers.getSigners();
  const feeds = [
    await ethers.deployContract("PostedFeed", [governor, FEED_DECIMALS, "MILL / USD"]),
    await ethers.deployContract("PostedFeed", [governor, FEED_DECIMALS, "MILL / USD"]),
  ];
  for (const feed of feeds) await feed.post(priceWad / 10n ** BigInt(18 - FEED_DECIMALS));
  const sources = await Promise.all(
    feeds.map(async (feed) => ({ feed: await feed.getAddress(), heartbeatSeconds: FEED_HEARTBEAT_SECONDS })),
  );
  const priceOracle = await ethers.deployContract("PriceOracle", [
    authority,
    halfLifeSeconds,
    sources,
    20_000,
    ethers.ZeroAddress,
    0,
  ]);
  await priceOracle.observe();
  return { priceOracle, feeds };
}
