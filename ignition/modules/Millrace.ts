import { buildModule } from "@nomicfoundation/hardhat-ignition/modules";
import type { CallableContractFuture, IgnitionModuleBuilder } from "@nomicfoundation/ignition-core";
import { id } from "ethers";

import { CLASSES } from "../classes.js";
import { KERNELS } from "../kernels.js";
import { GOVERNED, GUARDIAN_FUNCTIONS, ROLES } from "../roles.js";
import { permissionBits, WIRING } from "../wiring.js";

type Contracts = Record<string, CallableContractFuture<string>>;
type Call = ReturnType<IgnitionModuleBuilder["call"]>;

/** Who hands over what to whom. */
interface Handover {
  readonly authority: CallableContractFuture<string>;
  readonly modules: Contracts;
  readonly deployer: ReturnType<IgnitionModuleBuilder["getAccount"]>;
  /** After this the governor is known to be somebody else. */
  readonly compared: Call;
}

/**
 * The whole protocol, lowest level first, wired and sealed. At its end the deployer holds nothing.
 * Parameters: see `ignition/parameters/`.
 */
export default buildModule("Millrace", (m) => {
  const deployer = m.getAccount(0);
  const authority = m.contract("AccessManager", [deployer]);
  const compared = compareGovernor(m, authority);

  const verification = verifiers(m);
  const MillToken = m.contract("MillToken", [
    deployer,
    m.getParameter("genesisReceiver"),
    m.getParameter("genesisMill"),
  ]);
  const PriceOracle = m.contract("PriceOracle", [
    authority,
    m.getParameter("emaHalfLifeSeconds"),
    m.getParameter("priceSources"),
    m.getParameter("deviationPpm"),
    m.getParameter("sequencerFeed"),
    m.getParameter("sequencerGraceSeconds"),
  ]);
  const clock = m.getParameter("clock");
  const SettlementTerms = m.contract("SettlementTerms", [
    authority,
    clock,
    m.getParameter("tradeTerms"),
    m.getParameter("closeTerms"),
  ]);
  const BurnMintSettlement = m.contract("BurnMintSettlement", [
    {
      deployer,
      authority,
      token: MillToken,
      oracle: PriceOracle,
      terms: SettlementTerms,
      clock,
      scheduleTotal: m.getParameter("scheduleTotal"),
      scheduleHalfLifeSeconds: m.getParameter("scheduleHalfLifeSeconds"),
      floorPerYear: m.getParameter("floorPerYear"),
      deadPriceSeconds: m.getParameter("deadPriceSeconds"),
      genesisPriceWad: m.getParameter("genesisPriceWad"),
    },
  ]);
  const StakingRegistry = m.contract("StakingRegistry", [
    deployer,
    authority,
    MillToken,
    BurnMintSettlement,
    m.getParameter("minThawSeconds"),
    m.getParameter("thawSeconds"),
  ]);
  const HardwareCatalog = m.contract("HardwareCatalog", [
    authority,
    BurnMintSettlement,
    m.getParameter("stakeGraceSeconds"),
  ]);
  const NodeRegistry = m.contract("NodeRegistry", [
    deployer,
    authority,
    StakingRegistry,
    HardwareCatalog,
    BurnMintSettlement,
  ]);
  const Inspections = m.contract("Inspections", [NodeRegistry]);
  const NodeTraits = m.contract("NodeTraits", [NodeRegistry, Inspections]);
  const MaintenanceWindows = m.contract("MaintenanceWindows", [
    StakingRegistry,
    NodeRegistry,
    m.getParameter("maintenanceRules"),
  ]);
  const UptimeOracle = m.contract("UptimeOracle", [
    deployer,
    authority,
    BurnMintSettlement,
    StakingRegistry,
    NodeRegistry,
    m.getParameter("reportChallengeSeconds"),
    m.getParameter("attestorBond"),
  ]);
  const UptimeProofs = m.contract("UptimeProofs", [UptimeOracle, BurnMintSettlement, NodeRegistry, HardwareCatalog]);
  const BlockBeacon = m.contract("BlockBeacon");
  const CapacityProofs = m.contract("CapacityProofs", [
    {
      beacon: BlockBeacon,
      nodes: NodeRegistry,
      catalog: HardwareCatalog,
      staking: StakingRegistry,
      settlement: BurnMintSettlement,
      kernel: member(verification, "MatMul"),
      sequencerFeed: m.getParameter("sequencerFeed"),
    },
    m.getParameter("capacityRules"),
  ]);
  const UptimeChallenges = m.contract("UptimeChallenges", [
    UptimeOracle,
    BurnMintSettlement,
    NodeRegistry,
    HardwareCatalog,
    CapacityProofs,
    m.getParameter("uptimeBondWei"),
  ]);
  const UptimeReceipts = m.contract("UptimeReceipts", [UptimeOracle]);
  const UptimeRewards = m.contract("UptimeRewards", [
    MillToken,
    BurnMintSettlement,
    StakingRegistry,
    UptimeOracle,
    UptimeChallenges,
  ]);
  const ResultClaims = m.contract("ResultClaims", [
    {
      deployer,
      authority,
      staking: StakingRegistry,
      verifier: verification.TensorVerifier,
      branchBondWei: m.getParameter("branchBondWei"),
      rewards: m.getParameter("claimRewards"),
      forcedInclusionSeconds: m.getParameter("forcedInclusionSeconds"),
    },
  ]);
  const TaskMarket = m.contract("TaskMarket", [
    authority,
    MillToken,
    BurnMintSettlement,
    StakingRegistry,
    NodeRegistry,
    NodeTraits,
    ResultClaims,
    m.getParameter("taskBondRule"),
  ]);
  const CheckSeats = m.contract("CheckSeats", [
    deployer,
    authority,
    StakingRegistry,
    m.getParameter("seatLeaveSeconds"),
    m.getParameter("seatBond"),
  ]);
  const CheckPot = m.contract("CheckPot", [deployer, MillToken, BurnMintSettlement, m.getParameter("checkPotCap")]);
  const RunClaims = m.contract("RunClaims", [
    {
      deployer,
      authority,
      staking: StakingRegistry,
      verifier: verification.Rv32Verifier,
      branchBondWei: m.getParameter("branchBondWei"),
      rewards: m.getParameter("claimRewards"),
      forcedInclusionSeconds: m.getParameter("forcedInclusionSeconds"),
    },
    NodeRegistry,
  ]);
  const MachineMarket = m.contract("MachineMarket", [
    authority,
    MillToken,
    BurnMintSettlement,
    StakingRegistry,
    NodeRegistry,
    NodeTraits,
    RunClaims,
    m.getParameter("taskBondRule"),
  ]);
  const checkParts = {
    authority,
    settlement: BurnMintSettlement,
    staking: StakingRegistry,
    seats: CheckSeats,
    pot: CheckPot,
    beacon: BlockBeacon,
  };
  const ResultChecks = m.contract("ResultChecks", [
    { ...checkParts, claims: ResultClaims, tasks: TaskMarket },
    verification.TensorVerifier,
    m.getParameter("checkRules"),
    m.getParameter("checkSampling"),
  ]);
  const RunChecks = m.contract("RunChecks", [
    { ...checkParts, claims: RunClaims, tasks: MachineMarket },
    verification.Rv32Verifier,
    m.getParameter("checkRules"),
    m.getParameter("checkSampling"),
  ]);
  const ProofMarket = m.contract("ProofMarket", [
    authority,
    MillToken,
    BurnMintSettlement,
    StakingRegistry,
    NodeRegistry,
    NodeTraits,
    m.getParameter("taskBondRule"),
  ]);
  const ApprovalMarket = m.contract("ApprovalMarket", [
    authority,
    MillToken,
    BurnMintSettlement,
    StakingRegistry,
    NodeRegistry,
    NodeTraits,
    m.getParameter("taskBondRule"),
  ]);
  const LeaseMarket = m.contract("LeaseMarket", [
    deployer,
    authority,
    MillToken,
    BurnMintSettlement,
    StakingRegistry,
    NodeRegistry,
    MaintenanceWindows,
    UptimeOracle,
    UptimeChallenges,
    UptimeReceipts,
    m.getParameter("leasePeriods"),
  ]);
  const VoucherChannels = m.contract("VoucherChannels", [
    authority,
    MillToken,
    BurnMintSettlement,
    StakingRegistry,
    m.getParameter("channelMinNoticeSeconds"),
  ]);
  const LeaseOrders = m.contract("LeaseOrders", [
    authority,
    MillToken,
    BurnMintSettlement,
    StakingRegistry,
    NodeRegistry,
    Inspections,
    LeaseMarket,
  ]);
  const QuoteDesk = m.contract("QuoteDesk", [
    authority,
    MillToken,
    BurnMintSettlement,
    StakingRegistry,
    NodeRegistry,
    LeaseMarket,
  ]);

  const modules = {
    MillToken,
    PriceOracle,
    SettlementTerms,
    BurnMintSettlement,
    StakingRegistry,
    HardwareCatalog,
    NodeRegistry,
    Inspections,
    NodeTraits,
    MaintenanceWindows,
    UptimeOracle,
    UptimeProofs,
    UptimeChallenges,
    UptimeReceipts,
    UptimeRewards,
    BlockBeacon,
    CapacityProofs,
    ResultClaims,
    TaskMarket,
    LeaseMarket,
    VoucherChannels,
    LeaseOrders,
    QuoteDesk,
    ProofMarket,
    ApprovalMarket,
    RunClaims,
    MachineMarket,
    CheckSeats,
    CheckPot,
    ResultChecks,
    RunChecks,
  };

  const payees = m.call(BurnMintSettlement, "setPayees", [UptimeRewards, m.getParameter("ecosystemPayee")]);
  const checksPayee = m.call(BurnMintSettlement, "setChecksPayee", [CheckPot]);
  const sealed = wireAndSeal(m, modules, [compared, payees, checksPayee]);
  const classes = CLASSES.map(({ kind, name, stakePerUnit, weight, challengeSize }, index) =>
    m.call(HardwareCatalog, "addClass", [kind, name, stakePerUnit, weight, challengeSize], {
      id: `addClass${index + 1}`,
      after: [compared],
    }),
  );
  handOver(m, { authority, modules, deployer, compared }, [...sealed, ...classes]);

  return { AccessManager: authority, ...modules, ...verification };
});

