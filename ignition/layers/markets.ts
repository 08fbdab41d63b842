import type { IgnitionModuleBuilder } from "@nomicfoundation/ignition-core";

import type { Claims } from "./claims.js";
import type { Base, Contracts } from "./Layer.js";
import type { Members } from "./members.js";
import type { Money } from "./money.js";
import type { Uptime } from "./uptime.js";

/** Where buyers and providers meet: tasks of four kinds, leases in three ways, and vouchers. */
export type Markets = Contracts<
  | "TaskMarket"
  | "MachineMarket"
  | "ProofMarket"
  | "ApprovalMarket"
  | "LeaseMarket"
  | "LeaseOrders"
  | "QuoteDesk"
  | "VoucherChannels"
>;

export function markets(
  m: IgnitionModuleBuilder,
  { deployer, authority, ...below }: Base & Money & Members & Uptime & Claims,
): Markets {
  const { MillToken, BurnMintSettlement, StakingRegistry, NodeRegistry, NodeTraits } = below;
  /** What every market sells with: credits, and who may sell. */
  const trade = [authority, MillToken, BurnMintSettlement, StakingRegistry];
  const tasks = [...trade, NodeRegistry, NodeTraits];
  const bondRule = m.getParameter("taskBondRule");

  const TaskMarket = m.contract("TaskMarket", [...tasks, below.ResultClaims, bondRule]);
  const MachineMarket = m.contract("MachineMarket", [...tasks, below.RunClaims, bondRule]);
  const ProofMarket = m.contract("ProofMarket", [...tasks, bondRule]);
  const ApprovalMarket = m.contract("ApprovalMarket", [...tasks, bondRule]);
  const LeaseMarket = m.contract("LeaseMarket", [
    deployer,
    ...trade,
    NodeRegistry,
    below.MaintenanceWindows,
    below.UptimeOracle,
    below.UptimeChallenges,
    below.UptimeReceipts,
    m.getParameter("leasePeriods"),
  ]);
  const LeaseOrders = m.contract("LeaseOrders", [...trade, NodeRegistry, below.Inspections, LeaseMarket]);
  const QuoteDesk = m.contract("QuoteDesk", [...trade, NodeRegistry, LeaseMarket]);
  const VoucherChannels = m.contract("VoucherChannels", [...trade, m.getParameter("channelMinNoticeSeconds")]);
  return {
    TaskMarket,
    MachineMarket,
    ProofMarket,
    ApprovalMarket,
    LeaseMarket,
    LeaseOrders,
    QuoteDesk,
    VoucherChannels,
  };
}
