import type { JsonRpcApiProvider } from "ethers";

import { MillraceError } from "../../errors/MillraceError.js";
import { openChain } from "../openChain.js";
import { readLogsInRanges } from "../readLogsInRanges.js";
import { assertMajority } from "./assertMajority.js";
import { QuorumProvider } from "./QuorumProvider.js";
import { RpcEndpoint, type RpcFault } from "./RpcEndpoint.js";
import { RpcQuorum } from "./RpcQuorum.js";

interface QuorumOptions {
  /** Nodes of one chain, independent of each other. */
  readonly rpcUrls: readonly string[];
  /** Nodes that must give the same answer; more than half of them if left out. */
  readonly quorum?: number | undefined;
  /** Chain that is meant. With several nodes it must be named: they cannot be asked which one is right. */
  readonly chainId?: bigint | number | undefined;
  readonly pollMs?: number;
  readonly timeoutMs?: number;
  readonly onFault?: (fault: RpcFault) => void;
}

/** Opens a chain through one node, or through several that must agree. */
export async function openQuorum(options: QuorumOptions): Promise<JsonRpcApiProvider> {
  const { rpcUrls, chainId, pollMs = 250, timeoutMs = 5_000, onFault } = options;
  const quorum = options.quorum ?? Math.floor(rpcUrls.length / 2) + 1;
  assertMajority(quorum, rpcUrls.length);
  const [only] = rpcUrls;
  if (only !== undefined && rpcUrls.length === 1) return await openChain({ rpcUrl: only, chainId, pollMs });
  if (chainId === undefined) {
    throw new MillraceError("BAD_CONFIG", "Several nodes are given, but not the chain they must be of.", {
      hint: "Set chainId.",
    });
  }
  const id = BigInt(chainId);
  const endpoints = rpcUrls.map((url) => new RpcEndpoint(url, { chainId: id, timeoutMs, ...(onFault && { onFault }) }));
  const provider = new QuorumProvider(new RpcQuorum(endpoints, quorum), id, pollMs);
  readLogsInRanges(provider);
  // Fails now, with a sentence, rather than in the middle of an epoch.
  await provider.send("eth_blockNumber", []);
  return provider;
}
