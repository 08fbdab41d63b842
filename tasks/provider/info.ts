import { formatMill, formatPpm, formatTime, labelOf } from "@millrace/sdk";
import { ZeroAddress } from "ethers";

import { accountAddress } from "../lib/accountAddress.js";
import type { Protocol, Session } from "../lib/Session.js";
import type { Fact } from "../lib/text.js";
import { facts, table } from "../lib/text.js";
import { readBonds } from "./readBonds.js";
import { whyNoWork } from "./whyNoWork.js";
import { NODE_OFFENCES, nodeLoss, worstLoss } from "./worstLoss.js";

const RETIRED = 4n;

export default async function info(session: Session, { provider: given }: { provider: string }): Promise<void> {
  const protocol = await session.protocol();
  const { contracts } = protocol;
  const provider = await accountAddress(session, given);
  const [account, thaws, access, wallet, collectable, position, pool, commission, operator, payout, rewards, now] =
    await Promise.all([
      contracts.staking.accountOf(provider),
      contracts.staking.thawsOf(provider),
      contracts.staking.accessOf(provider),
      contracts.token.balanceOf(provider),
      contracts.settlement.collectable(provider),
      contracts.settlement.positionOf(provider),
      contracts.staking.poolOf(provider),
      contracts.staking.commissionOf(provider),
      contracts.staking.operatorOf(provider),
      contracts.settlement.payoutOf(provider),
      contracts.staking.rewardsOf(provider, provider),
      protocol.now(),
    ]);
  const { active, bonded, thawing, required, delegated, registered } = account;
  const hasAccess = await contracts.staking.hasAccess(provider);
  const lacking = required > access.weight ? required - access.weight : 0n;
  const { live: nodes, all } = await readNodes(protocol, provider, lacking);
  const bonds = await readBonds(protocol, provider, all, bonded);
  const young = thaws.filter(({ releaseAt }) => releaseAt > now).reduce((sum, { amount }) => sum + amount, 0n);
  const loss = worstLoss({ active, bonded, thawing: young, delegated: pool.mill }, nodes);
  const lines: Fact[] = [
    ["registered", registered ? "yes" : "no"],
    ["may work", hasAccess ? "yes" : whyNot(registered, required, access.weight)],
    ["operator", operator === ZeroAddress ? "(none)" : operator],
    ["paid to", payout === provider ? "itself" : payout],
    ["active stake", `${formatMill(active)} (nodes need ${formatMill(required)})`],
    ["bonded", formatMill(bonded)],
    ...bonds.map(({ of, mill }) => [`  ${of}`, formatMill(mill)] as const),
    ["thawing", formatMill(thawing)],
    ...thaws.map(
      ({ id, amount, releaseAt }) => [`  thaw ${id}`, `${formatMill(amount)} at ${formatTime(releaseAt)}`] as const,
    ),
    ["delegated", `${formatMill(delegated)}, of which ${formatMill(access.weight - active)} count`],
    [
      "leaving, still at stake",
      `${formatMill(young)} of its own, ${formatMill(pool.mill - delegated)} of its delegators`,
    ],
    ["commission", `${formatPpm(commission.ppm)}${risesTo(commission, now)}`],
    [
      "worst loss now",
      `${formatMill(loss.total)}: ${formatMill(loss.bonds)} of bonds, ${formatMill(loss.fromStake)} of stake, ${formatMill(loss.fromDelegated)} of its delegators`,
    ],
    ["in the wallet", formatMill(wallet)],
    ["to collect", formatMill(collectable)],
    ["rewards to claim", formatMill(rewards)],
  ];
  session.output.result(
    {
      provider,
      registered,
      hasAccess,
      operator: operator === ZeroAddress ? null : operator,
      payout,
      active,
      bonded,
      bonds,
      thawing,
      required,
      weight: access.weight,
      delegated,
      pool: { mill: pool.mill, shares: pool.shares, streaming: pool.streaming, arriving: pool.arriving, era: pool.era },
      commission: { ppm: commission.ppm, nextPpm: commission.nextPpm, changesAt: commission.changesAt },
      thaws: thaws.map(({ id, amount, releaseAt }) => ({ id, amount, releaseAt })),
      nodes,
      worstLoss: loss,
      wallet,
      earned: position.earned,
      collectable,
      rewards,
    },
    `Provider ${provider}\n${facts(lines)}\n${nodeTable(nodes)}`,
  );
}

function whyNot(registered: boolean, required: bigint, weight: bigint): string {
  if (!registered) return "no: it is not registered";
  return `no: its nodes need ${formatMill(required)}, ${formatMill(weight)} count`;
}

function risesTo({ nextPpm, changesAt }: { nextPpm: bigint; changesAt: bigint }, now: number): string {
  return changesAt > now ? `, ${formatPpm(nextPpm)} from ${formatTime(changesAt)} on` : "";
}

type ProviderNode = Awaited<ReturnType<typeof readNodes>>["live"][number];

/**
 * Nodes that have not retired: what they stand for, what they could cost, and why they take no work, if they do not; and
 * the numbers of all that it ever had.
 */
async function readNodes({ contracts }: Protocol, provider: string, lacking: bigint) {
  const rows = await Promise.all(NODE_OFFENCES.map(({ offence }) => contracts.staking.slashRowOf(offence)));
  const takenPpm = rows.map((row) => row.takenPpm);
  const count = Number(await contracts.nodes.nodeCount());
  const all = await Promise.all(
    Array.from({ length: count }, async (_, index) => {
      const nodeId = BigInt(index + 1);
      const [node, status, reason] = await Promise.all([
        contracts.nodes.nodeOf(nodeId),
        contracts.nodes.statusOf(nodeId),
        contracts.nodes.eligibility(nodeId),
      ]);
      return { nodeId, node, status, reason };
    }),
  );
  const own = all.filter(({ node }) => node.provider === provider);
  const live = await Promise.all(
    own
      .filter(({ status }) => status !== RETIRED)
      .map(async ({ nodeId, node, status, reason }) => ({
        ...nodeLoss(nodeId, node.units * node.stakePerUnit, takenPpm),
        status: labelOf("NodeStatus", status),
        isEligible: reason === 0n,
        reason: whyNoWork({ reason, jailedUntil: node.jailedUntil, lacking }),
        /** What its class has come to need since, which anybody may bring to bear. */
        stakeDue: node.units * (await contracts.catalog.stakeDue(node.classId, node.stakePerUnit)),
      })),
  );
  return { live, all: own.map(({ nodeId }) => nodeId) };
}

function nodeTable(nodes: readonly ProviderNode[]): string {
  const rows = nodes.map(({ nodeId, status, isEligible, reason, stake, stakeDue, losses }) => [
    `${nodeId}`,
    status,
    isEligible ? "yes" : `no: ${reason}`,
    stakeDue === stake ? formatMill(stake) : `${formatMill(stake)}, its class ${formatMill(stakeDue)}`,
    losses.map(({ offence, mill }) => `${formatMill(mill)} (${offence})`).join(", "),
  ]);
  return table(["node", "status", "takes work", "its stake", "could lose"], rows, "It has no nodes.");
}
