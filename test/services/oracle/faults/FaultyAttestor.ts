import { randomBytes } from "node:crypto";
import { request as httpRequest } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";

import { hexlify, id, TypedDataEncoder, type HDNodeWallet, type TypedDataDomain } from "ethers";
import Fastify, { type FastifyInstance } from "fastify";

import {
  BatchTree,
  heartbeatHash,
  markSeen,
  noSightings,
  observationRoot,
  observationTypes,
  proposalTypes,
  signBatch,
  signObservation,
  uptimeDomain,
  type Observation,
  type SignedBatch,
} from "@millrace/uptime-tree/format";
import { encodeObservation } from "../../../../services/oracle/src/http/observationBytes.js";
import { fromHeartbeatJson } from "../../../../services/oracle/src/store/heartbeatJson.js";
import type { OracleWorld } from "../OracleWorld.js";
import { signatureOf } from "../signatureOf.js";

/** What an attestor does wrong in an epoch. */
export type Misdeed =
  /** nothing, but it neither votes nor leads */
  | "passive"
  /** takes connections and never answers */
  | "silent"
  /** answers just before the others lose patience, and tells of its batches too late */
  | "slow"
  /** answers everything with noise */
  | "garbage"
  /** says that it saw nodes which nobody saw, and not those that all saw */
  | "lying"
  /** signs for another chain and another configuration */
  | "wrong-version"
  /** sends as much as it can of what must be checked before it can be refused */
  | "flooding"
  /** leads out of turn and proposes reports that follow from nothing */
  | "rogue-leader"
  /** signs two batches of each slot and two observations, and shows others to each */
  | "equivocating"
  /** gives a node receipts and leaves it out of its sightings */
  | "hiding"
  /** gives receipts of batches that are not the ones in its observation */
  | "unlisting"
  /** signs its observation anew for everyone who asks: the root is one, and nothing can be held against it */
  | "signing-anew";

const TICK_MS = 300;
/** Just below what members wait for. */
const SLOW_MS = 2_500;
/** Requests of a flood that are under way at a time. */
const FLOOD = 24;
/** A flood comes from elsewhere: requests are limited by address, and everybody else is at 127.0.0.1. */
const FLOOD_ADDRESS = "127.0.0.66";

interface Slot {
  readonly tree: BatchTree;
  readonly batch: SignedBatch;
}

/** An attestor with a seat and a real socket that breaks one rule at a time, as planned for each epoch. */
export class FaultyAttestor {
  /** Requests of floods, by the status of the answer. */
  readonly flooded = new Map<number, number>();
  private readonly plan = new Map<number, Misdeed>();
  private readonly heard = new Map<string, Map<bigint, string>>();
  /** Slots whose batch is signed, or being signed. */
  private readonly closing = new Set<string>();
  private readonly slots = new Map<string, readonly Slot[]>();
  private readonly observations = new Map<number, readonly Observation[]>();
  private readonly server: FastifyInstance;
  private readonly stopping = new AbortController();
  private readonly wallet: HDNodeWallet;
  private readonly domain: TypedDataDomain;
  private running: Promise<unknown> | undefined;
  private asked = 0;

  constructor(
    private readonly world: OracleWorld,
    readonly member: number,
  ) {
    this.wallet = world.attestorKey(member);
    this.domain = uptimeDomain(world.deployment.chainId, world.deployment.contracts.UptimeOracle);
    this.server = this.createServer();
  }

  /** Sets what it does in an epoch. */
  plans(epoch: number, misdeed: Misdeed): void {
    this.plan.set(epoch, misdeed);
  }

  async start(): Promise<this> {
    await this.server.listen({ host: "127.0.0.1", port: this.world.ports[this.member]! });
    this.running = Promise.all([this.run(), ...Array.from({ length: FLOOD }, () => this.flood())]);
    return this;
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    await this.running;
    this.server.server.closeAllConnections();
    await this.server.close();
  }

  private get peers(): string[] {
    return this.world.urls.filter((_, member) => member !== this.member);
  }

  private misdeedOf(epoch: number): Misdeed {
    return this.plan.get(epoch) ?? "passive";
  }

  private get misdeed(): Misdeed {
    return this.misdeedOf(this.epoch);
  }

  private epoch = -1;

