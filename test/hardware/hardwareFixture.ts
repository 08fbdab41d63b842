import { agentConsentTypes } from "@millrace/sdk";
import type { HardhatEthersSigner } from "@nomicfoundation/hardhat-ethers/types";
import { ZeroHash } from "ethers";

import type { HardwareCatalog, INodeRegistry, NodeRegistry } from "../../typechain-types/index.js";
import { type Connection, MILL, REQUIRE, type StakingContext, stakingFixture } from "../staking/stakingFixture.js";
import { domainOf } from "../support/typedData.js";

export const RESERVE = 32n;
export const JAIL = 64n;
export const GRACE_SECONDS = 7 * 86_400;

/** `IHardwareCatalog.Kind`. */
export const Kind = { None: 0, CPU: 1, GPU: 2, FPGA: 3, ASIC: 4, SOC: 5 } as const;

/** `INodeRegistry.Status`. */
export const Status = { None: 0n, Active: 1n, Draining: 2n, Jailed: 3n, Retired: 4n } as const;

/** `INodeRegistry.Eligibility`. */
export const Eligibility = {
  Eligible: 0n,
  UnknownNode: 1n,
  NodeRetired: 2n,
  NodeRetiring: 3n,
  NodePaused: 4n,
  NodeJailed: 5n,
  ProviderNoAccess: 6n,
  AllUnitsBusy: 7n,
} as const;

/** Bits of `Ask.kinds`. */
export const LEASE = 1;
export const TASK = 2;

export const GPU_STAKE = 100n * MILL;
export const GPU_CLASS = 1;

export const ask: INodeRegistry.AskStruct = {
  ratePerUnit: 10n ** 15n,
  minSeconds: 60,
  maxSeconds: 86_400,
  kinds: LEASE | TASK,
  changedAt: 0,
};

export const details: INodeRegistry.NodeDetailsStruct = {
  region: ZeroHash,
  attributes: 5n,
  source: ZeroHash,
  endpoint: "http://127.0.0.1:9000",
  metadata: "rack 4",
};

/** What `hardwareFixture` deploys, beside the staking registry. */
export interface HardwareContext extends StakingContext {
  /** Module that may jail. */
  readonly jailer: HardhatEthersSigner;
  readonly catalog: HardwareCatalog;
  readonly registry: NodeRegistry;
  /** Adds a node of the GPU class whose provider is its own agent. */
  readonly addNode: (provider: HardhatEthersSigner, units?: number) => Promise<bigint>;
  /** An agent's consent to a provider. */
  readonly consent: (agent: HardhatEthersSigner, provider: HardhatEthersSigner) => Promise<string>;
}

/** A catalog with one class and a node registry; alice and bob are registered with 1,000 MILL each. */
export function hardwareFixture(connection: Connection): () => Promise<HardwareContext> {
  const { ethers } = connection;
  const deployStaking = stakingFixture(connection);
  return async function deployHardware() {
    const context = await deployStaking();
    const { governor, authority, settlement, staking, market, alice, bob } = context;
    const jailer = (await ethers.getSigners())[9];
    if (jailer === undefined) throw new Error("too few accounts");
    const catalog = await ethers.deployContract("HardwareCatalog", [authority, settlement, GRACE_SECONDS]);
    await catalog.addClass(Kind.GPU, "H100", GPU_STAKE, 10, 1_000);
    const registry = await ethers.deployContract("NodeRegistry", [governor, authority, staking, catalog, settlement]);
    await registry.wire(market, RESERVE);
    await registry.wire(jailer, JAIL);
    await staking.wire(registry, REQUIRE);
    for (const provider of [alice, bob]) {
      await staking.connect(provider).register("");
      await staking.connect(provider).stake(1_000n * MILL);
    }

    const addNode = async (provider: HardhatEthersSigner, units = 1): Promise<bigint> => {
      await registry.connect(provider).addNode(GPU_CLASS, units, provider, details, ask, "0x");
      return registry.nodeCount();
    };
    const domain = await domainOf(connection, "Millrace Nodes", registry);
    const consent = async (agent: HardhatEthersSigner, provider: HardhatEthersSigner): Promise<string> =>
      agent.signTypedData(domain, agentConsentTypes, { provider: provider.address, agent: agent.address });
    return { ...context, jailer, catalog, registry, addNode, consent };
  };
}
