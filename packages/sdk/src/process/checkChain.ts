import { formatEther, type JsonRpcApiProvider } from "ethers";

import type { Deployment } from "../deployment/Deployment.js";
import type { ServiceConfig } from "./serviceSchema.js";

interface Checked {
  readonly config: Pick<ServiceConfig, "rpcUrl" | "rpcUrls">;
  readonly deployment: Pick<Deployment, "chainId" | "deployedAtBlock" | "name">;
  readonly provider: Pick<JsonRpcApiProvider, "getBalance">;
  readonly address: string | undefined;
}

/** What a check of every service begins with: the chain, the deployment, and what the key can pay. A line a fact. */
export async function checkChain({ config, deployment, provider, address }: Checked): Promise<string[]> {
  const { chainId, name, deployedAtBlock } = deployment;
  const nodes = new Set([config.rpcUrl, ...config.rpcUrls]).size;
  const lines = [
    `Chain ${chainId} is read through ${nodes} ${nodes === 1 ? "node" : "nodes"}; deployment "${name}" is there from block ${deployedAtBlock}.`,
  ];
  if (address === undefined) return lines;
  const balance = await provider.getBalance(address);
  return [
    ...lines,
    `The account of the key, ${address}, has ${balance === 0n ? "nothing to pay gas with" : `${formatEther(balance)} for gas`}.`,
  ];
}
