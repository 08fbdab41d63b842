import { Option } from "@commander-js/extra-typings";

import { script } from "../lib/script.js";
import { wholeNumber } from "../lib/wholeNumber.js";
import { CHAIN_KINDS } from "../local/startChain.js";

/** What `npm run demo` takes. */
export const SCRIPT = script(
  "npm run demo",
  "Tells the whole story on a local chain: providers, a buyer, attestors and a watcher as processes of their own.",
)
  .addOption(new Option("--chain <kind>", "the chain to run on").choices(CHAIN_KINDS).default("hardhat" as const))
  .option("--port <port>", "its port; the services take the ports after 8600", wholeNumber(1, 65_535), 8545)
  .addOption(
    new Option("--cheat <kind>", "adds a provider that answers nothing and falls to the timeout").choices([
      "silence",
    ] as const),
  )
  .option("--keep", "leaves everything running for hands-on use, until Ctrl-C");

/** What it was asked for. */
export type DemoOptions = ReturnType<typeof SCRIPT.opts>;
