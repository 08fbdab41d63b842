import type { ContractTransaction } from "ethers";

/** Storage that a call is run on top of, as `eth_call` takes it. */
export type StateOverride = Readonly<Record<string, { readonly stateDiff: Readonly<Record<string, string>> }>>;

/** One transaction of a plan. */
export interface Step {
  readonly label: string;
  readonly request: ContractTransaction;
  /** What later steps may count on once this one is mined; lets them be checked before anything is sent. */
  readonly override?: StateOverride;
}