/** The registry of kernels, all kernels of this repository admitted, the verifier over it, and that of machines. */
function verifiers(m: IgnitionModuleBuilder) {
  const KernelRegistry = m.contract("KernelRegistry");
  const TensorVerifier = m.contract("TensorVerifier", [KernelRegistry]);
  const Rv32Verifier = m.contract("Rv32Verifier");
  const kernels: Contracts = {};
  for (const name of KERNELS) {
    const kernel = m.contract(name);
    m.call(KernelRegistry, "admit", [kernel], { id: `admit${name}` });
    kernels[name] = kernel;
  }
  return { KernelRegistry, TensorVerifier, Rv32Verifier, ...kernels };
}

/**
 * Stops here if the governor is the deployer, which gives its role away in the end: nobody would govern, for ever. Ignition
 * cannot compare accounts, so the chain does: the deployer that takes the role from itself may not name the guardian's.
 */
function compareGovernor(m: IgnitionModuleBuilder, authority: CallableContractFuture<string>): Call {
  const taken = m.call(authority, "revokeRole", [ROLES.governor, m.getParameter("governor")], { id: "freeOfGovernor" });
  return m.call(authority, "labelRole", [ROLES.guardian, "guardian"], {
    id: "governorIsNotTheDeployer",
    after: [taken],
  });
}

