import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type IncomingMessage } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";

import type { BaseContract } from "ethers";

import { type ContractName, type Deployment, saveDeployment } from "@millrace/sdk";

import { marketWorld, type World } from "../market/marketFixture.js";
import type { Connection } from "../support/deployMillrace.js";
import { serve } from "../support/serve.js";
import { VerbRunner } from "./VerbRunner.js";

/** Accounts of the parties, as `--from` takes them. */
export const FROM = { governor: 0, buyer: 1, alice: 3, bob: 4, agent: 5, stranger: 7 } as const;

/** Providers, buyers and attestors of the tests of markets, with commands that run against their chain. */
export interface VerbWorld {
  readonly world: World;
  readonly verbs: VerbRunner;
  /** Where its chain answers, and the folder of its deployment record. */
  readonly at: { readonly rpcUrl: string; readonly deployments: string };
  readonly dispose: () => Promise<void>;
}

/** Serves an in-process chain to the commands, and writes its deployment record where they look for it. */
export async function verbWorld(connection: Connection): Promise<VerbWorld> {
  const world = await marketWorld(connection);
  const deployments = mkdtempSync(join(tmpdir(), "millrace-verbs-"));
  saveDeployment(await recordOf(connection, world), deployments);
  const server = createServer((request, response) => {
    void answer(connection, request).then((text) => response.end(text));
  });
  const dispose = async (): Promise<void> => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    rmSync(deployments, { recursive: true, force: true });
  };
  const at = { rpcUrl: await serve(server), deployments };
  return { world, verbs: new VerbRunner(at), at, dispose };
}

interface Call {
  readonly id: unknown;
  readonly method: string;
  readonly params?: unknown[];
}

async function answer(connection: Connection, request: IncomingMessage): Promise<string> {
  let body = "";
  for await (const chunk of request) body += (chunk as Buffer).toString();
  const calls = JSON.parse(body) as Call | Call[];
  const answers = Array.isArray(calls)
    ? await Promise.all(calls.map((call) => answerOne(connection, call)))
    : await answerOne(connection, calls);
  return JSON.stringify(answers);
}

async function answerOne({ provider }: Connection, { id, method, params }: Call): Promise<object> {
  try {
    return { jsonrpc: "2.0", id, result: (await provider.request({ method, params })) as unknown };
  } catch (error) {
    const { code, message, data } = error as { code?: number; message: string; data?: unknown };
    return { jsonrpc: "2.0", id, error: { code: code ?? -32_603, message, data } };
  }
}

async function recordOf({ ethers }: Connection, world: World): Promise<Deployment> {
  const deployed: Record<ContractName, BaseContract> = {
    MillToken: world.token,
    SettlementTerms: world.terms,
    BurnMintSettlement: world.settlement,
    PriceOracle: world.priceOracle,
    StakingRegistry: world.staking,
    HardwareCatalog: world.catalog,
    NodeRegistry: world.nodes,
    Inspections: world.inspections,
    NodeTraits: world.traits,
    MaintenanceWindows: world.maintenance,
    LeaseMarket: world.leases,
    TaskMarket: world.tasks,
    VoucherChannels: world.channels,
    LeaseOrders: world.orders,
    QuoteDesk: world.quotes,
    MachineMarket: world.machines,
    ProofMarket: world.proofs,
    ApprovalMarket: world.approvals,
    ResultClaims: world.claims,
    RunClaims: world.runs,
    Rv32Verifier: world.machine,
    UptimeOracle: world.uptime,
    UptimeProofs: world.uptimeProofs,
    UptimeChallenges: world.challenges,
    UptimeReceipts: world.receipts,
    UptimeRewards: world.rewards,
    BlockBeacon: world.beacon,
    CheckSeats: world.seats,
    CheckPot: world.checkPot,
    ResultChecks: world.checks,
    RunChecks: world.runChecks,
    CapacityProofs: world.capacity,
    KernelRegistry: world.kernels,
    TensorVerifier: world.verifier,
    AccessManager: world.authority,
  };
  const addresses = await Promise.all(
    Object.entries(deployed).map(async ([name, contract]) => [name, await contract.getAddress()] as const),
  );
  return {
    chainId: Number((await ethers.provider.getNetwork()).chainId),
    name: "test",
    deployedAtBlock: 0,
    governor: world.governor.address,
    guardian: world.governor.address,
    contracts: Object.fromEntries(addresses) as Deployment["contracts"],
    kernels: {},
    feeds: await Promise.all(world.feeds.map((feed) => feed.getAddress())),
    classes: { "test accelerator": 1 },
  };
}
