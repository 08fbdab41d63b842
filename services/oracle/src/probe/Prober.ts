import { getBytes, hexlify, randomBytes, type TypedDataDomain } from "ethers";
import { z } from "zod";

import type { Logger } from "@millrace/sdk";
import { keccak, probeSigner, type SignedHeartbeat } from "@millrace/uptime-tree/format";

import type { ChainWatch } from "../chain/ChainWatch.js";
import type { Metrics } from "../Metrics.js";
import type { Store } from "../store/Store.js";
import { askEndpoint, ForbiddenEndpointError, type AskOptions } from "./askEndpoint.js";
import type { NodeEndpoints } from "./NodeEndpoints.js";

/** Times that a node is asked before it counts as silent. */
const TRIES = 2;
/** Longest that one answer may take; shorter where slots are. */
const MAX_TIMEOUT_MS = 2_000;
/** Part of a slot that one answer may take. */
const TIMEOUT_DIVISOR = 8;
/** Probes under way at once. More are left out: a node that was not asked counts by its heartbeat. */
const MAX_UNDER_WAY = 256;

const answerSchema = z.object({ signature: z.string().regex(/^0x[0-9a-fA-F]{128}$/) });

/** What a prober works with. */
export interface ProberParts {
  readonly watch: ChainWatch;
  readonly slotSeconds: number;
  readonly endpoints: Pick<NodeEndpoints, "of">;
  readonly store: Store;
  readonly domain: TypedDataDomain;
  readonly metrics: Metrics;
  readonly logger: Logger;
  /** Of how many nodes one is asked in a slot, on average. */
  readonly oneIn: number;
  readonly allowsPrivate: boolean;
  readonly ask?: (url: URL, options: AskOptions) => Promise<string>;
  /** A number from zero up to one. */
  readonly random?: () => number;
}

/**
 * Asks nodes that said that they run whether they do, at their endpoint. Which nodes are asked in a slot follows from
 * the slot's first block, so that all attestors ask the same and nobody knows before; the moment is each attestor's own.
 * A node that answers nobody is left out of the slot's batch, as if it had not been heard: reports follow from batches
 * and observations as ever.
 */
export class Prober {
  private readonly timers = new Set<NodeJS.Timeout>();
  private underWay = 0;

  constructor(private readonly parts: ProberParts) {}

  /** To be called with nodes that were heard for the first time in a slot, and the key that spoke. Never waits. */
  onHeard({ epoch, slot }: SignedHeartbeat, nodeIds: readonly bigint[], agent: string): void {
    const { watch, endpoints } = this.parts;
    const seed = watch.firstOf(epoch, slot);
    if (seed === undefined) return;
    const byEndpoint = new Map<string, bigint[]>();
    for (const nodeId of nodeIds) {
      if (!isPicked(seed, nodeId, this.parts.oneIn)) continue;
      const url = endpoints.of(nodeId);
      if (url !== "") byEndpoint.set(url, [...(byEndpoint.get(url) ?? []), nodeId]);
    }
    for (const [url, asked] of byEndpoint) this.schedule({ epoch, slot, url, nodeIds: asked, agent });
  }

  /** Asks nobody any more. */
  stop(): void {
    for (const timer of this.timers) clearTimeout(timer);
    this.timers.clear();
  }

  private get timeoutMs(): number {
    return Math.min(MAX_TIMEOUT_MS, (this.parts.slotSeconds * 1_000) / TIMEOUT_DIVISOR);
  }

  private schedule(probe: Probe): void {
    const { watch, metrics, random = Math.random } = this.parts;
    const spareMs = watch.remainingMs(probe.epoch, probe.slot) - TRIES * this.timeoutMs;
    if (spareMs <= 0 || this.underWay + this.timers.size >= MAX_UNDER_WAY) {
      metrics.probes.inc({ outcome: "left-out" });
      return;
    }
    const timer = setTimeout(() => {
      this.timers.delete(timer);
      void this.run(probe);
    }, random() * spareMs);
    timer.unref();
    this.timers.add(timer);
  }

  private async run(probe: Probe): Promise<void> {
    const { store, metrics, logger } = this.parts;
    const { epoch, slot, url, nodeIds } = probe;
    this.underWay++;
    try {
      let outcome: ProbeOutcome = "silent";
      for (let tries = 0; tries < TRIES && outcome !== "answered" && outcome !== "forbidden"; tries++) {
        outcome = await this.ask(probe);
      }
      metrics.probes.inc({ outcome });
      if (outcome === "answered" || outcome === "forbidden") return;
      const isNoted = store.slots.noteSilence(epoch, slot, nodeIds);
      logger.info({ epoch, slot, url, nodeIds: nodeIds.map(String), outcome, isNoted }, "nodes do not answer");
    } catch (error) {
      // The disk takes nothing: the nodes count by their heartbeats.
      logger.warn({ epoch, slot, message: error instanceof Error ? error.message : String(error) }, "probe lost");
    } finally {
      this.underWay--;
    }
  }

  private async ask({ url, agent }: Probe): Promise<ProbeOutcome> {
    const { domain, allowsPrivate, ask = askEndpoint } = this.parts;
    const nonce = hexlify(randomBytes(32));
    try {
      const target = new URL(`probe/${nonce}`, url.endsWith("/") ? url : `${url}/`);
      const answer = await ask(target, { timeoutMs: this.timeoutMs, allowsPrivate });
      const { signature } = answerSchema.parse(JSON.parse(answer));
      return probeSigner(domain, nonce, signature).toLowerCase() === agent.toLowerCase() ? "answered" : "wrong-key";
    } catch (error) {
      return error instanceof ForbiddenEndpointError ? "forbidden" : "silent";
    }
  }
}

type ProbeOutcome = "answered" | "forbidden" | "silent" | "wrong-key";

interface Probe {
  readonly epoch: number;
  readonly slot: number;
  readonly url: string;
  readonly nodeIds: readonly bigint[];
  /** Key that must answer. */
  readonly agent: string;
}

/** Whether a node is to be asked in the slot that began with a block. */
export function isPicked(blockHash: string, nodeId: bigint, oneIn: number): boolean {
  const bytes = new Uint8Array(40);
  bytes.set(getBytes(blockHash));
  const view = new DataView(bytes.buffer);
  view.setBigUint64(32, nodeId);
  const digest = keccak(bytes);
  return new DataView(digest.buffer, digest.byteOffset).getUint32(0) % oneIn === 0;
}
