import { join } from "node:path";

import { getAddress, parseEther, parseUnits, type TypedDataDomain } from "ethers";

import {
  connectContracts,
  EpochClock,
  isLocalChain,
  TransactionSender,
  type Contracts,
  type ServiceContext,
} from "@millrace/sdk";
import { uptimeDomain } from "@millrace/uptime-tree/format";

import { checkNodes, checkVersion } from "./checkRules.js";
import { ChainFacts } from "./chain/ChainFacts.js";
import { finalityOf } from "./chain/finalityOf.js";
import { ChainWatch } from "./chain/ChainWatch.js";
import type { OracleConfig } from "./config.js";
import { DailyBudget } from "./DailyBudget.js";
import { createDuties } from "./duties/createDuties.js";
import { Driver } from "./Driver.js";
import { PeerClient } from "./http/PeerClient.js";
import { HeartbeatIngest } from "./ingest/HeartbeatIngest.js";
import { RecoveryPool } from "./ingest/RecoveryPool.js";
import { Assembler } from "./member/Assembler.js";
import { Gossip } from "./member/Gossip.js";
import { Guard } from "./member/Guard.js";
import type { Identity } from "./member/Identity.js";
import { Leader } from "./member/Leader.js";
import { Member } from "./member/Member.js";
import { Observer } from "./member/Observer.js";
import { Peers } from "./member/Peers.js";
import { ReportHistory } from "./member/ReportHistory.js";
import { Schedule } from "./member/Schedule.js";
import { SlotKeeper } from "./member/SlotKeeper.js";
import { Standing } from "./member/Standing.js";
import type { Metrics } from "./Metrics.js";
import { NodeEndpoints } from "./probe/NodeEndpoints.js";
import { Prober } from "./probe/Prober.js";
import { KeyLock } from "./store/KeyLock.js";
import { Store } from "./store/Store.js";

/** A member, put together and not yet running. */
export interface OracleMember {
  readonly identity: Identity;
  readonly clock: EpochClock;
  readonly contracts: Contracts;
  readonly store: Store;
  readonly watch: ChainWatch;
  readonly facts: ChainFacts;
  readonly pool: RecoveryPool;
  readonly ingest: HeartbeatIngest;
  readonly slots: SlotKeeper;
  readonly gossip: Gossip;
  readonly guard: Guard;
  readonly observer: Observer;
  readonly history: ReportHistory;
  readonly member: Member;
  readonly driver: Driver;
  readonly metrics: Metrics;
}

type Context = Pick<
  ServiceContext<OracleConfig>,
  "config" | "deployment" | "logger" | "onRpcFault" | "provider" | "shutdown" | "wallet"
>;

/** What everything of a member stands on. */
interface Ground {
  readonly identity: Identity;
  readonly domain: TypedDataDomain;
  readonly contracts: Contracts;
  readonly clock: EpochClock;
  readonly store: Store;
  readonly peers: Peers;
  readonly facts: ChainFacts;
  readonly watch: ChainWatch;
  readonly pool: RecoveryPool;
  readonly metrics: Metrics;
  readonly logger: Context["logger"];
}

/** Puts a member together from its settings, the chain and its database. */
export async function createMember(context: Context, metrics: Metrics): Promise<OracleMember> {
  const { config, deployment, logger, provider } = context;
  context.onRpcFault(({ code }) => {
    metrics.rpcFaults.inc({ code });
  });
  const ground = await layGround(context, metrics);
  const { identity, clock, store, facts } = ground;
  const { attestor, configDigest } = identity;
  const { endpoints, prober } = probing(context, ground);
  const ingest = new HeartbeatIngest({ ...ground, onHeard: prober.onHeard.bind(prober) });
  const guard = new Guard({ attestor, store, metrics, logger });
  const base = { ...ground, ingest, guard };
  const slots = new SlotKeeper(base);
  const gossip = new Gossip(base);
  const observer = new Observer({ ...base, slots });
  const history = new ReportHistory(store, facts, ground.peers);
  const protocol = {
    chainId: BigInt(deployment.chainId),
    oracle: deployment.contracts.UptimeOracle,
    slotsPerEpoch: clock.slotsPerEpoch,
    configDigest,
  };
  const common = {
    ...base,
    slots,
    gossip,
    observer,
    history,
    schedule: new Schedule(clock),
    assembler: new Assembler(protocol, facts, observer, history),
    sender: senderOf(context, ground),
  };
  guard.resume();
  const member = new Member(common);
  const leader = new Leader({ ...common, member });
  const standing = new Standing({ ...common, attestor, provider });
  const duties = createDuties({
    ...common,
    attestor,
    configDigest,
    provider,
    challenges: deployment.contracts.UptimeChallenges,
    fromBlock: deployment.deployedAtBlock,
  });
  const { closeEpochs } = config;
  const driver = new Driver({ ...common, attestor, closeEpochs, duties, endpoints, standing, member, leader });
  return { ...common, member, driver };
}

