import type { Provider } from "ethers";

import type { Deployment } from "./Deployment.js";

/** Names a chain for what is kept of it: a local one that was started anew has the same id and addresses, but not the same blocks. */
export async function chainIdentity(provider: Provider, deployment: Deployment): Promise<string> {
  const block = await provider.getBlock(deployment.deployedAtBlock);
  return `${deployment.chainId}:${block?.hash ?? "unknown"}`;
}
