import { createLogger, decodeError, Shutdown } from "@millrace/sdk";

import { readConfig } from "./config.js";
import { startAttestor } from "./startAttestor.js";

// One argument: the file of settings. Everything can also come from ATTESTOR_… variables.
try {
  const config = readConfig(process.argv[2]);
  const logger = createLogger({ name: "attestor", level: config.logLevel });
  const shutdown = new Shutdown({ logger, deadlineMs: 5_000 });
  shutdown.listen();
  try {
    await startAttestor(config, shutdown, logger);
  } catch (error) {
    await shutdown.run("could not start");
    throw error;
  }
} catch (error) {
  process.stderr.write(`${decodeError(error).sentence}\n`);
  process.exit(1);
}
