import rateLimit from "@fastify/rate-limit";
import Fastify, { type FastifyInstance, type FastifyReply } from "fastify";
import { z } from "zod";

import type { Logger } from "@millrace/sdk";
import { hashReport, type BuiltReport, type Leaf, type Receipt } from "@millrace/uptime-tree/format";

import { OracleError } from "../OracleError.js";
import type { ChainFacts } from "../chain/ChainFacts.js";
import type { HeartbeatIngest } from "../ingest/HeartbeatIngest.js";
import type { Member } from "../member/Member.js";
import type { Observer } from "../member/Observer.js";
import type { Gossip } from "../member/Gossip.js";
import type { ReportHistory } from "../member/ReportHistory.js";
import type { SlotKeeper } from "../member/SlotKeeper.js";
import type { Metrics } from "../Metrics.js";
import type { Store } from "../store/Store.js";
import { toHeartbeatJson } from "../store/heartbeatJson.js";
import { endWhenSlow } from "./endWhenSlow.js";
import { encodeObservation } from "./observationBytes.js";
import { Paced } from "./Paced.js";
import { SharedBytes } from "./SharedBytes.js";
import {
  batchesSchema,
  commitSchema,
  heartbeatSchema,
  lockSchema,
  proposalSchema,
  receiptsSchema,
  type Health,
} from "./schemas.js";

/** What the routes answer from. */
export interface Services {
  readonly ingest: HeartbeatIngest;
  readonly observer: Observer;
  readonly member: Member;
  readonly history: ReportHistory;
  readonly facts: ChainFacts;
  readonly slots: SlotKeeper;
  readonly gossip: Gossip;
  readonly store: Store;
  readonly metrics: Metrics;
  readonly health: () => Promise<Health>;
  readonly requestsPerSecond: number;
  readonly logger: Logger;
}

const BODY_LIMIT = 64 * 1024;
/** Requests are counted over this time. */
const WINDOW_SECONDS = 10;
const BYTES = "application/octet-stream";

const epochParams = z.object({ epoch: z.coerce.number().int().min(0).max(0xffff_ffff) });
const leafParams = epochParams.extend({
  nodeId: z
    .string()
    .regex(/^[1-9][0-9]{0,19}$/)
    .transform(BigInt),
});
const hashParam = z
  .string()
  .regex(/^0x[0-9a-fA-F]{64}$/)
  .transform((text) => text.toLowerCase());
const observationParams = epochParams.extend({ root: hashParam });
const slotParams = epochParams.extend({ slot: z.coerce.number().int().min(0).max(255) });
const evidenceParams = slotParams.extend({ nodeId: leafParams.shape.nodeId });
const reportParams = z.object({ reportHash: hashParam });

/** The HTTP face of a member. Paths and codes are documented in the service's README. */
export async function createServer(services: Services): Promise<FastifyInstance> {
  const { metrics, requestsPerSecond, logger } = services;
  const server = Fastify({ bodyLimit: BODY_LIMIT, logger: false, requestTimeout: 30_000 });
  server.addHook("onResponse", (request, reply, done) => {
    metrics.requests.inc({ route: request.routeOptions.url ?? "none", status: String(reply.statusCode) });
    done();
  });
  server.addHook("onSend", (_, reply, payload, done) => {
    const isBytes = typeof payload === "string" || Buffer.isBuffer(payload);
    endWhenSlow(reply.raw, isBytes ? Buffer.byteLength(payload) : 0);
    done();
  });
  await server.register(rateLimit, {
    max: requestsPerSecond * WINDOW_SECONDS,
    timeWindow: WINDOW_SECONDS * 1_000,
    errorResponseBuilder: () => new OracleError("TOO_MANY_REQUESTS", "slow down"),
  });
  server.setErrorHandler((error, request, reply) => answerError(logger, error, request.url, reply));
  server.setNotFoundHandler(async (request, reply) => {
    return await reply.status(404).send({ code: "NOT_FOUND", message: `there is no ${request.url}` });
  });

  server.get("/health", async (_, reply) => {
    const health = await services.health();
    return await reply.status(health.status === "ok" ? 200 : 503).send(health);
  });
  server.get("/metrics", { config: { rateLimit: false } }, async (_, reply) => {
    return await reply.type(metrics.registry.contentType).send(await metrics.registry.metrics());
  });
  const paced = new Paced();
  const shared = new SharedBytes();
  nodeRoutes(server, services, paced);
  epochRoutes(server, services, paced, shared);
  memberRoutes(server, services, shared);
  return server;
}

/** What agents of nodes send and ask. */
function nodeRoutes(server: FastifyInstance, { ingest, slots, metrics }: Services, paced: Paced): void {
  server.post("/heartbeats", async (request) => {
    try {
      const answer = await ingest.accept(parse(heartbeatSchema, request.body));
      metrics.heartbeats.inc({ outcome: "accepted" });
      return answer;
    } catch (error) {
      metrics.heartbeats.inc({ outcome: error instanceof OracleError ? error.code : "UNEXPECTED" });
      throw error;
    }
  });
  server.post("/receipts", async (request) => {
    const { epoch, slot, nodeIds } = parse(receiptsSchema, request.body);
    const work = (): Receipt[] => slots.receipts(epoch, slot, nodeIds);
    const receipts = slots.isAtHand(epoch, slot) ? work() : await paced.run(work);
    return { receipts: receipts.map(receiptJson) };
  });
  server.get("/evidence/:epoch/:slot/:nodeId", async (request, reply) => {
    const { epoch, slot, nodeId } = parse(evidenceParams, request.params);
    const heartbeat = await paced.run(() => slots.heartbeat(epoch, slot, nodeId));
    return await reply.type("application/json").send(toHeartbeatJson(heartbeat));
  });
}

