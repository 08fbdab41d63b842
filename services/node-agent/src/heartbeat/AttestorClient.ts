import { z } from "zod";

import { readJson } from "@millrace/sdk";
import type { Receipt, SignedHeartbeat } from "@millrace/uptime-tree/format";

const leafSchema = z.object({
  leaf: z.object({
    epoch: z.coerce.number(),
    index: z.coerce.number(),
    nodeId: z.coerce.bigint(),
    provider: z.string(),
    bitmap: z.coerce.bigint(),
    points: z.coerce.bigint(),
    pointsBefore: z.coerce.bigint(),
    rawCumulativeReward: z.coerce.bigint(),
  }),
  proof: z.array(z.string()),
});

const receiptsSchema = z.object({
  receipts: z.array(
    z.object({
      epoch: z.number(),
      slot: z.number(),
      attestor: z.string(),
      root: z.string(),
      signature: z.string(),
      nodeId: z.coerce.bigint(),
      heartbeatHash: z.string(),
      path: z.array(z.string()),
    }),
  ),
});

/** A node's leaf of a report with its proof. */
export type ProvenLeaf = z.infer<typeof leafSchema>;

/**
 * Talks to one attestor. Its answers are hints, of bounded length: a leaf is proven to the contract, a heartbeat seen by
 * others too.
 */
export class AttestorClient {
  constructor(
    readonly url: string,
    private readonly timeoutMs: number,
  ) {}

  /** Pushes a heartbeat; false if the attestor did not take it. */
  async push(heartbeat: SignedHeartbeat): Promise<boolean> {
    const response = await this.post("/heartbeats", heartbeat);
    await response.body?.cancel();
    return response.ok;
  }

  /** Receipts for a slot: the attestor's word that it saw these nodes. None before it has signed its batch. */
  async receipts(epoch: number, slot: number, nodeIds: readonly bigint[]): Promise<Receipt[]> {
    const response = await this.post("/receipts", { epoch, slot, nodeIds });
    return response.ok ? receiptsSchema.parse(await readJson(response)).receipts : [];
  }

  private async post(path: string, body: unknown): Promise<Response> {
    return await fetch(new URL(path, this.url), {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body, (_, value: unknown) => (typeof value === "bigint" ? String(value) : value)),
      signal: AbortSignal.timeout(this.timeoutMs),
    });
  }

  /** A node's leaf of an epoch, or undefined if this attestor has none. */
  async leaf(epoch: number, nodeId: bigint): Promise<ProvenLeaf | undefined> {
    try {
      const path = `/epochs/${epoch}/leaf/${nodeId.toString()}`;
      const response = await fetch(new URL(path, this.url), { signal: AbortSignal.timeout(this.timeoutMs) });
      if (!response.ok) return undefined;
      return leafSchema.parse(await readJson(response));
    } catch {
      return undefined;
    }
  }
}
