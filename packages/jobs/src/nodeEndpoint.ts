import type { INodeRegistry } from "../../../typechain-types/index.js";

/** Where the agent of a node listens, as it last said on chain; empty if it never said. */
export async function nodeEndpoint(nodes: INodeRegistry, nodeId: bigint, fromBlock: number): Promise<string> {
  const [added, changed] = await Promise.all([
    nodes.queryFilter(nodes.filters.NodeAdded(nodeId), fromBlock),
    nodes.queryFilter(nodes.filters.DetailsChanged(nodeId), fromBlock),
  ]);
  const last = changed.at(-1) ?? added.at(-1);
  return last?.args.details.endpoint ?? "";
}
