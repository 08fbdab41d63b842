import { listen, type ServiceContext, sleep } from "@millrace/sdk";

import type { OracleConfig } from "./config.js";
import { createMember } from "./createMember.js";
import { healthOf } from "./healthOf.js";
import { createServer } from "./http/createServer.js";
import { Metrics } from "./Metrics.js";

/** How long a step under way may take to end. Nothing is lost by cutting it off. */
const STOP_MS = 3_000;

/** Starts a member. Resolves when it listens and has begun its work. */
export async function startOracle(context: ServiceContext<OracleConfig>): Promise<void> {
  const { config, logger, shutdown } = context;
  const metrics = new Metrics();
  const parts = await createMember(context, metrics);
  const server = await createServer({
    ...parts,
    health: () => healthOf(parts),
    requestsPerSecond: config.requestsPerSecond,
    logger,
  });
  await listen(server, config);
  shutdown.add("server", async () => {
    await server.close();
  });
  const running = parts.driver.run(config.pollMs, shutdown.signal);
  shutdown.add("driver", () => Promise.race([running, sleep(STOP_MS)]));
}
