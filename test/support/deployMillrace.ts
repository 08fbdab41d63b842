import type { HardhatEthersSigner } from "@nomicfoundation/hardhat-ethers/types";
import type { Future } from "@nomicfoundation/ignition-core";
import type hre from "hardhat";

import { KERNELS } from "../../ignition/kernels.js";
import { localParameters } from "../../ignition/localParameters.js";
import MillraceModule from "../../ignition/modules/Millrace.js";
import type {
  AccessManager,
  ApprovalMarket,
  BlockBeacon,
  BurnMintSettlement,
  CapacityProofs,
  CheckPot,
  CheckSeats,
  HardwareCatalog,
  Inspections,
  KernelRegistry,
  LeaseMarket,
  LeaseOrders,
  MaintenanceWindows,
  MillToken,
  NodeRegistry,
  NodeTraits,
  PostedFeed,
  PriceOracle,
  QuoteDesk,
  MachineMarket,
  ProofMarket,
  ResultChecks,
  ResultClaims,
  RunChecks,
  RunClaims,
  Rv32Verifier,
  SettlementTerms,
  StakingRegistry,
  TaskMarket,
  TensorVerifier,
  UptimeChallenges,
  UptimeOracle,
  UptimeProofs,
  UptimeReceipts,
  UptimeRewards,
  VoucherChannels,
} from "../../typechain-types/index.js";
import { runModule } from "./runModule.js";

/** A chain of one test file. */
export type Connection = Awaited<ReturnType<typeof hre.network.create>>;

export const MILL = 10n ** 18n;
export const CREDIT = 10n ** 18n;

const FEED_DECIMALS = 8;
const FEED_HEARTBEAT_SECONDS = 86_400;

/** What differs from `ignition/parameters/local.json`: periods that a test can tell apart and need not wait long for. */
export const PARAMETERS = {
  genesisMill: 1_000_000_000n * MILL,
  genesisPriceWad: 2n * 10n ** 18n,
  emaHalfLifeSeconds: 60,
  tradeTerms: { feePpm: 50_000, spreadPpm: 5_000, hourlyCapPpm: 200_000, hourlyCapFloor: 10n ** 26n },
  closeTerms: {
    gammaPpm: 500_000,
    tauPpm: 500_000,
    kappaPpm: 33_000,
    bufferPpm: 250_000,
    availabilityPpm: 700_000,
    attestorsPpm: 100_000,
    checksPpm: 50_000,
  },
  minThawSeconds: 1_000,
  thawSeconds: 2_000,
  stakeGraceSeconds: 1_000,
  maintenanceRules: { noticeSeconds: 200, budgetSeconds: 400, periodSeconds: 4_000 },
  capacityRules: {
    drawDelaySeconds: 0,
    leadSeconds: 10,
    windowSeconds: 30,
    openSeconds: 30,
    reportSeconds: 30,
    jailSeconds: 1_000,
    pickPpm: 250_000,
    entryCount: 4,
    rowsLog2: 3,
    rowWordsLog2: 0,
    recheckEpochs: 2,
    validEpochs: 4,
    strikes: 2,
  },
  branchBondWei: 10n ** 16n,
  claimRewards: { cap: 100_000n * MILL, moveRefund: MILL },
  forcedInclusionSeconds: 0,
  reportChallengeSeconds: 60,
  attestorBond: 1_000n * MILL,
  uptimeBondWei: 10n ** 16n,
  taskBondRule: { floor: 10n * MILL, detectionPpm: 500_000 },
  seatLeaveSeconds: 2_000,
  seatBond: 1_000n * MILL,
  checkRules: { leadSeconds: 2, gridSeconds: 2, maxLifeSeconds: 1_000, openings: 4 },
  checkPotCap: 100n * MILL,
  checkSampling: { pickPpm: 500_000, checkers: 2 },
  leasePeriods: { graceSeconds: 100, noticeSeconds: 60, reportTimeoutSeconds: 400, leafTimeoutSeconds: 2_000 },
  channelMinNoticeSeconds: 30,
};

/** Epochs that pass quickly. */
const EPOCHS = { epochSeconds: 200, slotsPerEpoch: 20 };
/** When a test begins, after genesis: the same however many transactions a deployment takes, and before the epoch ends. */
const READY_SECONDS = 160;

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
  inspections: Inspections;
  traits: NodeTraits;
  maintenance: MaintenanceWindows;
  kernels: KernelRegistry;
  verifier: TensorVerifier;
  claims: ResultClaims;
  uptime: UptimeOracle;
  uptimeProofs: UptimeProofs;
  challenges: UptimeChallenges;
  receipts: UptimeReceipts;
  rewards: UptimeRewards;
  beacon: BlockBeacon;
  capacity: CapacityProofs;
  tasks: TaskMarket;
  leases: LeaseMarket;
  channels: VoucherChannels;
  orders: LeaseOrders;
  quotes: QuoteDesk;
  proofs: ProofMarket;
  approvals: ApprovalMarket;
  machine: Rv32Verifier;
  machines: MachineMarket;
  runs: RunClaims;
  seats: CheckSeats;
  checkPot: CheckPot;
  checks: ResultChecks;
  runChecks: RunChecks;
}

