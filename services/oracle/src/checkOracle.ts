import { formatEther } from "ethers";

import { connectContracts, EpochClock, isLocalChain, type CheckContext } from "@millrace/sdk";

import { checkNodes, checkVersion } from "./checkRules.js";
import type { OracleConfig } from "./config.js";
import { PeerClient } from "./http/PeerClient.js";

/** What an operator wants to know before the key is used: one sentence each. */
export async function checkOracle(context: CheckContext<OracleConfig>): Promise<readonly string[]> {
  const { config, deployment, provider, address } = context;
  const { chainId } = deployment;
  checkNodes(config, chainId);
  await checkVersion(deployment.contracts.UptimeOracle, provider);
  const contracts = connectContracts(deployment, provider);
  const clock = new EpochClock(await contracts.settlement.clock());
  const finality = config.finality ?? (isLocalChain(chainId) ? "latest" : "finalized");
  const block = await provider.getBlock(finality);
  const epoch = Math.max(0, clock.epochAt(block?.timestamp ?? 0));
  const [seats, quorum] = await contracts.uptime.setOf(epoch);
  const nodes = new Set([config.rpcUrl, ...config.rpcUrls]).size;
  return [
    `Chain ${chainId} is read through ${nodes} ${nodes === 1 ? "node" : "nodes"}; block ${block?.number ?? "?"} is ${finality}.`,
    `Epoch ${epoch} of ${clock.epochSeconds} seconds runs; ${seats.length} attestors, ${quorum} sign a report.`,
    ...(address === undefined ? [] : await ofKey(context, address, seats)),
    ...(await Promise.all(config.peers.map((url) => ofPeer(new PeerClient(url, config.peerTimeoutMs))))),
  ];
}

async function ofKey(
  { provider }: CheckContext<OracleConfig>,
  address: string,
  seats: readonly string[],
): Promise<string[]> {
  const balance = await provider.getBalance(address);
  return [
    seats.includes(address) ? `The key ${address} has a seat.` : `The key ${address} has no seat in this epoch.`,
    balance === 0n ? "Its account has nothing to pay gas with." : `Its account has ${formatEther(balance)} for gas.`,
  ];
}

async function ofPeer(client: PeerClient): Promise<string> {
  try {
    const { attestor, status } = await client.health();
    return `The peer ${client.url} is ${attestor}, ${status}.`;
  } catch (error) {
    return `The peer ${error instanceof Error ? error.message : String(error)}.`;
  }
}
