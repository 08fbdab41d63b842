import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { join } from "node:path";

import type { FastifyInstance } from "fastify";
import { fastify } from "fastify";

import { decodeError } from "@millrace/sdk";

interface HostOptions {
  readonly folder: string;
  readonly host: string;
  readonly port: number;
}

interface Place {
  readonly taskId: string;
  readonly attempt: string;
  readonly file: string;
}

/** Where a node agent would have results, where `job submit` keeps them, and which files there are. */
const PLACES = [
  { path: "tasks", subfolder: "", files: ["output.bin", "body.bin"] },
  { path: "runs", subfolder: "machine", files: ["output.bin"] },
] as const;

/** Serves results at the addresses at which a node agent would, such as `/tasks/<task>/<attempt>/output.bin`. */
export async function serveResults({
  folder,
  host,
  port,
}: HostOptions): Promise<{ server: FastifyInstance; url: string }> {
  const server = fastify({ forceCloseConnections: true });
  for (const { path: place, subfolder, files } of PLACES) {
    server.get<{ Params: Place }>(`/${place}/:taskId/:attempt/:file`, async ({ params }, reply) => {
      const { taskId, attempt, file } = params;
      const isPlace =
        /^\d{1,20}$/.test(taskId) && /^\d{1,3}$/.test(attempt) && files.some((each: string) => each === file);
      const path = join(folder, subfolder, taskId, attempt, file);
      const size = isPlace ? await sizeOf(path) : undefined;
      if (size === undefined)
        return await reply.code(404).send({ code: "NOT_FOUND", message: "There is no such result." });
      return await reply.header("content-length", size).type("application/octet-stream").send(createReadStream(path));
    });
  }
  try {
    return { server, url: await server.listen({ host, port }) };
  } catch (error) {
    await server.close();
    throw decodeError(error);
  }
}

async function sizeOf(path: string): Promise<number | undefined> {
  return stat(path).then(
    ({ size }) => size,
    () => undefined,
  );
}
