import { PeerClient } from "@millrace/oracle";
import {
  BlockClock,
  chainIdentity,
  connectContracts,
  type Contracts,
  EpochClock,
  type Logger,
  type ServiceContext,
  TransactionSender,
} from "@millrace/sdk";
import { uptimeDomain } from "@millrace/uptime-tree/format";
import type { TypedDataDomain } from "ethers";

import { AgentStore } from "./AgentStore.js";
import { ChunkStore } from "./chunks/ChunkStore.js";
import { checkKey, checkOperator } from "./checkRules.js";
import type { AgentConfig } from "./config.js";
import { ResultStore } from "./tasks/ResultStore.js";
import { Workload } from "./tasks/Workload.js";

/** What all of an agent's work shares. */
export interface Desk {
  readonly contracts: Contracts;
  readonly deployedAtBlock: number;
  readonly sender: TransactionSender;
  readonly blocks: BlockClock;
  readonly clock: EpochClock;
  /** Domain of what attestors and agents sign. */
  readonly domain: TypedDataDomain;
  /** The agent's nodes, ascending. */
  readonly nodeIds: readonly bigint[];
  readonly attestors: readonly PeerClient[];
  readonly store: AgentStore;
  readonly results: ResultStore;
  readonly chunks: ChunkStore;
  readonly workload: Workload;
  readonly logger: Logger;
  readonly signal: AbortSignal;
}

/**
 * Opens what the agent works with, and checks that its key may speak for its nodes.
 * @throws MillraceError WRONG_KEY, WRONG_STATE when the data are those of another chain or key
 */
export async function openDesk(context: ServiceContext<AgentConfig>): Promise<Desk> {
  const { config, logger, provider, deployment, wallet, shutdown } = context;
  const { signal } = shutdown;
  const contracts = connectContracts(deployment, wallet);
  const nodeIds = config.nodes.map(BigInt).sort((a, b) => (a < b ? -1 : 1));
  await checkKey(contracts, nodeIds, wallet.address);
  if (config.policy.leases.acceptSeats) await checkOperator(contracts, nodeIds, wallet.address);
  const clock = new EpochClock(await contracts.settlement.clock());
  const store = new AgentStore(config.dataDir);
  shutdown.add("database", () => {
    store.close();
  });
  store.bindTo({ chain: await chainIdentity(provider, deployment), key: wallet.address });
  // The chain takes each of its calls once.
  const pollMs = Math.min(config.pollMs, 250);
  const sender = new TransactionSender(wallet, { logger, signal, unstick: true, pollMs });
  return {
    contracts,
    deployedAtBlock: deployment.deployedAtBlock,
    sender,
    blocks: new BlockClock(provider, config.pollMs),
    clock,
    domain: uptimeDomain(deployment.chainId, deployment.contracts.UptimeOracle),
    nodeIds,
    attestors: config.attestors.map((url) => new PeerClient(url, clock.slotSeconds * 500)),
    store,
    results: new ResultStore(config.dataDir),
    chunks: new ChunkStore(config.dataDir),
    workload: new Workload(config.policy.maxConcurrentTasks),
    logger,
    signal,
  };
}
