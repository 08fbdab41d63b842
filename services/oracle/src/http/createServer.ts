import Fastify, { type FastifyInstance, type FastifyReply } from "fastify";
import { z } from "zod";

import type { Logger } from "@millrace/sdk";
import type { Leaf } from "@millrace/uptime-tree";

import { OracleError } from "../OracleError.js";
import type { ChainFacts } from "../chain/ChainFacts.js";
import type { HeartbeatIngest } from "../ingest/HeartbeatIngest.js";
import type { Member } from "../member/Member.js";
import type { Observer } from "../member/Observer.js";
import type { ReportHistory } from "../member/ReportHistory.js";
import { fromObservation } from "./PeerClient.js";
import type { RateLimit } from "./RateLimit.js";
import { commitSchema, heartbeatSchema, proposalSchema, type Health } from "./schemas.js";

/** What the routes answer from. */
export interface Services {
  readonly ingest: HeartbeatIngest;
  readonly observer: Observer;
  readonly member: Member;
  readonly history: ReportHistory;
  readonly facts: ChainFacts;
  readonly reportData: (reportHash: string) => Uint8Array | undefined;
  readonly health: () => Promise<Health>;
  readonly limit: RateLimit;
  readonly logger: Logger;
}

const BODY_LIMIT = 64 * 1024;

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
const observationParams = epochParams.extend({ contentHash: hashParam });
const reportParams = z.object({ reportHash: hashParam });

/** The HTTP face of a member. Paths and codes are documented in the service's README. */
export function createServer(services: Services): FastifyInstance {
  const server = Fastify({ bodyLimit: BODY_LIMIT, logger: false, requestTimeout: 30_000 });

  server.addHook("onRequest", (request, _, done) => {
    done(services.limit.take(request.ip) ? undefined : new OracleError("TOO_MANY_REQUESTS", "slow down"));
  });
  server.setErrorHandler((error, request, reply) => answerError(services.logger, error, request.url, reply));
  server.setNotFoundHandler(async (request, reply) => {
    return await reply.status(404).send({ code: "NOT_FOUND", message: `there is no ${request.url}` });
  });

  server.get("/health", async (_, reply) => {
    const health = await services.health();
    return await reply.status(health.status === "ok" ? 200 : 503).send(health);
  });
  server.post("/heartbeats", async (request) => await services.ingest.accept(parse(heartbeatSchema, request.body)));
  epochRoutes(server, services);
  memberRoutes(server, services);
  return server;
}

/** What anyone may ask of an epoch. */
function epochRoutes(server: FastifyInstance, { facts, history, reportData }: Services): void {
  server.get("/epochs/:epoch", async (request) => {
    const { epoch } = parse(epochParams, request.params);
    const [status, posted] = await Promise.all([facts.statusOf(epoch), facts.posted(epoch)]);
    return { epoch, status, ...(posted === undefined ? {} : { ...posted, report: stringified(posted.report) }) };
  });
  server.get("/epochs/:epoch/leaf/:nodeId", async (request) => {
    const { epoch, nodeId } = parse(leafParams, request.params);
    const { leaves, tree } = await history.posted(epoch);
    const leaf = leaves.find((each) => each.nodeId === nodeId);
    if (leaf === undefined) throw new OracleError("NOT_FOUND", `node ${String(nodeId)} is not in epoch ${epoch}`);
    return { leaf: leafJson(leaf), proof: tree.proof(leaf.index) };
  });
  server.get("/epochs/:epoch/data", async (request, reply) => {
    const { bytes } = await history.posted(parse(epochParams, request.params).epoch);
    return await reply.type("application/json").send(Buffer.from(bytes));
  });
  server.get("/reports/:reportHash/data", async (request, reply) => {
    const { reportHash } = parse(reportParams, request.params);
    const bytes = reportData(reportHash);
    if (bytes === undefined) throw new OracleError("NOT_FOUND", `report ${reportHash} is not known here`);
    return await reply.type("application/json").send(Buffer.from(bytes));
  });
}

/** What members ask each other. All of it is signed, and nothing of it is secret. */
function memberRoutes(server: FastifyInstance, { observer, member }: Services): void {
  server.get("/observations/:epoch", (request) => {
    const { epoch } = parse(epochParams, request.params);
    const own = observer.own(epoch);
    if (own === undefined) throw new OracleError("NOT_FOUND", `no observation of epoch ${epoch} yet`);
    return fromObservation(own);
  });
  server.get("/observations/:epoch/:contentHash", (request) => {
    const { epoch, contentHash } = parse(observationParams, request.params);
    const found = observer.byContent(epoch, contentHash);
    if (found === undefined) throw new OracleError("NOT_FOUND", `observation ${contentHash} is not known here`);
    return fromObservation(found);
  });
  server.get("/rounds/:epoch", async (request) => {
    const bound = await member.bound(parse(epochParams, request.params).epoch);
    return { ...bound, report: stringified(bound.report) };
  });
  server.post("/proposals", async (request) => await member.vote(parse(proposalSchema, request.body)));
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