  private createServer(): FastifyInstance {
    const server = Fastify({ logger: false });
    server.addHook("onRequest", async (_, reply) => {
      if (this.misdeed === "silent") await new Promise(() => undefined);
      if (this.misdeed === "slow") await sleep(SLOW_MS);
      if (this.misdeed === "garbage") await reply.type("application/json").send(randomBytes(512 + (this.asked++ % 7)));
    });
    server.setNotFoundHandler(async (_, reply) => await reply.status(404).send({ code: "NOT_FOUND", message: "no" }));
    server.post("/heartbeats", (request) => this.hear(fromHeartbeatJson(JSON.stringify(request.body))));
    server.post("/batches", (request) => ({ taken: (request.body as unknown[]).length }));
    server.get("/observations/:epoch", async (request, reply) => {
      const epoch = Number((request.params as { epoch: string }).epoch);
      const all = this.observations.get(epoch) ?? [];
      const shown = all[this.asked++ % Math.max(1, all.length)];
      if (shown === undefined) return await reply.status(404).send({ code: "NOT_FOUND", message: "none yet" });
      const signed = this.misdeedOf(epoch) === "signing-anew" ? await this.signedAnew(shown) : shown;
      return await reply.type("application/octet-stream").send(Buffer.from(encodeObservation(signed)));
    });
    server.get("/observations/:epoch/:root", async (request, reply) => {
      const { epoch, root } = request.params as { epoch: string; root: string };
      const shown = this.observations.get(Number(epoch))?.find((each) => observationRoot(each) === root);
      if (shown === undefined) return await reply.status(404).send({ code: "NOT_FOUND", message: "none" });
      return await reply.type("application/octet-stream").send(Buffer.from(encodeObservation(shown)));
    });
    server.post("/receipts", (request) => {
      const { epoch, slot, nodeIds } = request.body as { epoch: number; slot: number; nodeIds: string[] };
      const [first] = this.slots.get(`${epoch}/${slot}`) ?? [];
      const receipts = nodeIds.flatMap((node) => first?.tree.receipt(first.batch, BigInt(node)) ?? []);
      return { receipts: receipts.map((receipt) => ({ ...receipt, nodeId: String(receipt.nodeId) })) };
    });
    return server;
  }

  private hear(heartbeat: ReturnType<typeof fromHeartbeatJson>): Record<string, unknown> {
    const key = `${heartbeat.epoch}/${heartbeat.slot}`;
    const heard = this.heard.get(key) ?? new Map<bigint, string>();
    this.heard.set(key, heard);
    if (!this.closing.has(key))
      for (const nodeId of heartbeat.nodeIds)
        if (!heard.has(nodeId)) heard.set(nodeId, heartbeatHash(this.domain, heartbeat));
    return { epoch: heartbeat.epoch, slot: heartbeat.slot, accepted: heartbeat.nodeIds.map(String), refused: [] };
  }

  private async run(): Promise<void> {
    while (!this.stopping.signal.aborted) {
      await this.tick().catch(() => undefined);
      await sleep(TICK_MS, undefined, { signal: this.stopping.signal }).catch(() => undefined);
    }
  }

  private async tick(): Promise<void> {
    const { clock } = this.world;
    const now = await this.world.now();
    this.epoch = clock.epochAt(now);
    for (const [key, heard] of this.heard) {
      if (this.closing.has(key) || heard.size === 0) continue;
      const [epoch, slot] = key.split("/").map(Number) as [number, number];
      if (now < clock.slotStart(epoch, slot) + 1.25 * clock.slotSeconds) continue;
      // Not waited for: one that is slow to tell is still busy with the slots that follow.
      this.closing.add(key);
      this.closeSlot(epoch, slot, heard).catch(() => undefined);
    }
    const over = this.epoch - 1;
    if (over >= 0 && !this.observations.has(over) && now > clock.endOf(over) + clock.slotSeconds / 2)
      await this.observe(over);
    if (this.misdeedOf(over) === "rogue-leader") await this.usurp(over);
  }

