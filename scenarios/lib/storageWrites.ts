import type { Connection } from "./market.js";

/** How often a transaction wrote to storage, in all contracts that it went through. */
export async function storageWrites({ ethers }: Connection, transaction: string): Promise<number> {
  const options = { disableMemory: true, disableStack: true, disableStorage: true };
  const trace = (await ethers.provider.send("debug_traceTransaction", [transaction, options])) as {
    readonly structLogs: readonly { readonly op: string }[];
  };
  return trace.structLogs.filter(({ op }) => op === "SSTORE").length;
}
