import type { Contracts } from "../deployment/connectContracts.js";

/** Nodes asked for at once: each is a call of its own. */
const AT_ONCE = 100;

/** The nodes that are picked in an epoch's round, and what each did. */
export async function pickedNodes(
  { capacity, nodes }: Pick<Contracts, "capacity" | "nodes">,
  epoch: number,
): Promise<{ readonly nodeId: bigint; readonly state: bigint }[]> {
  const count = Number(await nodes.nodeCount());
  const found: { nodeId: bigint; state: bigint }[] = [];
  for (let first = 1; first <= count; first += AT_ONCE) {
    const ids = Array.from({ length: Math.min(AT_ONCE, count - first + 1) }, (_, i) => BigInt(first + i));
    const picks = await Promise.all(ids.map((nodeId) => capacity.isPicked(nodeId, epoch)));
    for (const nodeId of ids.filter((_, i) => picks[i]))
      found.push({ nodeId, state: (await capacity.answerOf(nodeId, epoch)).state });
  }
  return found;
}
