import { dueReward, MillraceError } from "@millrace/sdk";

import type { Protocol } from "../lib/Session.js";
import { fetchLeaf, type ProvenLeaf } from "../oracle/fetchLeaf.js";

/** Reports are at most seven epochs late: the newest final one is among these. */
const EPOCHS_BACK = 9;

/** A node's leaf that brings something. */
export interface NodeReward extends ProvenLeaf {
  readonly nodeId: bigint;
}

/** What an account's nodes can collect. */
export interface NodeRewards {
  readonly rewards: readonly NodeReward[];
  /** Nodes of which the attestor shows no leaf. */
  readonly without: readonly bigint[];
  /** Nodes whose corrections wait to be settled. */
  readonly held: readonly bigint[];
}

/**
 * What an account's nodes can collect with the newest final report. Rewards are cumulative, so one leaf a node is enough
 * for all epochs.
 * @param attestor URL of any attestor; its answers are proven on chain
 * @throws MillraceError WRONG_STATE when no report is final yet
 */
export async function nodeRewards(protocol: Protocol, account: string, attestor: string): Promise<NodeRewards> {
  const { contracts, deployment } = protocol;
  const epoch = await newestFinal(protocol);
  const added = await contracts.nodes.queryFilter(
    contracts.nodes.filters.NodeAdded(undefined, account),
    deployment.deployedAtBlock,
  );
  const rewards: NodeReward[] = [];
  const without: bigint[] = [];
  const held: bigint[] = [];
  for (const { args } of added) {
    const { nodeId } = args;
    const proven = await leafOf(attestor, epoch, nodeId);
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

async function newestFinal({ contracts }: Protocol): Promise<bigint> {
  const { epoch: newest } = await contracts.uptime.newestReport();
  for (let epoch = newest; epoch >= 0n && epoch > newest - BigInt(EPOCHS_BACK); epoch--) {
    if (await contracts.uptime.isFinal(epoch)) return epoch;
  }
  throw new MillraceError("WRONG_STATE", "No report of the attestors is final yet.", {
    hint: "Wait for the challenge window to pass: npx hardhat oracle status.",
  });
}

/** A node that came after the report, or retired before it, has no leaf in it. */
async function leafOf(attestor: string, epoch: bigint, nodeId: bigint): Promise<ProvenLeaf | undefined> {
  try {
    return await fetchLeaf(attestor, epoch, nodeId);
  } catch (error) {
    if (error instanceof MillraceError && error.code === "DATA_UNAVAILABLE") return undefined;
    throw error;
  }
}
