import { countUp, slotsSeenBy } from "./bitmap.js";
import type { Leaf } from "./Leaf.js";
import type { Sightings } from "./Observation.js";

/** A node as it was when the epoch ended. Nodes are listed by number, from 1, without gaps. */
export interface NodeFacts {
  readonly nodeId: bigint;
  readonly provider: string;
  readonly units: number;
  /** Weight of a unit of its class in this epoch. */
  readonly weight: number;
  /** Whether it may earn: active, neither jailed nor draining, and of the capacity that its class asks for. */
  readonly earns: boolean;
}

/** Everything that the leaves of an epoch follow from. */
export interface EpochFacts {
  readonly epoch: number;
  readonly slotsPerEpoch: number;
  /** Attestors that must have seen a slot for it to be up. */
  readonly threshold: number;
  /** MILL for the nodes, `Settlement.potOf(epoch).availability`. */
  readonly pot: bigint;
  readonly nodes: readonly NodeFacts[];
  /** `rawCumulativeReward` of a node in the previous report; zero for a new one. */
  readonly rewardBefore: (nodeId: bigint) => bigint;
}

/** (7) Points of a node: units · class weight · slots up. An integer: shares of an epoch need no division by its slots. */
export function pointsOf(node: NodeFacts, bitmap: bigint): bigint {
  return node.earns ? BigInt(node.units) * BigInt(node.weight) * BigInt(countUp(bitmap)) : 0n;
}

/** Reward of a node, rounded down. All rewards together never exceed the pot. */
export function rewardDown(pot: bigint, points: bigint, totalPoints: bigint): bigint {
  return totalPoints === 0n ? 0n : (pot * points) / totalPoints;
}

/**
 * The leaves of an epoch: the deterministic function that every member signs.
 * A slot is up if and only if at least `threshold` of the observations have it up.
 */
export function aggregate(
  facts: EpochFacts,
  observations: readonly Sightings[],
): { leaves: Leaf[]; totalPoints: bigint } {
  const bitmaps = facts.nodes.map(({ nodeId }) => {
    const seen = observations.flatMap((sightings) => sightings.get(nodeId) ?? []);
    return slotsSeenBy(seen, facts.threshold, facts.slotsPerEpoch);
  });
  const points = facts.nodes.map((node, i) => pointsOf(node, bitmaps[i] ?? 0n));
  const totalPoints = points.reduce((sum, value) => sum + value, 0n);
  let pointsBefore = 0n;
  const leaves = facts.nodes.map((node, index): Leaf => {
    const own = points[index] ?? 0n;
    const leaf = {
      epoch: facts.epoch,
      index,
      nodeId: node.nodeId,
      provider: node.provider,
      bitmap: bitmaps[index] ?? 0n,
      points: own,
      pointsBefore,
      rawCumulativeReward: facts.rewardBefore(node.nodeId) + rewardDown(facts.pot, own, totalPoints),
    };
    pointsBefore += own;
    return leaf;
  });
  return { leaves, totalPoints };
}
