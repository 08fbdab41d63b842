import type { FastifyInstance } from "fastify";

import { loadDeployment, MillraceError, openChain, sleep, type Logger, type Shutdown } from "@millrace/sdk";

import type { Config } from "./config.js";
import { createMember, type AttestorMember } from "./createMember.js";
import { createServer } from "./http/createServer.js";
import { RateLimit } from "./http/RateLimit.js";
import type { Health } from "./http/schemas.js";

/** Without a new block for this long, the chain or the connection to it stands still. */
const STALE_MS = 60_000;
/** How long a step under way may take to end. Nothing is lost by cutting it off. */
const STOP_MS = 3_000;

/** Starts a member. Resolves when it listens and has begun its work. */
export async function startAttestor(config: Config, shutdown: Shutdown, logger: Logger): Promise<{ url: string }> {
  const provider = await openChain({ rpcUrl: config.rpcUrl, chainId: config.chainId });
  shutdown.add("chain", () => {
    provider.destroy();
  });
  const deployment = loadDeployment(config.chainId, config.deployments);
  const parts = await createMember(config, provider, deployment, logger);
  shutdown.add("database", () => {
    parts.store.close();
  });
  const server = createServer({
    ...parts,
    reportData: (reportHash) => parts.store.reportData(reportHash),
    health: () => healthOf(parts),
    limit: new RateLimit(config.requestsPerSecond),
    logger,
  });
  const url = await listen(server, config);
  shutdown.add("server", async () => {
    await server.close();
  });
  const running = parts.driver.run(config.pollMs, shutdown.signal);
  shutdown.add("driver", () => Promise.race([running, sleep(STOP_MS)]));
  logger.info({ url, attestor: parts.identity.attestor, chainId: config.chainId }, "attestor listens");
  return { url };
}

async function listen(server: FastifyInstance, { host, port }: Config): Promise<string> {
  try {
    return await server.listen({ host, port });
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== "EADDRINUSE") throw cause;
    throw new MillraceError("PORT_IN_USE", `Port ${port} on ${host} is in use.`, {
      hint: "Stop what listens there, or set another port.",
      cause,
    });
  }
}

async function healthOf({ watch, clock, facts, identity }: AttestorMember): Promise<Health> {
  const head = watch.latest;
  const [newest, nodes] = await Promise.all([facts.newestReport(), facts.nodeCount()]);
  const isStarted = head !== undefined && head.timestamp >= clock.genesisAt;
  const isStale = head !== undefined && performance.now() - head.seenMs > STALE_MS;
  return {
    status: head === undefined ? "starting" : isStale ? "behind" : "ok",
    attestor: identity.attestor,
    epoch: isStarted ? clock.epochAt(head.timestamp) : -1,
    slot: isStarted ? clock.slotAt(head.timestamp) : -1,
    block: head?.number ?? -1,
    nodes: Number(nodes),
    lastReport: BigInt(newest.reportHash) === 0n ? null : newest.epoch,
  };
}
