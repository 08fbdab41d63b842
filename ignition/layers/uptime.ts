import type { IgnitionModuleBuilder } from "@nomicfoundation/ignition-core";

import type { Base, Contracts } from "./Layer.js";
import type { Members } from "./members.js";
import type { Money } from "./money.js";
import type { Randomness } from "./randomness.js";
import type { Verifiers } from "./verifiers.js";

/** Proof that hardware is there and answers, and what is paid for it. */
export type Uptime = Contracts<
  "UptimeOracle" | "UptimeProofs" | "CapacityProofs" | "UptimeChallenges" | "UptimeReceipts" | "UptimeRewards"
>;

export function uptime(
  m: IgnitionModuleBuilder,
  { deployer, authority, ...below }: Base & Money & Members & Verifiers & Randomness,
): Uptime {
  const { MillToken, BurnMintSettlement, StakingRegistry, HardwareCatalog, NodeRegistry, MatMul } = below;
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
  const CapacityProofs = m.contract("CapacityProofs", [
    {
      beacon: below.BlockBeacon,
      nodes: NodeRegistry,
      catalog: HardwareCatalog,
      staking: StakingRegistry,
      settlement: BurnMintSettlement,
      kernel: MatMul,
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
  return { UptimeOracle, UptimeProofs, CapacityProofs, UptimeChallenges, UptimeReceipts, UptimeRewards };
}
