import { setTimeout as sleep } from "node:timers/promises";

import type { HDNodeWallet, TypedDataDomain } from "ethers";

import { signHeartbeat, uptimeDomain, type SignedHeartbeat } from "@millrace/uptime-tree/format";
import { toHeartbeatJson } from "../../../services/oracle/src/store/heartbeatJson.js";
import type { OracleWorld } from "./OracleWorld.js";

const TICK_MS = 300;
const TIMEOUT_MS = 4_000;

interface Host {
  readonly wallet: HDNodeWallet;
  readonly nodeId: bigint;
  beating: boolean;
}

/** What a host knows of a node's slot: who took its heartbeat, if it sent one at all. */
export interface Sent {
  readonly urls: ReadonlySet<string>;
}

/**
 * Hosts of one node each, all in this process: a heartbeat a slot to every attestor, tried again until it is taken or
 * the slot is over. They keep book of what they sent, which is the truth that reports are held against.
 */
export class HeartbeatHosts {
  private readonly hosts = new Map<number, Host>();
  private readonly sent = new Map<string, Set<string>>();
  private readonly signed = new Map<string, Promise<SignedHeartbeat>>();
  private readonly domain: TypedDataDomain;
  private readonly stopping = new AbortController();
  private running: Promise<void> | undefined;
  /** Heartbeats that were taken. */
  taken = 0;

  constructor(private readonly world: OracleWorld) {
    const { chainId, contracts } = world.deployment;
    this.domain = uptimeDomain(chainId, contracts.UptimeOracle);
  }

  /** Nodes whose hosts beat now. */
  get beating(): number[] {
    return [...this.hosts].filter(([, { beating }]) => beating).map(([node]) => node);
  }

  /** Lets nodes beat from now on. */
  beat(...nodes: readonly number[]): this {
    for (const node of nodes) {
      const host = this.hosts.get(node);
      if (host !== undefined) host.beating = true;
      else this.hosts.set(node, { wallet: this.world.agentKey(node), nodeId: BigInt(node), beating: true });
    }
    return this;
  }

  /** Lets a node's host use another key from now on. */
  rekey(node: number, wallet: HDNodeWallet): void {
    this.hosts.set(node, { wallet, nodeId: BigInt(node), beating: true });
  }

  silence(...nodes: readonly number[]): void {
    for (const node of nodes) {
      const host = this.hosts.get(node);
      if (host !== undefined) host.beating = false;
    }
  }

  start(): this {
    this.running ??= this.run();
    return this;
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    await this.running;
  }

  /** What was sent for a node in a slot; undefined when nothing was. */
  sentFor(epoch: number, slot: number, node: number): Sent | undefined {
    const urls = this.sent.get(`${epoch}/${slot}/${node}`);
    return urls === undefined ? undefined : { urls };
  }

  /** Forgets epochs before one. */
  forget(beforeEpoch: number): void {
    for (const memory of [this.sent, this.signed])
      for (const key of memory.keys()) if (Number(key.split("/")[0]) < beforeEpoch) memory.delete(key);
  }

  private async run(): Promise<void> {
    while (!this.stopping.signal.aborted) {
      await this.tick().catch(() => undefined);
      await sleep(TICK_MS, undefined, { signal: this.stopping.signal }).catch(() => undefined);
    }
  }

  private async tick(): Promise<void> {
    const { clock, provider, urls } = this.world;
    const block = await provider.getBlock("latest");
    if (block === null || block.hash === null || block.timestamp < clock.genesisAt) return;
    const at = { epoch: clock.epochAt(block.timestamp), slot: clock.slotAt(block.timestamp) };
    const about = { ...at, blockNumber: BigInt(block.number), blockHash: block.hash };
    const beating = [...this.hosts.values()].filter(({ beating: is }) => is);
    await Promise.all(beating.map((host) => this.send(host, about, urls)));
  }

  private async send(
    { wallet, nodeId }: Host,
    about: Omit<SignedHeartbeat, "nodeIds" | "signature">,
    urls: readonly string[],
  ): Promise<void> {
    const key = `${about.epoch}/${about.slot}/${String(nodeId)}`;
    const takenBy = this.sent.get(key) ?? new Set<string>();
    this.sent.set(key, takenBy);
    const missing = urls.filter((url) => !takenBy.has(url));
    if (missing.length === 0) return;
    const blockKey = `${key}/${about.blockHash}/${wallet.address}`;
    const signing = this.signed.get(blockKey) ?? signHeartbeat(wallet, this.domain, { ...about, nodeIds: [nodeId] });
    this.signed.set(blockKey, signing);
    const body = toHeartbeatJson(await signing);
    const headers = { "content-type": "application/json" };
    await Promise.allSettled(
      missing.map(async (url) => {
        const signal = AbortSignal.timeout(TIMEOUT_MS);
        const response = await fetch(`${url}/heartbeats`, { method: "POST", headers, body, signal });
        await response.arrayBuffer();
        if (!response.ok) return;
        takenBy.add(url);
        this.taken++;
      }),
    );
  }
}
