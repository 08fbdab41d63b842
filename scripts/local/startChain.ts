import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { JsonRpcProvider } from "ethers";

import { ManagedProcess } from "./ManagedProcess.js";

/** The chains that the story and the tests run against. */
export const CHAIN_KINDS = ["hardhat", "anvil"] as const;
export type ChainKind = (typeof CHAIN_KINDS)[number];

/** A chain that runs as a process on loopback. */
export interface LocalChain {
  readonly kind: ChainKind;
  readonly url: string;
  readonly process: ManagedProcess;
  /** From a block for each transaction to a block every `seconds`, as on a real chain. */
  mineEvery(seconds: number): Promise<void>;
}

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const START_TIMEOUT_MS = 60_000;

const bin = (name: string): string => join(ROOT, "node_modules", ".bin", name);

const commands: Readonly<Record<ChainKind, (port: number) => readonly [string, readonly string[]]>> = {
  hardhat: (port) => [bin("hardhat"), ["node", "--hostname", "127.0.0.1", "--port", String(port)]],
  anvil: (port) => [
    bin("anvil"),
    ["--host", "127.0.0.1", "--port", String(port), "--hardfork", "osaka", "--accounts", "20"],
  ],
};

const readyLines: Readonly<Record<ChainKind, RegExp>> = {
  hardhat: /Started HTTP and WebSocket JSON-RPC server/,
  anvil: /Listening on/,
};

/**
 * Starts a chain with the usual twenty funded accounts.
 * It mines a block for each transaction, so that a deployment takes seconds, until `mineEvery` is called.
 * @param extra further arguments of the node's program
 * @throws {ProcessNotReadyError} when it does not come up, for instance because the port is in use
 */
export async function startChain(
  kind: ChainKind,
  port: number,
  logFile: string,
  extra: readonly string[] = [],
): Promise<LocalChain> {
  const [command, args] = commands[kind](port);
  const chain = new ManagedProcess({ name: `${kind} node`, command, args: [...args, ...extra], cwd: ROOT, logFile });
  await chain.waitForLine(readyLines[kind], START_TIMEOUT_MS);
  const url = `http://127.0.0.1:${port}`;
  return {
    kind,
    url,
    process: chain,
    async mineEvery(seconds) {
      const provider = new JsonRpcProvider(url);
      await provider.send("evm_setAutomine", [false]);
      // Hardhat counts this interval in milliseconds, anvil in seconds.
      await provider.send("evm_setIntervalMining", [kind === "hardhat" ? seconds * 1_000 : seconds]);
      provider.destroy();
    },
  };
}
