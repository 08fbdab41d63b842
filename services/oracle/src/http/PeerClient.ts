import type { z } from "zod";

import { MAX_JSON_BYTES, readUpTo } from "@millrace/sdk";
import type { Observation, ProvenLeaf, Receipt, SignedBatch, SignedHeartbeat } from "@millrace/uptime-tree/format";

import { decodeObservation, sentObservationSize, type EpochSize } from "./observationBytes.js";
import { Patience } from "./Patience.js";
import {
  boundSchema,
  healthSchema,
  heartbeatSchema,
  lockedSchema,
  provenLeafSchema,
  receiptsAnswerSchema,
  refusalSchema,
  signedSchema,
  takenSchema,
  type Bound,
  type Commit,
  type Health,
  type Lock,
  type Locked,
  type Proposal,
  type Signed,
} from "./schemas.js";

/** Thrown when a member does not answer, or refuses. */
export class PeerError extends Error {
  override readonly name = "PeerError";

  constructor(
    readonly url: string,
    readonly code: string,
    message: string,
    options?: ErrorOptions,
  ) {
    super(`${url}: ${message}`, options);
  }
}

/**
 * HTTP client of a member, for other members, agents and commands. What comes back is bounded, and checked for its form;
 * signatures and proofs are the caller's to check.
 */
export class PeerClient {
  constructor(
    readonly url: string,
    private readonly timeoutMs: number,
  ) {}

  async health(): Promise<Health> {
    return await this.json(healthSchema, "health");
  }

  /** Pushes a heartbeat. @throws PeerError when the member does not take it */
  async push(heartbeat: SignedHeartbeat): Promise<void> {
    await this.bytes("heartbeats", heartbeat);
  }

  /** A node's leaf of the report of an epoch. */
  async leaf(epoch: number, nodeId: bigint): Promise<ProvenLeaf> {
    return await this.json(provenLeafSchema, `epochs/${epoch}/leaf/${String(nodeId)}`);
  }

  /** The member's own observation of an epoch. */
  async observation(epoch: number, size: EpochSize): Promise<Observation> {
    return this.decoded(await this.bytes(`observations/${epoch}`, undefined, sentObservationSize(size)));
  }

  /** Any member's observation of an epoch, by its root. */
  async observationBy(epoch: number, root: string, size: EpochSize): Promise<Observation> {
    return this.decoded(await this.bytes(`observations/${epoch}/${root}`, undefined, sentObservationSize(size)));
  }

  /** Offers batches; says how many were taken. */
  async offer(batches: readonly SignedBatch[]): Promise<{ taken: number }> {
    return await this.json(takenSchema, "batches", batches);
  }

  /** The report that the member has signed for an epoch. */
  async bound(epoch: number): Promise<Bound> {
    return await this.json(boundSchema, `rounds/${epoch}`);
  }

  /** Data file of a report, by its hash. */
  async data(reportHash: string, maxBytes: number): Promise<Uint8Array> {
    return await this.bytes(`reports/${reportHash}/data`, undefined, maxBytes);
  }

  /** Receipts of nodes for a slot. */
  async receipts(epoch: number, slot: number, nodeIds: readonly bigint[]): Promise<Receipt[]> {
    const { receipts } = await this.json(receiptsAnswerSchema, "receipts", { epoch, slot, nodeIds });
    // It gives its own alone. Whoever sends more has others check signatures, milliseconds each, for nothing.
    if (receipts.length <= nodeIds.length) return receipts;
    throw new PeerError(this.url, "BAD_ANSWER", `answered with ${receipts.length} receipts of ${nodeIds.length} nodes`);
  }

  /** The heartbeat that spoke for a node in a slot. */
  async evidence(epoch: number, slot: number, nodeId: bigint): Promise<SignedHeartbeat> {
    return await this.json(heartbeatSchema, `evidence/${epoch}/${slot}/${String(nodeId)}`);
  }

  async propose(proposal: Proposal): Promise<Signed> {
    return await this.json(signedSchema, "proposals", proposal);
  }

  async lock(lock: Lock): Promise<Signed> {
    return await this.json(signedSchema, "locks", lock);
  }

  /** The report to which the member is locked in an epoch. */
  async locked(epoch: number): Promise<Locked> {
    return await this.json(lockedSchema, `locks/${epoch}`);
  }

  async commit(commit: Commit): Promise<Signed> {
    return await this.json(signedSchema, "commits", commit);
  }

  private decoded(bytes: Uint8Array): Observation {
    try {
      return decodeObservation(bytes);
    } catch (cause) {
      throw new PeerError(this.url, "BAD_ANSWER", "answered with no observation", { cause });
    }
  }

  private async json<S extends z.ZodType>(schema: S, path: string, body?: unknown): Promise<z.infer<S>> {
    const bytes = await this.bytes(path, body);
    const parsed = schema.safeParse(parseJson(bytes));
    if (parsed.success) return parsed.data;
    throw new PeerError(
      this.url,
      "BAD_ANSWER",
      `answered /${path} with something else: ${parsed.error.issues[0]?.message ?? "?"}`,
    );
  }

  private async bytes(path: string, body?: unknown, limit = MAX_JSON_BYTES): Promise<Uint8Array> {
    const patience = new Patience(this.timeoutMs);
    let response: Response;
    let bytes: Uint8Array;
    try {
      response = await fetch(new URL(path, this.url.endsWith("/") ? this.url : `${this.url}/`), {
        ...(body === undefined
          ? {}
          : { method: "POST", headers: { "content-type": "application/json" }, body: toJson(body) }),
        signal: patience.signal,
        // A peer must not make this machine call what only this machine can reach.
        redirect: "error",
      });
      const maxBytes = response.ok ? limit : MAX_JSON_BYTES;
      bytes = await readUpTo(response, maxBytes, (length) => {
        patience.extend(length);
      });
    } catch (cause) {
      throw new PeerError(this.url, "NO_ANSWER", `no answer to /${path}`, { cause });
    } finally {
      patience.stop();
    }
    if (response.ok) return bytes;
    throw this.refusal(path, response.status, bytes);
  }

  private refusal(path: string, status: number, bytes: Uint8Array): PeerError {
    const parsed = refusalSchema.safeParse(parseJson(bytes));
    if (parsed.success) return new PeerError(this.url, parsed.data.code, `refused /${path}: ${parsed.data.message}`);
    return new PeerError(this.url, "BAD_ANSWER", `answered /${path} with status ${status}`);
  }
}

/** Large numbers as decimal strings. */
function toJson(body: unknown): string {
  return JSON.stringify(body, (_, value: unknown) => (typeof value === "bigint" ? String(value) : value));
}

/** Undefined for what is no JSON. */
function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    return undefined;
  }
}
