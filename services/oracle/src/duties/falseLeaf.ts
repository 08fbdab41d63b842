import { getAddress } from "ethers";

import { countUp } from "@millrace/uptime-tree";
import { shareDown, type BuiltReport, type NodeRow } from "@millrace/uptime-tree/format";

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
  chain: { readonly pot: bigint; readonly nodes: readonly Omit<NodeRow, "rewardBefore">[] },
  rewardBefore: (index: number) => bigint,
): FalseLeaf | undefined {
  for (let index = 0; index < leaves.count; index++) {
    const leaf = leaves.leaf(index);
    const node = chain.nodes[index];
    if (node === undefined || getAddress(leaf.provider) !== getAddress(node.provider)) return { index, rule: "leaf" };
    const points = BigInt(node.units * countUp(leaf.bitmap)) * BigInt(node.weight);
    if (leaf.points !== 0n && leaf.points !== points) return { index, rule: "leaf" };
    const reward = rewardBefore(index) + shareDown(chain.pot, leaf.points, report.totalPoints);
    if (leaf.rawCumulativeReward !== reward) return { index, rule: "reward" };
  }
  return undefined;
}
