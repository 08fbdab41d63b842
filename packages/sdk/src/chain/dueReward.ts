import type { Contracts } from "../deployment/connectContracts.js";

/** What a node can collect with a leaf. */
export interface DueReward {
  /** MILL earned, after corrections, that was not collected. */
  readonly mill: bigint;
  /** Whether corrections wait to be settled: nothing is paid before. */
  readonly isHeld: boolean;
}

/** What a final leaf brings its node, which has collected before and may have been corrected. */
export async function dueReward(
  { challenges, rewards }: Pick<Contracts, "challenges" | "rewards">,
  { nodeId, rawCumulativeReward }: { readonly nodeId: bigint; readonly rawCumulativeReward: bigint },
): Promise<DueReward> {
  const [earned, collected] = await Promise.all([
    challenges.correctedReward(nodeId, rawCumulativeReward),
    rewards.collectionOf(nodeId),
  ]);
  const mill = earned.mill > collected.mill ? earned.mill - collected.mill : 0n;
  return { mill, isHeld: earned.pending !== 0n };
}
