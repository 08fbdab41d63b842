import type { Contracts } from "../deployment/connectContracts.js";
import { readNumbered } from "./readNumbered.js";

/** The nodes that are picked in an epoch's round, and what each did. */
export async function pickedNodes(
  { capacity, nodes }: Pick<Contracts, "capacity" | "nodes">,
  epoch: number,
): Promise<{ readonly nodeId: bigint; readonly state: bigint }[]> {
  const count = Number(await nodes.nodeCount());
  const found: { nodeId: bigint; state: bigint }[] = [];
  for await (const [nodeId, isPicked] of readNumbered(count, async (number) => capacity.isPicked(number, epoch))) {
    if (isPicked) found.push({ nodeId: BigInt(nodeId), state: (await capacity.answerOf(nodeId, epoch)).state });
  }
  return found;
}
