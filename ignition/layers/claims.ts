import type { IgnitionModuleBuilder } from "@nomicfoundation/ignition-core";

import type { Base, Contracts } from "./Layer.js";
import type { Members } from "./members.js";
import type { Verifiers } from "./verifiers.js";

/** Claims of results, which anybody can dispute. */
export type Claims = Contracts<"ResultClaims" | "RunClaims">;

export function claims(
  m: IgnitionModuleBuilder,
  { deployer, authority, StakingRegistry, NodeRegistry, TensorVerifier, Rv32Verifier }: Base & Members & Verifiers,
): Claims {
  const terms = {
    deployer,
    authority,
    staking: StakingRegistry,
    branchBondWei: m.getParameter("branchBondWei"),
    rewards: m.getParameter("claimRewards"),
    forcedInclusionSeconds: m.getParameter("forcedInclusionSeconds"),
  };
  const ResultClaims = m.contract("ResultClaims", [{ ...terms, verifier: TensorVerifier }]);
  const RunClaims = m.contract("RunClaims", [{ ...terms, verifier: Rv32Verifier }, NodeRegistry]);
  return { ResultClaims, RunClaims };
}
