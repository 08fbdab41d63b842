import { parseArgs } from "node:util";

import type { ChainKind } from "../local/startChain.js";

/** What `npm run demo -- …` was asked for. */
export interface DemoOptions {
  readonly chain: ChainKind;
  readonly port: number;
  /** Adds a provider that neither publishes nor answers. */
  readonly silence: boolean;
  /** Leaves everything running at the end. */
  readonly keep: boolean;
}

export const HELP = `npm run demo -- [options]

  Tells the whole story on a local chain: providers, a buyer, attestors and a watcher as processes of their own.

  --chain hardhat|anvil  the chain to run on (hardhat)
  --port <port>          its port (8545); the services take the ports after 8600
  --cheat silence        adds a provider that answers nothing and falls to the timeout
  --keep                 leaves everything running for hands-on use, until Ctrl-C
  -h, --help             this text
`;

/** @throws {Error} with one sentence, when an option is not known */
export function readOptions(args: readonly string[]): DemoOptions | "help" {
  const { values } = parseArgs({
    args: [...args],
    options: {
      chain: { type: "string", default: "hardhat" },
      port: { type: "string", default: "8545" },
      cheat: { type: "string" },
      keep: { type: "boolean", default: false },
      help: { type: "boolean", short: "h", default: false },
    },
  });
  if (values.help) return "help";
  const { chain, cheat } = values;
  const port = Number(values.port);
  if (chain !== "hardhat" && chain !== "anvil")
    throw new Error(`There is no chain "${chain}": choose hardhat or anvil.`);
  if (!Number.isInteger(port) || port < 1 || port > 65_535)
    throw new Error(`"${values.port}" is not a port: choose 1 to 65535.`);
  if (cheat !== undefined && cheat !== "silence")
    throw new Error(`There is no extra cheat "${cheat}": choose silence.`);
  return { chain, port, silence: cheat === "silence", keep: values.keep };
}
