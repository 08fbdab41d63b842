import type { HttpNetworkConfig } from "hardhat/types/config";
import type { HardhatRuntimeEnvironment } from "hardhat/types/hre";

import { MillraceError } from "@millrace/sdk";

const DEFAULT_NETWORK = "localhost";

/** The network that a task talks to. An in-process chain would be empty and gone with the task. */
export function httpNetwork(hre: HardhatRuntimeEnvironment): { name: string; config: HttpNetworkConfig } {
  const name = (hre.globalOptions.network as string | undefined) ?? DEFAULT_NETWORK;
  const config = hre.config.networks[name];
  if (config === undefined) {
    const names = Object.entries(hre.config.networks).flatMap(([each, { type }]) => (type === "http" ? [each] : []));
    throw new MillraceError("BAD_INPUT", `There is no network ${name} in hardhat.config.ts.`, {
      hint: `Choose one of ${names.join(", ")}.`,
    });
  }
  if (config.type === "http") return { name, config };
  throw new MillraceError("BAD_INPUT", `The network ${name} lives only inside one process.`, {
    hint: "Start a node (npx hardhat node) and leave --network out, or name an http network.",
  });
}
