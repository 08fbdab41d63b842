import { MillraceError, runService } from "@millrace/sdk";

import { agentSchema } from "../config.js";
import { startAgent } from "../startAgent.js";
import { CHEATS, isCheat } from "./cheats.js";

await runService({
  name: "adversary",
  about: "is a node agent that cheats in one way; for tests and the demo.",
  schema: agentSchema,
  options: { cheat: `one of ${Object.keys(CHEATS).join(", ")}` },
  start: async (context) => {
    const cheat = context.flags["cheat"];
    if (cheat === undefined || !isCheat(cheat)) {
      throw new MillraceError("BAD_INPUT", `There is no cheat ${cheat ?? "given"}.`, {
        hint: `Choose one with --cheat ${Object.keys(CHEATS).join("|")}.`,
      });
    }
    await startAgent(context, CHEATS[cheat]);
  },
});
