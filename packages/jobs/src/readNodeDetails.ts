import type { Contracts } from "@millrace/sdk";
import { MillraceError } from "@millrace/sdk";

import type { INodeRegistry } from "../../../typechain-types/index.js";

/** What a node last said of itself; the chain keeps only its hash. */
export async function readNodeDetails(
  nodes: Contracts["nodes"],
  nodeId: bigint,
  fromBlock: number,
): Promise<INodeRegistry.NodeDetailsStruct> {
  const [added, changed] = await Promise.all([
    nodes.queryFilter(nodes.filters.NodeAdded(nodeId), fromBlock),
    nodes.queryFilter(nodes.filters.DetailsChanged(nodeId), fromBlock),
  ]);
  const last = (changed.at(-1) ?? added.at(-1))?.args.details;
  if (last === undefined) {
    throw new MillraceError("BAD_INPUT", `There is no node ${nodeId}.`, {
      hint: "npx hardhat node list lists all of them.",
    });
  }
  const { region, attributes, source, endpoint, metadata } = last;
  return { region, attributes, source, endpoint, metadata };
}
