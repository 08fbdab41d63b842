import type { JsonRpcProvider } from "ethers";

/**
 * Lets reads see the next block instead of the latest one. On a local chain blocks come only with transactions, so that
 * whatever depends on time, such as a task that has become overdue, would look as it was at the last transaction.
 */
export function lookAhead(provider: JsonRpcProvider): void {
  const call = provider.call.bind(provider);
  provider.call = (request) => call({ blockTag: "pending", ...request });
}
