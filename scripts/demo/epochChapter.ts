import { fetchLeaf, PeerClient } from "@millrace/oracle";
import { formatMill } from "@millrace/sdk";
import { countUp, type Leaf, type ProvenLeaf } from "@millrace/uptime-tree/format";

import { closeUpTo } from "./closeUpTo.js";
import { PORTS, urlOf } from "./ports.js";
import type { Setup } from "./setupChapter.js";
import { SKIP_MARGIN_SECONDS, skipTo } from "./skipTo.js";
import type { World } from "./World.js";

const PATIENCE_SECONDS = 120;
const ANSWER_MS = 5_000;
const MAX_PPM = 1_000_000;
const MAX_ATTEMPTS = 3;

/**
 * The epochs of the story close, the attestors' report of the first becomes final, the lease is settled against it, and
 * everybody collects.
 */
export async function epochChapter(world: World, setup: Setup, epoch: number, lease: bigint): Promise<void> {
  const { narrator, clock, epochs, contracts, report } = world;
  narrator.chapter("The epoch closes");
  await world.until("a final report", PATIENCE_SECONDS, async () =>
    (await contracts.uptime.isFinal(epoch)) ? true : undefined,
  );
  const { leaf, proof } = await leafOf(world, epoch, setup.leasedNode);
  const upSlots = countUp(leaf.bitmap);
  report.add({
    id: "demo.uptime.killedNodePpm",
    value: Math.round((upSlots / epochs.slotsPerEpoch) * MAX_PPM),
    unit: "ppm",
    what: "uptime that the attestors report of the killed node, in the epoch of its death",
    source: "the bitmap of its leaf, proven against the final report",
  });
  narrator.say(`the attestors report node ${setup.leasedNode} up in ${upSlots} of ${epochs.slotsPerEpoch} slots`);
  await settleLease(world, lease, leaf, proof);

  const last = epochs.epochAt(await clock.now());
  const left = epochs.endOf(last) - (await clock.now());
  if (left > SKIP_MARGIN_SECONDS) {
    narrator.say(`every job is over: the last ${left} s of epoch ${last} are skipped`);
    await skipTo(world, epochs.endOf(last));
  }
  await clock.until(epochs.endOf(last) + 1, world.signal);
  await closeUpTo(world, last);
  await collectAll(world, setup, epoch);
}

async function leafOf(world: World, epoch: number, nodeId: bigint): Promise<ProvenLeaf> {
  const { root } = await world.contracts.uptime.reportOf(epoch);
  const attestor = new PeerClient(urlOf(PORTS.attestor(0)), ANSWER_MS);
  return await world.until(`the leaf of node ${nodeId}`, PATIENCE_SECONDS, async () => {
    return (await fetchLeaf([attestor], { epoch, root }, nodeId)).proven;
  });
}

async function settleLease(world: World, leaseId: bigint, leaf: Leaf, proof: string[]): Promise<void> {
  const { contracts, cast } = world;
  const { leases } = world.as(cast.buyer);
  const settled = contracts.leases.filters.LeaseSettled(leaseId);
  const find = async () => (await contracts.leases.queryFilter(settled)).at(0);
  if ((await find()) === undefined) await world.mined(leases.settle(leaseId, leaf, proof));
  const event = await world.until("the lease's settlement", PATIENCE_SECONDS, find);
  const { fromAt, toAt, upSeconds } = event.args;
  world.report.add({
    id: "demo.lease.refundedSeconds",
    value: Number(toAt - fromAt - upSeconds),
    unit: "s",
    what: "leased seconds that the buyer got back, as the node was down",
    source: "LeaseSettled",
  });
}

/** Providers collect what they earned and their nodes' rewards, attestors their pay. Anyone may do it for them. */
async function collectAll(world: World, { nodes }: Setup, epoch: number): Promise<void> {
  const { cast, narrator, contracts } = world;
  const { settlement, rewards } = world.as(cast.treasury);
  for (const { account } of cast.providers) {
    const isDue = async () => (await contracts.settlement.collectable(account.address)) > 0n;
    await collectOnce(isDue, () => world.mined(settlement.collect(account.address)));
  }
  for (const nodeId of [...nodes.values()].flat()) {
    const { leaf, proof } = await leafOf(world, epoch, nodeId);
    const isDue = async () => {
      const { mill } = await contracts.rewards.collectionOf(nodeId);
      return leaf.rawCumulativeReward > mill;
    };
    await collectOnce(isDue, () => world.mined(rewards.collect(leaf, proof)));
  }
  for (const { address } of cast.attestors) await world.mined(rewards.collectAttestorPay(address, [epoch]));
  for (const { name, account } of cast.providers) {
    narrator.say(`${name} now holds ${formatMill(await contracts.token.balanceOf(account.address))}`);
  }
  narrator.say(`rewards for being there: ${formatMill(await contracts.rewards.rewardsPaid())}`);
}

/**
 * Collects what is due. Agents do the same: in the same block, theirs may leave nothing for ours, or change what it costs
 * after it was estimated. What counts is that nothing is due in the end.
 */
async function collectOnce(isDue: () => Promise<boolean>, collect: () => Promise<unknown>): Promise<void> {
  for (let attempt = 1; await isDue(); attempt++) {
    try {
      await collect();
    } catch (error) {
      if (attempt === MAX_ATTEMPTS && (await isDue())) throw error;
    }
  }
}
