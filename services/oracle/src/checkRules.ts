import { Contract, type ContractRunner } from "ethers";

import { isLocalChain, MillraceError, nodesOf } from "@millrace/sdk";
import { CONSENSUS_VERSION } from "@millrace/uptime-tree/format";

import type { OracleConfig } from "./config.js";

/** On a chain of others one node would decide what is signed. @throws MillraceError BAD_CONFIG */
export function checkNodes(config: Pick<OracleConfig, "rpcQuorum" | "rpcUrl" | "rpcUrls">, chainId: number): void {
  const nodes = nodesOf(config).length;
  if (isLocalChain(chainId) || (nodes >= 2 && (config.rpcQuorum ?? 2) >= 2)) return;
  throw new MillraceError("BAD_CONFIG", `Chain ${chainId} is read through ${nodes} node, which could lie.`, {
    hint: "Name at least two more in rpcUrls, run by others.",
  });
}

/** A member that follows other rules than the contract would only sign what is refused. */
export async function checkVersion(oracle: string, runner: ContractRunner): Promise<void> {
  const contract = new Contract(oracle, ["function CONSENSUS_VERSION() view returns (uint32)"], runner);
  const version = Number(await contract.getFunction("CONSENSUS_VERSION")());
  if (version === CONSENSUS_VERSION) return;
  throw new MillraceError("WRONG_STATE", `The oracle follows version ${version}, this program ${CONSENSUS_VERSION}.`, {
    hint: "Run the program of that version.",
  });
}
