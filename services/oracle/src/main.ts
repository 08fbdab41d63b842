import { runService } from "@millrace/sdk";

import { checkOracle } from "./checkOracle.js";
import { oracleSchema } from "./config.js";
import { startOracle } from "./startOracle.js";

await runService({
  name: "oracle",
  about: "observes nodes, agrees with the other members on a report of each epoch, and sends it.",
  schema: oracleSchema,
  check: checkOracle,
  start: startOracle,
});