  private async closeSlot(epoch: number, slot: number, heard: ReadonlyMap<bigint, string>): Promise<void> {
    const misdeed = this.misdeedOf(epoch);
    const all = [...heard]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([nodeId, hash]) => ({ nodeId, heartbeatHash: hash }));
    const domain = misdeed === "wrong-version" ? { ...this.domain, chainId: 1 } : this.domain;
    const invented = [{ nodeId: await this.world.contracts.nodes.nodeCount(), heartbeatHash: id("made up") }];
    const told = [misdeed === "lying" ? invented : all];
    if (misdeed === "equivocating" || misdeed === "unlisting")
      told.push([...all.slice(1), { nodeId: 2n ** 41n, heartbeatHash: id("other") }]);
    const closed: Slot[] = [];
    for (const entries of told) {
      const tree = new BatchTree(entries);
      closed.push({ tree, batch: await signBatch(this.wallet, domain, { epoch, slot, root: tree.root }) });
    }
    this.slots.set(`${epoch}/${slot}`, closed);
    // Too late for the others to take it.
    if (misdeed === "slow")
      await sleep(3_000 * this.world.clock.slotSeconds, undefined, { signal: this.stopping.signal });
    // Each member is told of another one of two; of batches that are only given to nodes nobody is told.
    const shown = misdeed === "unlisting" ? closed.slice(1) : closed;
    await Promise.allSettled(this.peers.map((url, i) => post(`${url}/batches`, [shown[i % shown.length]!.batch])));
  }

  private async observe(epoch: number): Promise<void> {
    const { clock, contracts } = this.world;
    const misdeed = this.misdeedOf(epoch);
    const count = Number((await contracts.nodes.registryAt(epoch)).count);
    const digest = misdeed === "wrong-version" ? id("another configuration") : await contracts.uptime.configDigest();
    const signed: Observation[] = [];
    for (const version of misdeed === "equivocating" ? [0, 1] : [misdeed === "unlisting" ? 1 : 0]) {
      const batchRoots = new Uint8Array(32 * clock.slotsPerEpoch);
      const sightings = noSightings(count);
      for (let slot = 0; slot < clock.slotsPerEpoch; slot++) {
        const closed = this.slots.get(`${epoch}/${slot}`)?.[version];
        if (closed === undefined) continue;
        batchRoots.set(Buffer.from(closed.batch.root.slice(2), "hex"), 32 * slot);
        for (let node = 1; node <= count; node++) {
          const isIn = closed.tree.receipt(closed.batch, BigInt(node)) !== undefined;
          if (isIn && !(misdeed === "hiding" && node === 1)) markSeen(sightings, node, slot);
        }
      }
      const content = { epoch, attestor: this.wallet.address, batchRoots, sightings };
      signed.push(await signObservation(this.wallet, this.domain, digest, content));
    }
    this.observations.set(epoch, signed);
  }

  private async signedAnew(observation: Observation): Promise<Observation> {
    const { epoch } = observation;
    const value = {
      epoch,
      root: observationRoot(observation),
      configDigest: await this.world.contracts.uptime.configDigest(),
    };
    const digest = TypedDataEncoder.hash(this.domain, { ...observationTypes }, value);
    return { ...observation, signature: signatureOf(this.wallet, digest, hexlify(randomBytes(32))) };
  }

  /** Leads when it is not its turn, with reports that follow from nothing. */
  private async usurp(epoch: number): Promise<void> {
    const { seats } = await this.world.contracts.uptime.setOf(epoch);
    const observations = [...seats].map((attestor) => {
      return { attestor, root: id(`root ${attestor}`), signature: hexlify(randomBytes(64)) };
    });
    for (const round of [0, 1, 2, 3]) {
      const content = { epoch, round, reportHash: id("a report out of nothing") };
      const signature = await this.wallet.signTypedData(this.domain, proposalTypes, content);
      const votes = [{ attestor: this.wallet.address, signature }];
      await Promise.allSettled(
        this.peers.flatMap((url) => [
          post(`${url}/proposals`, { ...content, observations, signature }),
          post(`${url}/locks`, { ...content, votes }),
          post(`${url}/commits`, { ...content, locks: votes }),
        ]),
      );
    }
  }

  private async flood(): Promise<void> {
    while (!this.stopping.signal.aborted) {
      if (this.misdeed !== "flooding") {
        await sleep(TICK_MS, undefined, { signal: this.stopping.signal }).catch(() => undefined);
        continue;
      }
      const block = await this.world.provider.getBlock("latest");
      if (block === null) continue;
      for (let i = 0; i < 50; i++) {
        const url = this.peers[i % this.peers.length]!;
        const slot = this.world.clock.slotAt(block.timestamp);
        const about = {
          epoch: this.epoch,
          slot,
          nodeIds: ["1"],
          blockNumber: String(block.number),
          blockHash: block.hash,
        };
        const status = await postFrom(FLOOD_ADDRESS, `${url}/heartbeats`, {
          ...about,
          signature: hexlify(randomBytes(64)),
        });
        this.flooded.set(status, (this.flooded.get(status) ?? 0) + 1);
      }
    }
  }
}

async function post(url: string, body: unknown): Promise<void> {
  const headers = { "content-type": "application/json" };
  const response = await fetch(url, {
    method: "POST",
    headers,
    body: JSON.stringify(body),
    signal: AbortSignal.timeout(3_000),
  });
  await response.arrayBuffer();
}

/** Status of the answer, 0 for none. */
async function postFrom(localAddress: string, url: string, body: unknown): Promise<number> {
  return await new Promise((resolve) => {
    const options = { method: "POST", localAddress, headers: { "content-type": "application/json" }, timeout: 3_000 };
    const request = httpRequest(url, options, (response) => {
      response.resume().once("end", () => {
        resolve(response.statusCode ?? 0);
      });
    });
    request.once("timeout", () => request.destroy());
    request.once("error", () => {
      resolve(0);
    });
    request.end(JSON.stringify(body));
  });
}
