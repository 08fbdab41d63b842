import { agentConsentTypes, formatCredits, formatMill } from "@millrace/sdk";
import { encodeBytes32String, type HDNodeWallet, parseEther } from "ethers";

import { CLASS, type ProviderRole } from "./cast.js";
import { PORTS, urlOf } from "./ports.js";
import type { World } from "./World.js";

/** The providers' nodes, in the order of the cast. */
export interface Setup {
  /** Ids of each provider's nodes. */
  readonly nodes: ReadonlyMap<ProviderRole, readonly bigint[]>;
  /** The node that the buyer leases. */
  readonly leasedNode: bigint;
  /** Credits that the buyer begins with. */
  readonly credits: bigint;
}

const PROVIDER_STAKE = parseEther("4000");
const ATTESTOR_STAKE = parseEther("1500");
/** Of the watcher, who is a checker beside. */
const CHECKER_STAKE = parseEther("1500");
const BUYER_MILL = parseEther("1000");
/** 0.05 credits a second. */
const RATE_PER_UNIT = parseEther("0.05");
const LEASE_AND_TASK = 3;

/** Everybody gets MILL, stakes, registers and applies; the buyer burns MILL for credits. */
export async function setupChapter(world: World): Promise<Setup> {
  const { cast, narrator, contracts } = world;
  narrator.chapter("Stake, hardware, attestors, credits");
  const treasury = world.as(cast.treasury);
  await world.mined(treasury.prices.observe());
  const fund = async (account: HDNodeWallet, mill: bigint): Promise<void> => {
    await world.mined(treasury.token.transfer(account.address, mill));
  };
  for (const { account } of cast.providers) await fund(account, PROVIDER_STAKE);
  for (const account of cast.attestors) await fund(account, ATTESTOR_STAKE);
  await fund(cast.watcher, CHECKER_STAKE);
  await fund(cast.buyer, BUYER_MILL);

  await Promise.all([
    ...cast.attestors.map((account) => addAttestor(world, account)),
    addStaker(world, cast.watcher, CHECKER_STAKE, "checker"),
  ]);
  const governor = world.as(cast.governor);
  for (const { address } of cast.attestors) await world.mined(governor.uptime.admitAttestor(address));
  narrator.say(`${cast.attestors.length} attestors bonded ${formatMill(await contracts.uptime.attestorBond())} each`);

  const nodes = new Map<ProviderRole, readonly bigint[]>();
  for (const [index, role] of cast.providers.entries()) nodes.set(role, await addProvider(world, role, index));
  const nodeCount = [...nodes.values()].flat().length;
  const classCount = new Set(cast.providers.flatMap(({ classIds }) => classIds)).size;
  narrator.say(`${cast.providers.length} providers with ${nodeCount} nodes over ${classCount} hardware classes`);

  const buyer = world.as(cast.buyer);
  await world.mined(buyer.token.approve(world.deployment.contracts.BurnMintSettlement, BUYER_MILL));
  await world.mined(buyer.settlement.buy(BUYER_MILL, 1n, 0n));
  const { free } = await contracts.settlement.accountOf(cast.buyer.address);
  narrator.say(`the buyer burns ${formatMill(BUYER_MILL)} for ${formatCredits(free)}`);

  const leased = cast.providers.find(({ acceptTasks }) => !acceptTasks);
  const leasedNode = leased && nodes.get(leased)?.[0];
  if (leasedNode === undefined) throw new Error("the cast has no node to lease");
  return { nodes, leasedNode, credits: free };
}

async function addAttestor(world: World, account: HDNodeWallet): Promise<void> {
  await addStaker(world, account, ATTESTOR_STAKE, "attestor");
  await world.mined(world.as(account).uptime.applyAsAttestor(account.address, "0x"));
}

async function addStaker(world: World, account: HDNodeWallet, mill: bigint, metadata: string): Promise<void> {
  const { staking, token } = world.as(account);
  await world.mined(token.approve(world.deployment.contracts.StakingRegistry, mill));
  await world.mined(staking.register(metadata));
  await world.mined(staking.stake(mill));
}

async function addProvider(world: World, role: ProviderRole, index: number): Promise<bigint[]> {
  const { name, account, agent, classIds } = role;
  const { nodes } = world.as(account);
  await addStaker(world, account, PROVIDER_STAKE, JSON.stringify({ name }));
  const consent = await agentConsent(world, account.address, agent);
  const ids: bigint[] = [];
  for (const classId of classIds) {
    const details = {
      region: encodeBytes32String(classId === CLASS.cpu ? "FR-IDF" : "DE-BE"),
      attributes: 0n,
      source: encodeBytes32String("millrace"),
      endpoint: urlOf(PORTS.agent(index)),
      metadata: name,
    };
    const ask = { ratePerUnit: RATE_PER_UNIT, minSeconds: 10, maxSeconds: 86_400, kinds: LEASE_AND_TASK, changedAt: 0 };
    await world.mined(nodes.addNode(classId, 1, agent.address, details, ask, consent));
    ids.push(await nodes.nodeCount());
  }
  return ids;
}

async function agentConsent({ deployment }: World, provider: string, agent: HDNodeWallet): Promise<string> {
  const domain = {
    name: "Millrace Nodes",
    version: "1",
    chainId: deployment.chainId,
    verifyingContract: deployment.contracts.NodeRegistry,
  };
  return await agent.signTypedData(domain, agentConsentTypes, { provider, agent: agent.address });
}