/** Checks that this program and its settings are those of the chain, and takes the key and the database for itself. */
async function layGround(context: Context, metrics: Metrics): Promise<Ground> {
  const { config, deployment, logger, provider, shutdown, wallet: signer } = context;
  const { chainId } = deployment;
  const contracts = connectContracts(deployment, signer);
  const clock = new EpochClock(await contracts.settlement.clock());
  const oracle = deployment.contracts.UptimeOracle;
  checkNodes(config, chainId);
  await checkVersion(oracle, signer);
  const domain = uptimeDomain(chainId, oracle);
  const identity: Identity = {
    attestor: getAddress(signer.address),
    signer,
    domain,
    configDigest: await contracts.uptime.configDigest(),
  };
  const lock = await KeyLock.take(chainId, oracle, identity.attestor);
  shutdown.add("lock of the key", lock.release);
  const store = new Store(join(config.dataDir, "oracle.sqlite"));
  shutdown.add("database", () => {
    store.close();
  });
  store.identify({ chain: String(chainId), contract: oracle, key: identity.attestor });

  const clients = [...new Set(config.peers)].map((url) => new PeerClient(url, config.peerTimeoutMs));
  const { finality, warning } = finalityOf(config, chainId);
  if (warning !== undefined) logger.warn({ finality }, warning);
  const facts = new ChainFacts(provider, contracts, clock, deployment.deployedAtBlock, finality);
  const watch = new ChainWatch(provider, clock, undefined, (depth) => {
    metrics.reorgs.inc();
    logger.warn({ depth }, "blocks that were seen have been replaced");
    facts.forgetRecent();
  });
  const pool = new RecoveryPool(config.threads);
  shutdown.add("threads", () => pool.stop());
  const peers = new Peers(clients, metrics, logger);
  return { identity, domain, contracts, clock, store, peers, facts, watch, pool, metrics, logger };
}

/** Probes back at nodes that were heard of, at the endpoints that the chain has for them. */
function probing(
  { config, deployment, provider, shutdown }: Context,
  { clock, contracts, domain, facts, logger, metrics, store, watch }: Ground,
): { readonly endpoints: NodeEndpoints; readonly prober: Prober } {
  const endpoints = new NodeEndpoints({
    provider,
    contracts,
    facts,
    db: store.db,
    registry: deployment.contracts.NodeRegistry,
    fromBlock: deployment.deployedAtBlock,
    logger,
  });
  const prober = new Prober({
    watch,
    slotSeconds: clock.slotSeconds,
    endpoints,
    store,
    domain,
    metrics,
    logger,
    oneIn: config.probeOneIn,
    allowsPrivate: isLocalChain(deployment.chainId),
  });
  shutdown.add("probes", () => {
    prober.stop();
  });
  return { endpoints, prober };
}

function senderOf({ config, logger, shutdown }: Context, { identity, metrics, store }: Ground): TransactionSender {
  return new TransactionSender(identity.signer, {
    logger,
    maxFeePerGas: parseUnits(String(config.maxFeeGwei), "gwei"),
    budget: new DailyBudget(store, parseEther(String(config.gasBudgetPerDay)), metrics),
    unstick: true,
    signal: shutdown.signal,
  });
}
