import type { IgnitionModuleBuilder } from "@nomicfoundation/ignition-core";

import { type KernelName, KERNELS } from "../kernels.js";
import type { Contracts } from "./Layer.js";

/** What decides a case: the two verifiers, and the kernels that are admitted. */
export type Verifiers = Contracts<"KernelRegistry" | "TensorVerifier" | "Rv32Verifier"> & Contracts<KernelName>;

export function verifiers(m: IgnitionModuleBuilder): Verifiers {
  const KernelRegistry = m.contract("KernelRegistry");
  const TensorVerifier = m.contract("TensorVerifier", [KernelRegistry]);
  const Rv32Verifier = m.contract("Rv32Verifier");
  const kernels: Partial<Contracts<KernelName>> = {};
  for (const name of KERNELS) {
    const kernel = m.contract(name);
    m.call(KernelRegistry, "admit", [kernel], { id: `admit${name}` });
    kernels[name] = kernel;
  }
  return { KernelRegistry, TensorVerifier, Rv32Verifier, ...(kernels as Contracts<KernelName>) };
}
