import { connectContracts, EpochClock, type CheckContext } from "@millrace/sdk";

import { finalityOf } from "./chain/finalityOf.js";
import { checkNodes, checkVersion } from "./checkRules.js";
import type { OracleConfig } from "./config.js";
import { MAX_LATE_EPOCHS } from "./horizon.js";
import { PeerClient } from "./http/PeerClient.js";
import { checkFolder } from "./store/checkFolder.js";

/** Blocks from which the time between two is told. */
const SAMPLE_BLOCKS = 100;

/** What an operator wants to know before the key is used: one sentence each. */
export async function checkOracle(context: CheckContext<OracleConfig>): Promise<readonly string[]> {
  const { config, deployment, provider, address } = context;
  const { chainId } = deployment;
  checkNodes(config, chainId);
  await checkVersion(deployment.contracts.UptimeOracle, provider);
  const contracts = connectContracts(deployment, provider);
  const clock = new EpochClock(await contracts.settlement.clock());
  const { finality, warning } = finalityOf(config, chainId);
  const block = await provider.getBlock(finality);
  const epoch = Math.max(0, clock.epochAt(block?.timestamp ?? 0));
  const [[seats, quorum], [nextSeats]] = await Promise.all([
    contracts.uptime.setOf(epoch),
    contracts.uptime.setOf(epoch + 1),
  ]);
  return [
    `Block ${block?.number ?? "?"} is ${finality}.`,
    ...(warning === undefined ? [] : [warning]),
    `Epoch ${epoch} of ${clock.epochSeconds} seconds runs; ${seats.length} attestors, ${quorum} sign a report.`,
    await ofPast(context, clock, block?.number ?? 0),
    checkFolder(config.dataDir),
    ...(address === undefined ? [] : [ofSeat(seats.includes(address), nextSeats.includes(address))]),
    ...(await Promise.all(config.peers.map((url) => ofPeer(new PeerClient(url, config.peerTimeoutMs), address)))),
  ];
}

/** A report is made from state at the end of its epoch, which most nodes have forgotten by the time that a late one is due. */
async function ofPast(
  { provider, deployment }: CheckContext<OracleConfig>,
  clock: EpochClock,
  newest: number,
): Promise<string> {
  const head = await provider.getBlock(newest);
  const before = await provider.getBlock(Math.max(0, newest - SAMPLE_BLOCKS));
  const blockSeconds =
    ((head?.timestamp ?? 0) - (before?.timestamp ?? 0)) / Math.max(1, newest - (before?.number ?? 0));
  const back = Math.ceil(((MAX_LATE_EPOCHS + 1) * clock.epochSeconds) / Math.max(1, blockSeconds));
  const blockTag = Math.max(deployment.deployedAtBlock, newest - back);
  try {
    // Of the key's account or any other: the contracts may be younger than the block.
    await provider.getBalance(deployment.governor, blockTag);
    return `State is given of the last ${MAX_LATE_EPOCHS + 1} epochs, back to block ${blockTag}.`;
  } catch {
    return `No state is given of block ${blockTag}, ${MAX_LATE_EPOCHS + 1} epochs ago: use archive nodes, or late epochs cannot be reported.`;
  }
}

function ofSeat(isMember: boolean, staysMember: boolean): string {
  const now = `The key has ${isMember ? "a" : "no"} seat in this epoch`;
  return isMember === staysMember ? `${now}.` : `${now}, and ${staysMember ? "one" : "none"} in the next.`;
}

async function ofPeer(client: PeerClient, own: string | undefined): Promise<string> {
  try {
    const { attestor, status } = await client.health();
    if (attestor === own) return `The peer ${client.url} has the key itself: name it in no list of its own peers.`;
    return `The peer ${client.url} is ${attestor}, ${status}.`;
  } catch (error) {
    return `The peer ${error instanceof Error ? error.message : String(error)}.`;
  }
}