/**
 * Deploys the whole system by its own Ignition module, but at once, and posts a first price. The first account governs
 * and holds all MILL; the last one deploys. Kernels and classes are left to the test.
 * @param connection - the chain
 * @param changes - parameters that differ from `PARAMETERS`
 * @param epochs - another clock than that of tests
 */
export async function deployMillrace(
  connection: Connection,
  changes: Partial<typeof PARAMETERS> = {},
  epochs = EPOCHS,
): Promise<Millrace> {
  const { ethers, networkHelpers } = connection;
  const parameters = { ...PARAMETERS, ...changes };
  const signers = await ethers.getSigners();
  const [governor] = signers;
  const deployer = signers[signers.length - 1];
  // A chain is as old as the file that made it, and other files may have run for minutes since: what comes next would
  // lie in the past of its clock.
  await networkHelpers.mine();
  const genesisAt = await networkHelpers.time.latest();
  const clock = { genesisAt, ...epochs };
  const feeds = await deployFeeds(connection, parameters.genesisPriceWad);

  let pricedAt = genesisAt;
  const contracts = await runModule(connection, MillraceModule, {
    deployer,
    parameters: {
      ...localParameters(),
      ...parameters,
      clock,
      governor: governor.address,
      guardian: governor.address,
      genesisReceiver: governor.address,
      ecosystemPayee: governor.address,
      priceSources: await Promise.all(
        feeds.map(async (feed) => ({ feed: await feed.getAddress(), heartbeatSeconds: FEED_HEARTBEAT_SECONDS })),
      ),
    },
    skip: isOfTheTest,
    onDeployed: async (name, contract) => {
      if (name !== "PriceOracle") return;
      await (contract as PriceOracle).observe();
      pricedAt = await networkHelpers.time.latest();
    },
  });
  const connected = (name: string) => contracts[name].connect(governor);
  const priceOracle = connected("PriceOracle") as PriceOracle;
  // Purchases need one half-life of history.
  await networkHelpers.time.increaseTo(Math.max(genesisAt + READY_SECONDS, pricedAt + parameters.emaHalfLifeSeconds));

  return {
    parameters,
    clock,
    governor,
    authority: connected("AccessManager") as AccessManager,
    token: connected("MillToken") as MillToken,
    priceOracle,
    feeds,
    terms: connected("SettlementTerms") as SettlementTerms,
    settlement: connected("BurnMintSettlement") as BurnMintSettlement,
    staking: connected("StakingRegistry") as StakingRegistry,
    catalog: connected("HardwareCatalog") as HardwareCatalog,
    nodes: connected("NodeRegistry") as NodeRegistry,
    inspections: connected("Inspections") as Inspections,
    traits: connected("NodeTraits") as NodeTraits,
    maintenance: connected("MaintenanceWindows") as MaintenanceWindows,
    kernels: connected("KernelRegistry") as KernelRegistry,
    verifier: connected("TensorVerifier") as TensorVerifier,
    claims: connected("ResultClaims") as ResultClaims,
    uptime: connected("UptimeOracle") as UptimeOracle,
    uptimeProofs: connected("UptimeProofs") as UptimeProofs,
    challenges: connected("UptimeChallenges") as UptimeChallenges,
    receipts: connected("UptimeReceipts") as UptimeReceipts,
    rewards: connected("UptimeRewards") as UptimeRewards,
    beacon: connected("BlockBeacon") as BlockBeacon,
    capacity: connected("CapacityProofs") as CapacityProofs,
    tasks: connected("TaskMarket") as TaskMarket,
    leases: connected("LeaseMarket") as LeaseMarket,
    proofs: connected("ProofMarket") as ProofMarket,
    approvals: connected("ApprovalMarket") as ApprovalMarket,
    machine: connected("Rv32Verifier") as Rv32Verifier,
    machines: connected("MachineMarket") as MachineMarket,
    runs: connected("RunClaims") as RunClaims,
    seats: connected("CheckSeats") as CheckSeats,
    checkPot: connected("CheckPot") as CheckPot,
    checks: connected("ResultChecks") as ResultChecks,
    runChecks: connected("RunChecks") as RunChecks,
    channels: connected("VoucherChannels") as VoucherChannels,
    orders: connected("LeaseOrders") as LeaseOrders,
    quotes: connected("QuoteDesk") as QuoteDesk,
  };
}

/** Kernels and classes: each test admits and adds its own. */
function isOfTheTest(future: Future): boolean {
  const names: readonly string[] = KERNELS;
  // Capacity proofs stand on this one, admitted or not.
  if ("contractName" in future) return future.contractName !== "MatMul" && names.includes(future.contractName);
  return "functionName" in future && ["admit", "addClass"].includes(future.functionName);
}

/** Two feeds that the first account posts to. */
async function deployFeeds({ ethers }: Connection, priceWad: bigint): Promise<PostedFeed[]> {
  const [governor] = await ethers.getSigners();
  const feeds = [
    await ethers.deployContract("PostedFeed", [governor, FEED_DECIMALS, "MILL / USD"]),
    await ethers.deployContract("PostedFeed", [governor, FEED_DECIMALS, "MILL / USD"]),
  ];
  for (const feed of feeds) await feed.post(priceWad / 10n ** BigInt(18 - FEED_DECIMALS));
  return feeds;
}
