import type { IgnitionModuleBuilder } from "@nomicfoundation/ignition-core";

import type { Claims } from "./claims.js";
import type { Base, Contracts } from "./Layer.js";
import type { Markets } from "./markets.js";
import type { Members } from "./members.js";
import type { Money } from "./money.js";
import type { Randomness } from "./randomness.js";
import type { Verifiers } from "./verifiers.js";

/** Checkers that are drawn for claims, and what pays them. */
export type Checks = Contracts<"CheckSeats" | "CheckPot" | "ResultChecks" | "RunChecks">;

export function checks(
  m: IgnitionModuleBuilder,
  { deployer, authority, ...below }: Base & Money & Members & Verifiers & Randomness & Claims & Markets,
): Checks {
  const { MillToken, BurnMintSettlement, StakingRegistry, BlockBeacon } = below;
  const CheckSeats = m.contract("CheckSeats", [
    deployer,
    authority,
    StakingRegistry,
    m.getParameter("seatLeaveSeconds"),
    m.getParameter("seatBond"),
  ]);
  const CheckPot = m.contract("CheckPot", [deployer, MillToken, BurnMintSettlement, m.getParameter("checkPotCap")]);
  const parts = {
    authority,
    settlement: BurnMintSettlement,
    staking: StakingRegistry,
    seats: CheckSeats,
    pot: CheckPot,
    beacon: BlockBeacon,
  };
  const rules = [m.getParameter("checkRules"), m.getParameter("checkSampling")];
  const ResultChecks = m.contract("ResultChecks", [
    { ...parts, claims: below.ResultClaims, tasks: below.TaskMarket },
    below.TensorVerifier,
    ...rules,
  ]);
  const RunChecks = m.contract("RunChecks", [
    { ...parts, claims: below.RunClaims, tasks: below.MachineMarket },
    below.Rv32Verifier,
    ...rules,
  ]);
  return { CheckSeats, CheckPot, ResultChecks, RunChecks };
}
