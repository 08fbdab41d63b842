import type { ContractTransactionReceipt, ContractTransactionResponse } from "ethers";

/** What became of a transaction. */
export async function mined(sent: Promise<ContractTransactionResponse>): Promise<ContractTransactionReceipt> {
  const receipt = await (await sent).wait();
  if (receipt === null) throw new Error("a transaction was not mined");
  return receipt;
}
