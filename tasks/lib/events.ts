import type { BaseContract, LogDescription, TransactionReceipt } from "ethers";

/** The first event of a name that a contract emitted in a transaction. */
export function findEvent(
  contract: BaseContract,
  receipt: TransactionReceipt,
  name: string,
): LogDescription | undefined {
  return findEvents(contract, receipt, name)[0];
}

/** All events of a name that a contract emitted in a transaction. */
export function findEvents(contract: BaseContract, receipt: TransactionReceipt, name: string): LogDescription[] {
  return receipt.logs
    .filter(({ address }) => address === contract.target)
    .map((log) => contract.interface.parseLog(log))
    .filter((log): log is LogDescription => log?.name === name);
}
