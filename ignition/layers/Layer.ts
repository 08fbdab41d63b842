import type { CallableContractFuture, IgnitionModuleBuilder } from "@nomicfoundation/ignition-core";

/** Who deploys, and the registry of roles that every governed contract asks. */
export interface Base {
  readonly deployer: ReturnType<IgnitionModuleBuilder["getAccount"]>;
  readonly authority: CallableContractFuture<string>;
}

/** Contracts of a layer by their names. */
export type Contracts<Name extends string> = Record<Name, CallableContractFuture<string>>;
