import { dueReward, MillraceError, newestFinalReport } from "@millrace/sdk";
import type { ProvenLeaf } from "@millrace/uptime-tree/format";

import type { Protocol } from "../lib/Session.js";
import { clientsOf } from "../oracle/clientsOf.js";
import { findLeaf } from "../oracle/findLeaf.js";

/** A node's leaf that brings something. */
export interface NodeReward extends ProvenLeaf {
  readonly nodeId: bigint;
}

/** What an account's nodes can collect. */
export interface NodeRewards {
  readonly rewards: readonly NodeReward[];
  /** Nodes that the report does not have yet. */
  readonly without: readonly bigint[];
  /** Nodes whose corrections wait to be settled. */
  readonly held: readonly bigint[];
}

/**
 * What an account's nodes can collect with the newest final report. Rewards are cumulative, so one leaf a node is enough
 * for all epochs.
 * @param attestors URLs of attestors, with commas between them; what they show is held against the chain
 * @throws MillraceError WRONG_STATE when no report is final yet; DATA_UNAVAILABLE when a leaf does not come
 */
export async function nodeRewards(protocol: Protocol, account: string, attestors: string): Promise<NodeRewards> {
  const { contracts, deployment } = protocol;
  const clients = clientsOf(attestors);
  const report = await newestFinalReport(contracts.uptime);
  if (report === undefined) {
    throw new MillraceError("WRONG_STATE", "No report of the attestors is final yet.", {
      hint: "Wait for the challenge window to pass: npx hardhat oracle status.",
    });
  }
  const added = await contracts.nodes.queryFilter(
    contracts.nodes.filters.NodeAdded(undefined, account),
    deployment.deployedAtBlock,
  );
  const rewards: NodeReward[] = [];
  const without: bigint[] = [];
  const held: bigint[] = [];
  for (const { args } of added) {
    const { nodeId } = args;
    const proven = await findLeaf(clients, report, nodeId);
    if (proven === undefined) {
      without.push(nodeId);
      continue;
    }
    const { mill, isHeld } = await dueReward(contracts, proven.leaf);
    if (mill === 0n) continue;
    if (isHeld) held.push(nodeId);
    else rewards.push({ nodeId, ...proven });
  }
  return { rewards, without, held };
}
