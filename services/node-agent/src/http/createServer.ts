import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";

import rateLimit from "@fastify/rate-limit";
import fastify, { type FastifyInstance } from "fastify";
import { z } from "zod";

import type { AgentStore, Attempt } from "../AgentStore.js";
import { type ChunkStore, SHOWN } from "../chunks/ChunkStore.js";
import { FILES, type ResultFile, type ResultKind, type ResultName, type ResultStore } from "../tasks/ResultStore.js";

interface Options {
  readonly store: AgentStore;
  readonly results: ResultStore;
  readonly chunks: ChunkStore;
  readonly publishesTrace: boolean;
  /** Whether a file of a result that was claimed may be served by now. */
  readonly isPublic: (attempt: Attempt, file: ResultFile) => Promise<boolean>;
  readonly health: () => Record<string, unknown>;
  /** Signs what an attestor asks, to show that the agent is there. */
  readonly answerProbe: (nonce: string) => Promise<string>;
}

/** Probes from one address in ten seconds: attestors ask seldom, and a signature costs a millisecond. */
const MAX_PROBES = 200;

const attemptParams = z.object({ taskId: z.coerce.bigint(), attempt: z.coerce.number().int().min(1).max(255) });
const chunkParams = attemptParams.extend({
  chunk: z.coerce.number().int().min(0).max(65_535),
  submission: z.coerce.number().int().min(1).max(255),
});
const probeParams = z.object({ nonce: z.string().regex(/^0x[0-9a-f]{64}$/) });

/** Runs have no trace that could be served. */
const SERVED: readonly [ResultKind, readonly ResultFile[]][] = [
  ["task", FILES],
  ["run", ["output"]],
];

const notFound = { code: "NOT_FOUND", message: "There is no such result here." };
const notYet = { code: "NOT_YET", message: "It is shown once its checkers have committed to their own." };

/** What an agent serves: its health, and the results of its own attempts from their submission on. */
export function createServer(options: Options): FastifyInstance {
  const { store, results, chunks, publishesTrace, isPublic, health, answerProbe } = options;
  const server = fastify({ logger: false, forceCloseConnections: true });

  server.register(async (limited) => {
    await limited.register(rateLimit, { max: MAX_PROBES, timeWindow: 10_000 });
    limited.get("/probe/:nonce", async ({ params }, reply) => {
      const parsed = probeParams.safeParse(params);
      if (!parsed.success) return reply.code(400).send({ code: "BAD_REQUEST", message: "A probe is a word." });
      return { signature: await answerProbe(parsed.data.nonce) };
    });
  });

  const find = (kind: ResultKind, params: unknown): (Attempt & ResultName) | undefined => {
    const parsed = attemptParams.safeParse(params);
    const found = parsed.success ? store.attempt(kind, parsed.data.taskId, parsed.data.attempt) : undefined;
    return found === undefined ? undefined : { ...found, kind };
  };

  server.get("/health", () => ({ status: "ok", ...health() }));

  for (const [kind, files] of SERVED) {
    server.get(`/${kind}s/:taskId/:attempt/status`, async ({ params }, reply) => {
      const found = find(kind, params);
      if (found === undefined) return reply.code(404).send(notFound);
      return { taskId: found.taskId.toString(), attempt: found.attempt, status: found.status };
    });

    for (const file of files) {
      server.get(`/${kind}s/:taskId/:attempt/${file}.bin`, async ({ params }, reply) => {
        const found = find(kind, params);
        // Before its submission a result is worth stealing: whoever shows it first could claim it.
        const isShown = found !== undefined && found.status !== "accepted" && (file === "output" || publishesTrace);
        if (!isShown) return reply.code(404).send(notFound);
        if (!(await isPublic(found, file))) return reply.code(404).send(notYet);
        return sendFile(results.path(found, file), reply);
      });
    }
  }

  for (const file of SHOWN) {
    server.get(`/chunks/:taskId/:attempt/:chunk/:submission/${file}.bin`, async ({ params }, reply) => {
      const parsed = chunkParams.safeParse(params);
      if (!parsed.success) return reply.code(404).send(notFound);
      return sendFile(chunks.path(parsed.data, file), reply);
    });
  }
  return server;
}

async function sendFile(
  path: string,
  reply: {
    header(name: string, value: string | number): unknown;
    send(payload: unknown): unknown;
    code(status: number): { send(payload: unknown): unknown };
  },
): Promise<unknown> {
  const stats = await stat(path).catch(() => undefined);
  if (stats === undefined) return reply.code(404).send(notFound);
  reply.header("content-type", "application/octet-stream");
  reply.header("content-length", stats.size);
  return reply.send(createReadStream(path));
}
