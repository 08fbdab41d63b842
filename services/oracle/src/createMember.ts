import { join } from "node:path";

import { getAddress } from "ethers";

import { connectContracts, EpochClock, TransactionSender, type Contracts, type ServiceContext } from "@millrace/sdk";
import { uptimeDomain } from "@millrace/uptime-tree";

import { ChainFacts } from "./chain/ChainFacts.js";
import { ChainWatch } from "./chain/ChainWatch.js";
import type { OracleConfig } from "./config.js";
import { Driver } from "./Driver.js";
import { PeerClient } from "./http/PeerClient.js";
import { HeartbeatIngest } from "./ingest/HeartbeatIngest.js";
import { Assembler } from "./member/Assembler.js";
import type { Identity } from "./member/Identity.js";
import { Leader } from "./member/Leader.js";
import { Member } from "./member/Member.js";
import { Observer } from "./member/Observer.js";
import { Peers } from "./member/Peers.js";
import { ReportHistory } from "./member/ReportHistory.js";
import { Schedule } from "./member/Schedule.js";
import { Store } from "./store/Store.js";

/** Rules that this version follows; the contract accepts reports of one version only. */
const CONSENSUS_VERSION = 1;

/** A member, put together and not yet running. */
export interface OracleMember {
  readonly identity: Identity;
  readonly clock: EpochClock;
  readonly contracts: Contracts;
  readonly store: Store;
  readonly watch: ChainWatch;
  readonly facts: ChainFacts;
  readonly ingest: HeartbeatIngest;
  readonly observer: Observer;
  readonly history: ReportHistory;
  readonly member: Member;
  readonly driver: Driver;
}

/** Puts a member together from its settings, the chain and its database. */
export async function createMember({
  config,
  deployment,
  logger,
  provider,
  wallet: signer,
}: Pick<
  ServiceContext<OracleConfig>,
  "config" | "deployment" | "logger" | "provider" | "wallet"
>): Promise<OracleMember> {
  const { chainId } = deployment;
  const contracts = connectContracts(deployment, signer);
  const clock = new EpochClock(await contracts.settlement.clock());
  const oracle = deployment.contracts.UptimeOracle;
  const identity: Identity = {
    attestor: getAddress(signer.address),
    signer,
    domain: uptimeDomain(chainId, oracle),
    configDigest: await contracts.uptime.configDigest(),
  };
  const store = new Store(join(config.dataDir, "oracle.sqlite"));
  store.identify({ chain: String(chainId), contract: oracle, key: identity.attestor });

  const clients = config.peers.map((url) => new PeerClient(url, config.peerTimeoutMs));
  const peers = new Peers(clients, logger);
  const watch = new ChainWatch(provider, clock);
  const facts = new ChainFacts(provider, contracts, clock, deployment.deployedAtBlock);
  const ingest = new HeartbeatIngest(watch, clock, facts, store, identity.domain);
  const history = new ReportHistory(store, facts, peers);
  const observer = new Observer(identity, store, facts, ingest, peers, logger);
  const protocol = {
    chainId: BigInt(chainId),
    oracle,
    slotsPerEpoch: clock.slotsPerEpoch,
    configDigest: identity.configDigest,
    consensusVersion: CONSENSUS_VERSION,
  };
  const common = {
    identity,
    clock,
    contracts,
    store,
    watch,
    facts,
    ingest,
    observer,
    history,
    peers,
    schedule: new Schedule(clock),
    assembler: new Assembler(protocol, facts, observer, history),
    sender: new TransactionSender(signer, { logger }),
    logger,
  };
  const member = new Member(common);
  const leader = new Leader({ ...common, member });
  const { closeEpochs } = config;
  const driver = new Driver({ ...common, attestor: identity.attestor, closeEpochs, member, leader });
  return { ...common, member, driver };
}
