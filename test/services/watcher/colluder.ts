import { pathToFileURL } from "node:url";

import { runService } from "@millrace/sdk";

import { CHEATS } from "../../../services/node-agent/src/adversary/cheats.js";
import { watcherSchema } from "../../../services/watcher/src/config.js";
import { startWatcher } from "../../../services/watcher/src/startWatcher.js";

/**
 * A watcher to which a cheat gave its words, or states: it computes them as the cheat does, finds the claim right, and
 * vouches for it without ever doing what was ordered.
 */
if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  await runService({
    name: "colluder",
    about: "is a watcher that takes a cheat's word; for tests.",
    schema: watcherSchema,
    start: (context) => startWatcher(context, CHEATS.corrupt),
  });
}
