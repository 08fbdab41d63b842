import { runService } from "@millrace/sdk";

import { watcherSchema } from "./config.js";
import { startWatcher } from "./startWatcher.js";

await runService({
  name: "watcher",
  about: "re-executes every claimed result and challenges the wrong ones.",
  schema: watcherSchema,
  start: startWatcher,
});
