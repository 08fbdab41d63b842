import type { IgnitionModuleBuilder } from "@nomicfoundation/ignition-core";

import type { Base, Contracts } from "./Layer.js";
import type { Money } from "./money.js";

/** Stakes, and the hardware that providers bring. */
export type Members = Contracts<
  "StakingRegistry" | "HardwareCatalog" | "NodeRegistry" | "Inspections" | "NodeTraits" | "MaintenanceWindows"
>;

export function members(m: IgnitionModuleBuilder, { deployer, authority, ...below }: Base & Money): Members {
  const { MillToken, BurnMintSettlement } = below;
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
  return { StakingRegistry, HardwareCatalog, NodeRegistry, Inspections, NodeTraits, MaintenanceWindows };
}
