import type { JsonRpcApiProviderOptions } from "ethers";
import { FetchRequest, JsonRpcProvider, Network } from "ethers";

import { MillraceError } from "../errors/MillraceError.js";
import { readLogsInRanges, type ReadProgress } from "./readLogsInRanges.js";

interface ChainOptions {
  readonly rpcUrl: string;
  /** Chain that the caller means to talk to; any if left out. */
  readonly chainId?: bigint | number | undefined;
  readonly timeoutMs?: number;
  readonly pollMs?: number;
  /** Told how far events have been read that the node does not give at once. */
  readonly onProgress?: (progress: ReadProgress) => void;
}

/**
 * Opens a JSON-RPC connection and asks it for its chain id first: ethers would retry a dead node for ever. Nothing is
 * cached, as a local chain makes several blocks within the quarter second for which ethers remembers answers.
 */
export async function openChain({
  rpcUrl,
  chainId,
  timeoutMs = 5_000,
  pollMs = 250,
  onProgress,
}: ChainOptions): Promise<JsonRpcProvider> {
  const actual = await fetchChainId(rpcUrl, timeoutMs);
  if (chainId !== undefined && actual !== BigInt(chainId)) {
    throw new MillraceError(
      "WRONG_CHAIN",
      `${rpcUrl} is chain ${actual.toString()}, not chain ${chainId.toString()}.`,
      {
        hint: "Connect to the right node, or choose the network that belongs to this one.",
      },
    );
  }
  const request = new FetchRequest(rpcUrl);
  request.timeout = 60_000;
  const options: JsonRpcApiProviderOptions = {
    staticNetwork: Network.from(actual),
    cacheTimeout: -1,
    pollingInterval: pollMs,
  };
  const provider = new JsonRpcProvider(request, undefined, options);
  readLogsInRanges(provider, onProgress);
  return provider;
}

async function fetchChainId(rpcUrl: string, timeoutMs: number): Promise<bigint> {
  let answer: unknown;
  try {
    const response = await fetch(rpcUrl, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ jsonrpc: "2.0", id: 1, method: "eth_chainId", params: [] }),
      signal: AbortSignal.timeout(timeoutMs),
    });
    answer = await response.json();
  } catch (cause) {
    throw new MillraceError("RPC_DOWN", `No chain answers at ${rpcUrl}.`, {
      hint: "Start the node (npx hardhat node), or correct the URL.",
      cause,
    });
  }
  const result = (answer as { result?: unknown }).result;
  if (typeof result === "string" && /^0x[0-9a-f]+$/i.test(result)) return BigInt(result);
  throw new MillraceError("RPC_REFUSED", `${rpcUrl} answers, but is no Ethereum JSON-RPC node.`, {
    hint: "Correct the URL.",
  });
}
