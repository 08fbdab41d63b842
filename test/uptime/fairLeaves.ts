import { countUp, type Leaf } from "@millrace/uptime-tree/format";

/** A node that may earn. Nodes are listed by number, from 1, without gaps. */
export interface NodeFacts {
  readonly nodeId: bigint;
  readonly provider: string;
  readonly units: number;
  /** Weight of a unit of its class. */
  readonly weight: number;
}

interface EpochFacts {
  readonly epoch: number;
  /** Slots in which every node was up. */
  readonly bitmap: bigint;
  /** MILL for the nodes. */
  readonly pot: bigint;
  readonly nodes: readonly NodeFacts[];
  /** What a node has earned before. */
  readonly rewardBefore: (nodeId: bigint) => bigint;
}

/** The leaves of an epoch in which all nodes did the same, by the formula as the contracts state it. */
export function fairLeaves({ epoch, bitmap, pot, nodes, rewardBefore }: EpochFacts): {
  leaves: Leaf[];
  totalPoints: bigint;
} {
  const points = nodes.map(({ units, weight }) => BigInt(units * weight * countUp(bitmap)));
  const totalPoints = points.reduce((sum, each) => sum + each, 0n);
  let pointsBefore = 0n;
  const leaves = nodes.map(({ nodeId, provider }, index): Leaf => {
    const own = points[index] ?? 0n;
    const reward = totalPoints === 0n ? 0n : (pot * own) / totalPoints;
    const rawCumulativeReward = rewardBefore(nodeId) + reward;
    const leaf = { epoch, index, nodeId, provider, bitmap, points: own, pointsBefore, rawCumulativeReward };
    pointsBefore += own;
    return leaf;
  });
  return { leaves, totalPoints };
}
