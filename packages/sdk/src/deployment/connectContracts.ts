import type { ContractRunner } from "ethers";

import * as types from "../../../../typechain-types/index.js";
import type { Deployment } from "./Deployment.js";

/** Contracts by what they are for. */
export interface Contracts {
  readonly access: types.AccessManager;
  readonly approvals: types.IApprovalMarket;
  readonly beacon: types.IBlockBeacon;
  readonly capacity: types.ICapacityProofs;
  readonly catalog: types.IHardwareCatalog;
  readonly checkPot: types.ICheckPot;
  readonly checks: types.IResultChecks;
  readonly challenges: types.IUptimeChallenges;
  readonly channels: types.IVoucherChannels;
  readonly claims: types.IResultClaims;
  readonly inspections: types.IInspections;
  readonly kernels: types.IKernelRegistry;
  readonly leases: types.ILeaseMarket;
  readonly machines: types.IMachineMarket;
  readonly maintenance: types.IMaintenanceWindows;
  readonly nodes: types.INodeRegistry;
  readonly orders: types.ILeaseOrders;
  readonly prices: types.IPriceOracle;
  readonly quotes: types.IQuoteDesk;
  readonly proofs: types.IProofMarket;
  readonly receipts: types.IUptimeReceipts;
  readonly rewards: types.IUptimeRewards;
  readonly runChecks: types.IRunChecks;
  readonly runs: types.IRunClaims;
  readonly seats: types.ICheckSeats;
  readonly settlement: types.IBurnMintSettlement;
  readonly staking: types.IStakingRegistry;
  readonly tasks: types.ITaskMarket;
  readonly token: types.IMillToken;
  readonly traits: types.INodeTraits;
  readonly uptime: types.IUptimeOracle;
  readonly uptimeProofs: types.IUptimeProofs;
  readonly verifier: types.ITensorVerifier;
}

/** Typed handles of all contracts of a deployment: to read through a provider, to write through a signer. */
export function connectContracts({ contracts }: Pick<Deployment, "contracts">, runner: ContractRunner): Contracts {
  return {
    access: types.AccessManager__factory.connect(contracts.AccessManager, runner),
    approvals: types.IApprovalMarket__factory.connect(contracts.ApprovalMarket, runner),
    beacon: types.IBlockBeacon__factory.connect(contracts.BlockBeacon, runner),
    capacity: types.ICapacityProofs__factory.connect(contracts.CapacityProofs, runner),
    catalog: types.IHardwareCatalog__factory.connect(contracts.HardwareCatalog, runner),
    checkPot: types.ICheckPot__factory.connect(contracts.CheckPot, runner),
    checks: types.IResultChecks__factory.connect(contracts.ResultChecks, runner),
    challenges: types.IUptimeChallenges__factory.connect(contracts.UptimeChallenges, runner),
    channels: types.IVoucherChannels__factory.connect(contracts.VoucherChannels, runner),
    claims: types.IResultClaims__factory.connect(contracts.ResultClaims, runner),
    inspections: types.IInspections__factory.connect(contracts.Inspections, runner),
    kernels: types.IKernelRegistry__factory.connect(contracts.KernelRegistry, runner),
    leases: types.ILeaseMarket__factory.connect(contracts.LeaseMarket, runner),
    machines: types.IMachineMarket__factory.connect(contracts.MachineMarket, runner),
    maintenance: types.IMaintenanceWindows__factory.connect(contracts.MaintenanceWindows, runner),
    nodes: types.INodeRegistry__factory.connect(contracts.NodeRegistry, runner),
    orders: types.ILeaseOrders__factory.connect(contracts.LeaseOrders, runner),
    prices: types.IPriceOracle__factory.connect(contracts.PriceOracle, runner),
    quotes: types.IQuoteDesk__factory.connect(contracts.QuoteDesk, runner),
    proofs: types.IProofMarket__factory.connect(contracts.ProofMarket, runner),
    receipts: types.IUptimeReceipts__factory.connect(contracts.UptimeReceipts, runner),
    rewards: types.IUptimeRewards__factory.connect(contracts.UptimeRewards, runner),
    runChecks: types.IRunChecks__factory.connect(contracts.RunChecks, runner),
    runs: types.IRunClaims__factory.connect(contracts.RunClaims, runner),
    seats: types.ICheckSeats__factory.connect(contracts.CheckSeats, runner),
    settlement: types.IBurnMintSettlement__factory.connect(contracts.BurnMintSettlement, runner),
    staking: types.IStakingRegistry__factory.connect(contracts.StakingRegistry, runner),
    tasks: types.ITaskMarket__factory.connect(contracts.TaskMarket, runner),
    token: types.IMillToken__factory.connect(contracts.MillToken, runner),
    traits: types.INodeTraits__factory.connect(contracts.NodeTraits, runner),
    uptime: types.IUptimeOracle__factory.connect(contracts.UptimeOracle, runner),
    uptimeProofs: types.IUptimeProofs__factory.connect(contracts.UptimeProofs, runner),
    verifier: types.ITensorVerifier__factory.connect(contracts.TensorVerifier, runner),
  };
}
