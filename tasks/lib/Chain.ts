import type { JsonRpcProvider } from "ethers";

/** A chain that was reached. */
export interface Chain {
  readonly provider: JsonRpcProvider;
  readonly chainId: number;
  readonly url: string;
  /** Time of the chain: of its next block where blocks come only with transactions, else of its latest. */
  readonly now: () => Promise<number>;
}
