import { getAddress, getBytes, hexlify } from "ethers";
import type { z } from "zod";

import type { Observation } from "@millrace/uptime-tree";

import {
  boundSchema,
  healthSchema,
  observationSchema,
  refusalSchema,
  signedSchema,
  type Bound,
  type Commit,
  type Health,
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

const MAX_ANSWER_BYTES = 256 * 2 ** 20;

/** HTTP client of a member. What comes back is checked for its form; signatures are the caller's to check. */
export class PeerClient {
  constructor(
    readonly url: string,
    private readonly timeoutMs: number,
  ) {}

  async health(): Promise<Health> {
    return await this.json(healthSchema, "health");
  }

  /** The member's own observation of an epoch. */
  async observation(epoch: number): Promise<Observation> {
    return toObservation(await this.json(observationSchema, `observations/${epoch}`));
  }

  /** Any member's observation of an epoch, by the hash of its content. */
  async observationBy(epoch: number, contentHash: string): Promise<Observation> {
    return toObservation(await this.json(observationSchema, `observations/${epoch}/${contentHash}`));
  }

  /** The report that the member has signed for an epoch. */
  async bound(epoch: number): Promise<Bound> {
    return await this.json(boundSchema, `rounds/${epoch}`);
  }

  /** Data file of a report, by its hash. */
  async data(reportHash: string): Promise<Uint8Array> {
    return await this.bytes(`reports/${reportHash}/data`);
  }

  async propose(proposal: Proposal): Promise<Signed> {
    return await this.json(signedSchema, "proposals", proposal);
  }

  async commit(commit: Commit): Promise<Signed> {
    return await this.json(signedSchema, "commits", commit);
  }

  private async json<S extends z.ZodType>(schema: S, path: string, body?: unknown): Promise<z.infer<S>> {
    const bytes = await this.bytes(path, body);
    const parsed = schema.safeParse(JSON.parse(new TextDecoder().decode(bytes)));
    if (parsed.success) return parsed.data;
    throw new PeerError(this.url, "BAD_ANSWER", `answered /${path} with something else: ${parsed.error.message}`);
  }

  private async bytes(path: string, body?: unknown): Promise<Uint8Array> {
    let response: Response;
    let bytes: Uint8Array;
    try {
      response = await fetch(new URL(path, this.url.endsWith("/") ? this.url : `${this.url}/`), {
        ...(body === undefined
          ? {}
          : { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) }),
        signal: AbortSignal.timeout(this.timeoutMs),
      });
      if (Number(response.headers.get("content-length") ?? 0) > MAX_ANSWER_BYTES) throw new Error("too much data");
      bytes = new Uint8Array(await response.arrayBuffer());
    } catch (cause) {
      throw new PeerError(this.url, "NO_ANSWER", `no answer to /${path}`, { cause });
    }
    if (response.ok) return bytes;
    throw this.refusal(path, response.status, bytes);
  }

  private refusal(path: string, status: number, bytes: Uint8Array): PeerError {
    let answer: unknown;
    try {
      answer = JSON.parse(new TextDecoder().decode(bytes));
    } catch {
      answer = undefined;
    }
    const parsed = refusalSchema.safeParse(answer);
    if (parsed.success) return new PeerError(this.url, parsed.data.code, `refused /${path}: ${parsed.data.message}`);
    return new PeerError(this.url, "BAD_ANSWER", `answered /${path} with status ${status}`);
  }
}

function toObservation({
  attestor,
  epoch,
  contentHash,
  content,
  signature,
}: z.infer<typeof observationSchema>): Observation {
  return { attestor: getAddress(attestor), epoch, contentHash, content: getBytes(content), signature };
}

/** JSON form of an observation. */
export function fromObservation(observation: Observation): z.input<typeof observationSchema> {
  return { ...observation, content: hexlify(observation.content) };
}
