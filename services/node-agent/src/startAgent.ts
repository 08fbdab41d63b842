import { loadKernels } from "@millrace/jobs";
import { PeerClient } from "@millrace/oracle";
import {
  BeaconRecorder,
  BlockClock,
  chainIdentity,
  connectContracts,
  decodeError,
  EpochClock,
  listen,
  type ServiceContext,
  sleep,
  TransactionSender,
} from "@millrace/sdk";
import { signProbe, uptimeDomain } from "@millrace/uptime-tree/format";

import { AgentStore } from "./AgentStore.js";
import { CapacityKeeper } from "./capacity/CapacityKeeper.js";
import { RootStore } from "./capacity/RootStore.js";
import { ChunkKeeper } from "./chunks/ChunkKeeper.js";
import { ChunkStore } from "./chunks/ChunkStore.js";
import type { Conduct } from "./Conduct.js";
import { checkKey, checkOperator } from "./checkRules.js";
import type { AgentConfig } from "./config.js";
import { EarningsKeeper } from "./earnings/EarningsKeeper.js";
import { HeartbeatSender } from "./heartbeat/HeartbeatSender.js";
import { ReceiptKeeper } from "./heartbeat/ReceiptKeeper.js";
import { createServer } from "./http/createServer.js";
import { LeaseKeeper } from "./leases/LeaseKeeper.js";
import { SeatKeeper } from "./orders/SeatKeeper.js";
import { ProofKeeper } from "./proofs/ProofKeeper.js";
import { JobFileStore } from "./tasks/JobFileStore.js";
import { MachineTrade } from "./tasks/MachineTrade.js";
import { NodePicker } from "./tasks/NodePicker.js";
import { Publication } from "./tasks/Publication.js";
import { ResultStore } from "./tasks/ResultStore.js";
import { TaskKeeper } from "./tasks/TaskKeeper.js";
import { TensorTrade } from "./tasks/TensorTrade.js";
import { Workload } from "./tasks/Workload.js";

type Context = ServiceContext<AgentConfig>;

/** Starts an agent: checks that the key may speak for the nodes, then follows the chain block by block. */
export async function startAgent(context: Context, conduct: Conduct): Promise<void> {
  const { config, logger, provider, deployment, wallet, shutdown } = context;
  const contracts = connectContracts(deployment, wallet);
  const nodeIds = config.nodes.map(BigInt).sort((a, b) => (a < b ? -1 : 1));
  await checkKey(contracts, nodeIds, wallet.address);
  if (config.policy.leases.acceptSeats) await checkOperator(contracts, nodeIds, wallet.address);
  const clock = new EpochClock(await contracts.settlement.clock());
  const kernels = await loadKernels(config.kernels);

  const store = new AgentStore(config.dataDir);
  shutdown.add("database", () => {
    store.close();
  });
  store.bindTo({ chain: await chainIdentity(provider, deployment), key: wallet.address });
  const results = new ResultStore(config.dataDir);
  const chunks = new ChunkStore(config.dataDir);
  const attestors = config.attestors.map((url) => new PeerClient(url, clock.slotSeconds * 500));
  const { signal } = shutdown;
  // The chain takes each of its calls once.
  const sender = new TransactionSender(wallet, {
    logger,
    signal,
    unstick: true,
    pollMs: Math.min(config.pollMs, 250),
  });
  const parts = { contracts, sender, store, nodeIds, deployedAtBlock: deployment.deployedAtBlock, logger };
  const domain = uptimeDomain(deployment.chainId, deployment.contracts.UptimeOracle);
  const receipts = new ReceiptKeeper({ domain, clock, nodeIds, store, logger });
  const heartbeats = new HeartbeatSender({ signer: wallet, domain, clock, nodeIds, attestors, receipts, logger });
  const picker = new NodePicker(contracts, nodeIds, config.policy.classes, deployment.deployedAtBlock);
  const workload = new Workload(config.policy.maxConcurrentTasks);
  const files = new JobFileStore(config.dataDir, signal);
  const policy = {
    ...config.policy,
    minResponseSeconds: config.policy.minResponseSeconds ?? Number(await contracts.claims.minResponseSeconds()),
  };
  const atWork = { ...parts, workload, picker, policy, conduct, signal };
  const traders = [
    new TensorTrade({ ...atWork, files, results, kernels }),
    new MachineTrade({ ...atWork, files, results }),
  ].map((trade) => new TaskKeeper({ ...atWork, trade }));
  const leases = new LeaseKeeper({ ...parts, clock, attestors, signal });
  const earnings = new EarningsKeeper({ ...parts, attestors, signal });
  const recorder = new BeaconRecorder({ contracts, provider, sender });
  const capacity = new CapacityKeeper({
    ...parts,
    recorder,
    roots: new RootStore(config.dataDir),
    clock,
    conduct,
    threads: config.challengeThreads,
    signal,
  });
  const seats = new SeatKeeper({ ...parts, policy: config.policy.leases, signal });
  const proofs = new ProofKeeper({ ...parts, picker, policy, signal });
  const making = new ChunkKeeper({ ...atWork, files, chunks });
  const { leases: leasing, provers, makers } = config.policy;
  const keepers = [
    ...(config.answerChallenges ? [capacity] : []),
    ...(config.collect ? [leases, earnings] : []),
    ...(leasing.acceptSeats ? [seats] : []),
    ...(provers.length > 0 ? [proofs] : []),
    ...(makers.length > 0 ? [making] : []),
  ];

  let block = 0;
  const health = (): Record<string, unknown> => ({
    agent: wallet.address,
    nodes: config.nodes,
    block,
    heartbeats: heartbeats.sent,
    receipts: receipts.kept,
    working: workload.size,
    challengesAnswered: capacity.answered,
    attempts: store.counts(),
  });
  const answerProbe = (nonce: string): Promise<string> => signProbe(wallet, domain, nonce);
  const blocks = new BlockClock(provider, config.pollMs);
  const publication = new Publication({
    contracts,
    deployedAtBlock: deployment.deployedAtBlock,
    now: () => blocks.now(),
    pollMs: config.pollMs,
  });
  const server = createServer({
    store,
    results,
    chunks,
    publishesTrace: conduct.publishesTrace,
    isPublic: (attempt, file) => publication.isPublic(attempt, file),
    health,
    answerProbe,
  });
  shutdown.add("http", () => server.close());
  await listen(server, config);

  const following = follow(blocks, async (head) => {
    block = head.number;
    await heartbeats.onBlock(head);
    receipts.onBlock(head.timestamp);
    for (const trader of traders) await trader.onBlock(head);
    for (const keeper of keepers) keeper.onBlock(head);
  });
  shutdown.add("following the chain", async () => {
    await following;
    await Promise.all([...traders, ...keepers].map((keeper) => keeper.idle()));
  });

  /** Calls back for the latest block, as often as it changes, until the shutdown; survives a chain that is away. */
  async function follow(
    blocks: BlockClock,
    onBlock: (head: Awaited<ReturnType<BlockClock["latest"]>>) => Promise<void>,
  ): Promise<void> {
    let last = -1;
    while (!signal.aborted) {
      try {
        const head = await blocks.latest();
        if (head.number !== last) await onBlock(head);
        last = head.number;
      } catch (error) {
        // Aborted work fails in all kinds of ways: nobody wants to read of them.
        if (!shutdown.signal.aborted)
          logger.warn({ reason: decodeError(error).sentence }, "could not follow the chain");
      }
      await sleep(config.pollMs, signal);
    }
  }
}
