import type { BaseContract, LogDescription, TransactionReceipt } from "ethers";

/** The first event of a name that a contract emitted in a transaction. */
export function findEvent(
  contract: BaseContract,
  receipt: TransactionReceipt,
  name: string,
): LogDescription | undefined {
  for (const log of receipt.logs) {
    if (log.address !== contract.target) continue;
    const parsed = contract.interface.parseLog(log);
    if (parsed?.name === name) return parsed;
  }
  return undefined;
}
