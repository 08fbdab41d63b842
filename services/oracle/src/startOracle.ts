import { listen, type ServiceContext, sleep } from "@millrace/sdk";

import type { OracleConfig } from "./config.js";
import { createMember, type OracleMember } from "./createMember.js";
import { createServer } from "./http/createServer.js";
import { RateLimit } from "./http/RateLimit.js";
import type { Health } from "./http/schemas.js";

/** Without a new block for this long, the chain or the connection to it stands still. */
const STALE_MS = 60_000;
/** How long a step under way may take to end. Nothing is lost by cutting it off. */
const STOP_MS = 3_000;

/** Starts a member. Resolves when it listens and has begun its work. */
export async function startOracle(context: ServiceContext<OracleConfig>): Promise<void> {
  const { config, logger, shutdown } = context;
  const parts = await createMember(context);
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
  await listen(server, config);
  shutdown.add("server", async () => {
    await server.close();
  });
  const running = parts.driver.run(config.pollMs, shutdown.signal);
  shutdown.add("driver", () => Promise.race([running, sleep(STOP_MS)]));
}

async function healthOf({ watch, clock, facts, identity }: OracleMember): Promise<Health> {
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