/** Fills the maps of the callees from the one table of the wiring, then makes them final. */
function wireAndSeal(m: IgnitionModuleBuilder, modules: Contracts, before: Call[]) {
  const callees = [...new Set(WIRING.map(({ callee }) => callee))];
  return callees.map((callee) => {
    const contract = member(modules, callee);
    const wires = WIRING.filter((wire) => wire.callee === callee).map(({ caller, permissions }) =>
      m.call(contract, "wire", [member(modules, caller), permissionBits(permissions)], {
        id: `wire${callee}${caller}`,
      }),
    );
    return m.call(contract, "seal", [], { id: `seal${callee}`, after: [...wires, ...before] });
  });
}

/** Gives the guardian its one function, the governor everything else, and takes the deployer's role away. */
function handOver(m: IgnitionModuleBuilder, { authority, modules, deployer, compared }: Handover, after: Call[]): void {
  const selectors = GUARDIAN_FUNCTIONS.map((name) => id(`${name}(uint32)`).slice(0, 10));
  const pausable = GOVERNED.filter((governed) => governed.pausable).map(({ contract }) =>
    m.call(authority, "setTargetFunctionRole", [member(modules, contract), selectors, ROLES.guardian], {
      id: `guard${contract}`,
      after: [compared],
    }),
  );
  const guardian = m.call(authority, "grantRole", [ROLES.guardian, m.getParameter("guardian"), 0], {
    id: "grantGuardian",
    after: [compared],
  });
  const governor = m.call(authority, "grantRole", [ROLES.governor, m.getParameter("governor"), 0], {
    id: "grantGovernor",
    after: [...after, ...pausable, guardian],
  });
  m.call(authority, "renounceRole", [ROLES.governor, deployer], { id: "renounceDeployer", after: [governor] });
}

function member(modules: Contracts, name: string): CallableContractFuture<string> {
  const contract = modules[name];
  if (contract === undefined) throw new Error(`the wiring names ${name}, which is not deployed`);
  return contract;
}
