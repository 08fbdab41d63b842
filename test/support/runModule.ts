import {
  type Future,
  FutureType,
  type IgnitionModule,
  isRuntimeValue,
  RuntimeValueType,
} from "@nomicfoundation/ignition-core";
import type { HardhatEthersSigner } from "@nomicfoundation/hardhat-ethers/types";
import type { BaseContract } from "ethers";

import type { Connection } from "./deployMillrace.js";

/** How a module is run. */
export interface RunOptions {
  /** Stands for the module's first account. */
  readonly deployer: HardhatEthersSigner;
  /** The module's parameters, by name. */
  readonly parameters: Readonly<Record<string, unknown>>;
  /** Parts to leave out. */
  readonly skip?: (future: Future) => boolean;
  /** What to do with a contract before the next is deployed. */
  readonly onDeployed?: (name: string, contract: BaseContract) => Promise<unknown>;
}

/**
 * Carries out an Ignition module at once, without a journal and without waiting: a tenth of the time, for chains that
 * live as long as a test. A module holds its parts in an order in which each needs only earlier ones.
 * @returns the contracts, by name, connected to the deployer
 * @throws Error when a part is of a kind that no module of this repository has
 */
export async function runModule(
  { ethers }: Connection,
  module: IgnitionModule,
  { deployer, parameters, skip = () => false, onDeployed }: RunOptions,
): Promise<Record<string, BaseContract>> {
  const contracts = new Map<Future, BaseContract>();
  for (const future of module.futures) {
    if (skip(future)) continue;
    if (future.type === FutureType.NAMED_ARTIFACT_CONTRACT_DEPLOYMENT) {
      const contract = await ethers.deployContract(future.contractName, resolve(future.constructorArgs), deployer);
      contracts.set(future, contract as unknown as BaseContract);
      await onDeployed?.(future.contractName, contract as unknown as BaseContract);
    } else if (future.type === FutureType.CONTRACT_CALL) {
      await contractOf(future.contract).getFunction(future.functionName)(...resolve(future.args));
    } else {
      throw new Error(`runModule: ${future.id} is a ${future.type}, which is not carried out here`);
    }
  }
  return Object.fromEntries([...contracts].map(([{ id }, contract]) => [id.split("#")[1], contract]));

  function contractOf(future: Future): BaseContract {
    const contract = contracts.get(future);
    if (contract === undefined) throw new Error(`runModule: ${future.id} is not deployed`);
    return contract;
  }

  function resolve(args: readonly unknown[]): unknown[] {
    return args.map(resolveOne);
  }

  function resolveOne(value: unknown): unknown {
    if (Array.isArray(value)) return resolve(value);
    if (typeof value !== "object" || value === null) return value;
    if (isRuntimeValue(value)) {
      if (value.type === RuntimeValueType.ACCOUNT) return deployer.address;
      if (!(value.name in parameters)) throw new Error(`runModule: parameter ${value.name} is missing`);
      return parameters[value.name];
    }
    if ("dependencies" in value) return contractOf(value as Future);
    return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, resolveOne(each)]));
  }
}
