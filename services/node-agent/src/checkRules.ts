import { type Contracts, MillraceError } from "@millrace/sdk";

/** An agent whose key is not that of its nodes would only send what is refused. @throws MillraceError WRONG_KEY */
export async function checkKey(
  { nodes }: Pick<Contracts, "nodes">,
  nodeIds: readonly bigint[],
  address: string,
): Promise<void> {
  for (const nodeId of nodeIds) {
    const agent = await nodes.agentOf(nodeId);
    if (agent === address) continue;
    throw new MillraceError("WRONG_KEY", `Node ${nodeId.toString()} does not speak through ${address}.`, {
      hint:
        BigInt(agent) === 0n
          ? "There is no such node: correct the list of nodes."
          : `Its agent is ${agent}: use that key, or rotate the node's agent.`,
    });
  }
}

/** Orders of leases are taken by the provider or its operator. @throws MillraceError WRONG_KEY */
export async function checkOperator(
  { nodes, staking }: Pick<Contracts, "nodes" | "staking">,
  nodeIds: readonly bigint[],
  address: string,
): Promise<void> {
  for (const nodeId of nodeIds) {
    const provider = await nodes.providerOf(nodeId);
    if (await staking.isOperator(provider, address)) continue;
    throw new MillraceError("WRONG_KEY", `${address} may not take orders of leases for ${provider}.`, {
      hint: `The provider must name it: npx hardhat provider operator --operator ${address}.`,
    });
  }
}
