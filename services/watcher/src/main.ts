import { runService } from "@millrace/sdk";

import { checkWatcher } from "./checkWatcher.js";
import { watcherSchema } from "./config.js";
import { startWatcher } from "./startWatcher.js";

await runService({
  name: "watcher",
  about: "re-executes every claimed result and challenges the wrong ones.",
  schema: watcherSchema,
  check: checkWatcher,
  start: startWatcher,
});
