import type { JsonRpcProvider } from "ethers";

const LOCAL_CHAIN_IDS: readonly number[] = [31_337, 1_337];

/** Whether a chain is one of a developer's machine, where accounts are unlocked and MILL is free. */
export function isLocalChain(chainId: number): boolean {
  return LOCAL_CHAIN_IDS.includes(chainId);
}

/**
 * Lets reads see the next block instead of the latest one. On a local chain blocks come only with transactions, so that
 * whatever depends on time, such as a task that has become overdue, would look as it was at the last transaction.
 */
export function lookAhead(provider: JsonRpcProvider): void {
  const call = provider.call.bind(provider);
  provider.call = (request) => call({ blockTag: "pending", ...request });
}
