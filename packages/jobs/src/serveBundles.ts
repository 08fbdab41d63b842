import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { join } from "node:path";

import { listen } from "@millrace/sdk";
import { INPUT_FILE, JOB_FILE } from "@millrace/tensor";
import { fastify, type FastifyInstance } from "fastify";

interface HostOptions {
  /** Folder with a folder for each bundle, named by its hash. */
  readonly folder: string;
  readonly host: string;
  /** Zero takes any port that is free. */
  readonly port: number;
  /** Called for each file that is served. */
  readonly onRequest?: (file: string) => void;
}

/**
 * Serves a folder of bundles, read only: what agents and watchers fetch under an order's `dataUri`.
 * @returns the server and the address under which bundles stand, without a slash at its end
 * @throws {MillraceError} `PORT_IN_USE`
 */
export async function serveBundles(options: HostOptions): Promise<{ server: FastifyInstance; url: string }> {
  const { folder, host, port, onRequest } = options;
  const server = fastify();
  server.get<{ Params: { bundle: string; file: string } }>("/:bundle/:file", async ({ params }, reply) => {
    const { bundle, file } = params;
    // Two names only, and a hash: nothing else in the folder or above it can be asked for.
    const isFile = /^0x[0-9a-f]{64}$/.test(bundle) && (file === JOB_FILE || file === INPUT_FILE);
    const path = join(folder, bundle, file);
    const size = isFile
      ? await stat(path).then(
          (facts) => facts.size,
          () => undefined,
        )
      : undefined;
    if (size === undefined)
      return await reply.code(404).send({ code: "NOT_FOUND", message: "There is no such bundle." });
    onRequest?.(`${bundle}/${file}`);
    const type = file === JOB_FILE ? "application/json" : "application/octet-stream";
    return await reply.header("content-length", size).type(type).send(createReadStream(path));
  });
  return { server, url: await listen(server, { host, port }) };
}