/** What anyone may ask of an epoch. */
function epochRoutes(
  server: FastifyInstance,
  { facts, history, store }: Services,
  paced: Paced,
  shared: SharedBytes,
): void {
  const posted = async (epoch: number): Promise<BuiltReport> => {
    const work = async (): Promise<BuiltReport> => await history.posted(epoch);
    return (await history.isAtHand(epoch)) ? await work() : await paced.run(work);
  };
  server.get("/epochs/:epoch", async (request) => {
    const { epoch } = parse(epochParams, request.params);
    const [status, found] = await Promise.all([facts.statusOf(epoch), facts.posted(epoch)]);
    return { epoch, status, ...(found === undefined ? {} : { ...found, report: stringified(found.report) }) };
  });
  server.get("/epochs/:epoch/leaf/:nodeId", async (request) => {
    const { epoch, nodeId } = parse(leafParams, request.params);
    const { leaves, tree } = await posted(epoch);
    if (nodeId > leaves.count) throw new OracleError("NOT_FOUND", `node ${String(nodeId)} is not in epoch ${epoch}`);
    const leaf = leaves.leaf(Number(nodeId) - 1);
    return { leaf: leafJson(leaf), proof: tree.proof(leaf.index) };
  });
  server.get("/epochs/:epoch/data", async (request, reply) => {
    const { report, bytes } = await posted(parse(epochParams, request.params).epoch);
    return await reply.type(BYTES).send(shared.of(hashReport(report), () => bytes));
  });
  server.get("/reports/:reportHash/data", async (request, reply) => {
    const { reportHash } = parse(reportParams, request.params);
    const bytes = shared.of(reportHash, () => store.reports.data(reportHash));
    if (bytes === undefined) throw new OracleError("NOT_FOUND", `report ${reportHash} is not known here`);
    return await reply.type(BYTES).send(bytes);
  });
}

/** What members ask each other. All of it is signed, and nothing of it is secret. */
function memberRoutes(
  server: FastifyInstance,
  { observer, member, gossip, store }: Services,
  shared: SharedBytes,
): void {
  const observation = (epoch: number, root: string): Buffer | undefined =>
    shared.of(root, () => {
      const found = store.evidence.observation(epoch, root);
      return found && encodeObservation(found);
    });
  server.post("/batches", async (request) => await gossip.take(parse(batchesSchema, request.body)));
  server.get("/batches/:epoch/:slot", (request) => {
    const { epoch, slot } = parse(slotParams, request.params);
    return store.evidence.batches(epoch, slot);
  });
  server.get("/observations/:epoch", async (request, reply) => {
    const { epoch } = parse(epochParams, request.params);
    const root = observer.ownRoot(epoch);
    const own = root === undefined ? undefined : observation(epoch, root);
    if (own === undefined) throw new OracleError("NOT_FOUND", `no observation of epoch ${epoch} yet`);
    return await reply.type(BYTES).send(own);
  });
  server.get("/observations/:epoch/:root", async (request, reply) => {
    const { epoch, root } = parse(observationParams, request.params);
    const found = observation(epoch, root);
    if (found === undefined) throw new OracleError("NOT_FOUND", `observation ${root} is not known here`);
    return await reply.type(BYTES).send(found);
  });
  server.get("/rounds/:epoch", async (request) => {
    const bound = await member.bound(parse(epochParams, request.params).epoch);
    return { ...bound, report: stringified(bound.report) };
  });
  server.get("/locks/:epoch", async (request) => await member.locked(parse(epochParams, request.params).epoch));
  server.post("/proposals", async (request) => await member.vote(parse(proposalSchema, request.body)));
  server.post("/locks", async (request) => await member.lock(parse(lockSchema, request.body)));
  server.post("/commits", async (request) => await member.commit(parse(commitSchema, request.body)));
}

function parse<S extends z.ZodType>(schema: S, value: unknown): z.infer<S> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new OracleError("BAD_REQUEST", `${issue?.path.join(".") ?? ""}: ${issue?.message ?? "malformed"}`);
}

async function answerError(logger: Logger, error: unknown, url: string, reply: FastifyReply): Promise<FastifyReply> {
  if (error instanceof OracleError) {
    logger.debug({ url, code: error.code, message: error.message }, "refused");
    return await reply.status(error.status).send({ code: error.code, message: error.message });
  }
  const { statusCode, code, message } = error as { statusCode?: number; code?: string; message: string };
  if (statusCode !== undefined && statusCode < 500) {
    return await reply.status(statusCode).send({ code: code ?? "BAD_REQUEST", message });
  }
  logger.error({ url, err: error }, "request failed");
  return await reply.status(503).send({ code: "UNAVAILABLE", message: "the chain or the database does not answer" });
}

function stringified<T extends { readonly totalPoints: bigint }>(
  report: T,
): Omit<T, "totalPoints"> & { totalPoints: string } {
  return { ...report, totalPoints: String(report.totalPoints) };
}

function receiptJson(receipt: Receipt): Record<string, unknown> {
  return { ...receipt, nodeId: String(receipt.nodeId) };
}

/** A leaf with its large numbers as strings, which ethers and the contract's ABI take as they are. */
export function leafJson(leaf: Leaf): Record<keyof Leaf, string | number> {
  return {
    ...leaf,
    nodeId: String(leaf.nodeId),
    bitmap: `0x${leaf.bitmap.toString(16)}`,
    points: String(leaf.points),
    pointsBefore: String(leaf.pointsBefore),
    rawCumulativeReward: String(leaf.rawCumulativeReward),
  };
}
