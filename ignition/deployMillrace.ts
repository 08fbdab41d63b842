import { randomUUID } from "node:crypto";
import { rmSync } from "node:fs";
import { join } from "node:path";

import type { NetworkConnection } from "hardhat/types/network";
import { type Deployment, deploymentSchema, MillraceError } from "@millrace/sdk";
import { getAddress, keccak256 } from "ethers";

import { capacityTimes } from "./capacityTimes.js";
import { CLASSES } from "./classes.js";
import { KERNELS } from "./kernels.js";
import { leasePeriods } from "./leasePeriods.js";
import { localParameters } from "./localParameters.js";
import LocalFeeds from "./modules/LocalFeeds.js";
import Millrace from "./modules/Millrace.js";

/** Who holds what in a deployment. */
export interface Holders {
  /** Another account than the deployer, which gives its role away in the end. */
  readonly governor: string;
  readonly guardian: string;
  /** Receives the genesis supply. */
  readonly genesisReceiver: string;
  readonly ecosystemPayee: string;
}

/** How a deployment is made. */
export interface DeploymentPlan {
  readonly name: string;
  readonly holders: Holders;
  readonly epochSeconds: number;
  readonly slotsPerEpoch: number;
  /** Changes of single parameters of `parameters/local.json`. */
  readonly overrides?: Readonly<Record<string, unknown>>;
}

const LOCAL_HEARTBEAT_SECONDS = 30 * 86_400;
const POLL_MS = 50;
/** Where Ignition writes what it did, one folder a deployment of ten megabytes. */
const JOURNALS = join(import.meta.dirname, "deployments");

/**
 * Deploys the protocol on a local chain, with two posted feeds, and returns its record.
 * The clock starts at the latest block, so epoch 0 is running when this returns.
 */
export async function deployMillrace(
  connection: Pick<NetworkConnection, "ethers" | "ignition">,
  plan: DeploymentPlan,
): Promise<Deployment> {
  const [deployer] = await connection.ethers.getSigners();
  if (deployer?.address === getAddress(plan.holders.governor)) {
    throw new MillraceError("BAD_INPUT", `The governor is the deployer, ${deployer.address}.`, {
      hint: "Name another account: the deployer gives its role away in the end, and nobody would govern.",
    });
  }
  // A local chain is new each time, and the journal of another one, even of one that began in the same second, would be
  // taken for this one's.
  const deploymentId = `local-${randomUUID()}`;
  try {
    return await deployTo(connection, plan, deploymentId);
  } finally {
    // The record says all: nobody can go on with a deployment of which nobody knows the id.
    rmSync(join(JOURNALS, deploymentId), { recursive: true, force: true });
  }
}

async function deployTo(
  { ethers, ignition }: Pick<NetworkConnection, "ethers" | "ignition">,
  plan: DeploymentPlan,
  deploymentId: string,
): Promise<Deployment> {
  const options = { deploymentId, config: { requiredConfirmations: 1, blockPollingInterval: POLL_MS } };
  const feeds = await ignition.deploy(LocalFeeds, options);
  const addresses = [await feeds.first.getAddress(), await feeds.second.getAddress()];
  const start = await ethers.provider.getBlock("latest");
  if (start === null) throw new Error("the chain has no block");

  const local = localParameters();
  const parameters = {
    ...local,
    ...plan.holders,
    leasePeriods: leasePeriods(local["leasePeriods"] as Record<string, number>, plan),
    capacityRules: { ...(local["capacityRules"] as object), ...capacityTimes(plan.epochSeconds) },
    priceSources: addresses.map((feed) => ({ feed, heartbeatSeconds: LOCAL_HEARTBEAT_SECONDS })),
    clock: { genesisAt: start.timestamp, epochSeconds: plan.epochSeconds, slotsPerEpoch: plan.slotsPerEpoch },
    ...plan.overrides,
  };
  const deployed = await ignition.deploy(Millrace, { ...options, parameters: { Millrace: parameters } });

  const contracts: Record<string, string> = {};
  for (const [name, contract] of Object.entries(deployed)) contracts[name] = await contract.getAddress();
  const kernels: Deployment["kernels"] = {};
  for (const name of KERNELS) {
    const address = contracts[name];
    if (address === undefined) throw new Error(`kernel ${name} was not deployed`);
    kernels[name] = { address, codeHash: keccak256(await ethers.provider.getCode(address)) };
  }
  const { chainId } = await ethers.provider.getNetwork();
  return deploymentSchema.parse({
    chainId: Number(chainId),
    name: plan.name,
    deployedAtBlock: start.number,
    governor: plan.holders.governor,
    guardian: plan.holders.guardian,
    contracts,
    kernels,
    feeds: addresses,
    classes: Object.fromEntries(CLASSES.map(({ name }, index) => [name, index + 1])),
  });
}
