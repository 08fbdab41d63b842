import { getAddress } from "ethers";

import { countUp } from "@millrace/uptime-tree/format";
import { shareDown, type BuiltReport, type NodeTable } from "@millrace/uptime-tree/format";

/** A leaf that breaks a rule, and the rule. */
export interface FalseLeaf {
  readonly index: number;
  /** `leaf`: against what the chain knows of its node. `reward`: against the report before. */
  readonly rule: "leaf" | "reward";
}

/**
 * The first leaf of a report that the chain would find false, as `LeafRules` and `proveFalseReward` do. What was
 * observed is not looked at: that is what challenges are for.
 */
export function findFalseLeaf(
  { leaves, report }: Pick<BuiltReport, "leaves" | "report">,
  { pot, nodes }: { readonly pot: bigint; readonly nodes: NodeTable },
  rewardBefore: (index: number) => bigint,
): FalseLeaf | undefined {
  for (let index = 0; index < leaves.count; index++) {
    const leaf = leaves.leaf(index);
    if (index >= nodes.count || getAddress(leaf.provider) !== nodes.provider(index)) return { index, rule: "leaf" };
    const points = BigInt((nodes.units[index] ?? 0) * countUp(leaf.bitmap)) * BigInt(nodes.weights[index] ?? 0);
    if (leaf.points !== 0n && leaf.points !== points) return { index, rule: "leaf" };
    const reward = rewardBefore(index) + shareDown(pot, leaf.points, report.totalPoints);
    if (leaf.rawCumulativeReward !== reward) return { index, rule: "reward" };
  }
  return undefined;
}
