import { runService } from "@millrace/sdk";

import { attestorSchema } from "./config.js";
import { startAttestor } from "./startAttestor.js";

await runService({
  name: "attestor",
  about: "observes nodes, agrees with the other members on a report of each epoch, and sends it.",
  schema: attestorSchema,
  start: startAttestor,
});
