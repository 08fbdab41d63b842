import { runService } from "@millrace/sdk";

import { checkAgent } from "./checkAgent.js";
import { honestConduct } from "./Conduct.js";
import { agentSchema } from "./config.js";
import { startAgent } from "./startAgent.js";

await runService({
  name: "node-agent",
  about: "speaks for a provider's nodes: heartbeats, tasks, results, answers, earnings.",
  schema: agentSchema,
  check: checkAgent,
  start: (context) => startAgent(context, honestConduct),
});
