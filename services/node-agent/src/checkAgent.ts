import { loadKernels, nodeEndpoint } from "@millrace/jobs";
import { type CheckContext, connectContracts, type Contracts, labelOf, MillraceError } from "@millrace/sdk";
import { ZeroAddress } from "ethers";

import { checkKey, checkOperator } from "./checkRules.js";
import type { AgentConfig } from "./config.js";

const TIMEOUT_MS = 5_000;

/** What a provider wants to know before the key is used: one sentence each. */
export async function checkAgent(context: CheckContext<AgentConfig>): Promise<readonly string[]> {
  const { config, deployment, provider, address } = context;
  const contracts = connectContracts(deployment, provider);
  const nodeIds = config.nodes.map(BigInt);
  if (address !== undefined) {
    await checkKey(contracts, nodeIds, address);
    if (config.policy.leases.acceptSeats) await checkOperator(contracts, nodeIds, address);
  }
  await loadKernels(config.kernels);
  return [
    ...(await Promise.all(nodeIds.map((nodeId) => ofNode(contracts, context, nodeId)))),
    ...config.kernels.map((path) => `The kernels of ${path} are known too.`),
    config.attestors.length === 0
      ? "No attestor is named: nobody hears that the nodes run, and they earn no rewards."
      : `Attestors: ${(await Promise.all(config.attestors.map(ofAttestor))).join("; ")}.`,
  ];
}

async function ofNode(
  { nodes, staking }: Contracts,
  { config, deployment }: CheckContext<AgentConfig>,
  nodeId: bigint,
): Promise<string> {
  const owner = await nodes.providerOf(nodeId);
  if (owner === ZeroAddress) {
    throw new MillraceError("BAD_CONFIG", `There is no node ${nodeId.toString()}.`, {
      hint: "Correct the list of nodes: npx hardhat node list shows all.",
    });
  }
  const [status, agent, hasAccess, endpoint] = await Promise.all([
    nodes.statusOf(nodeId),
    nodes.agentOf(nodeId),
    staking.hasAccess(owner),
    nodeEndpoint(nodes, nodeId, deployment.deployedAtBlock),
  ]);
  const { publicUrl } = config;
  const isElsewhere = publicUrl !== undefined && publicUrl !== endpoint;
  return [
    `Node ${nodeId.toString()} of ${owner} is ${labelOf("NodeStatus", status)} and speaks through ${agent}`,
    ...(hasAccess ? [] : ["its provider's stake carries no work (npx hardhat provider info)"]),
    endpoint === "" ? "it does not say where its results are" : `it says that its results are at ${endpoint}`,
    ...(isElsewhere
      ? [`not at publicUrl (npx hardhat node details --node ${nodeId.toString()} --endpoint ${publicUrl})`]
      : []),
  ]
    .join("; ")
    .concat(".");
}

async function ofAttestor(url: string): Promise<string> {
  try {
    const response = await fetch(new URL("/health", url), { signal: AbortSignal.timeout(TIMEOUT_MS) });
    await response.body?.cancel();
    return `${url} answers ${response.status}`;
  } catch {
    return `${url} does not answer`;
  }
}
