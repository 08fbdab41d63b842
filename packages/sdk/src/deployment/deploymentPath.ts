import { join, resolve } from "node:path";

/** Where the record of a chain's deployment is; by default in the repository. */
export function deploymentPath(chainId: bigint | number, directory?: string): string {
  const root = directory ?? resolve(import.meta.dirname, "../../../../deployments");
  return join(root, chainId.toString(), "deployment.json");
}
