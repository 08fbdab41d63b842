import { type BaseContract, type ParamType, type Result, ZeroAddress, ZeroHash } from "ethers";
import hre from "hardhat";

import { deployMillrace, type DeploymentPlan } from "../../ignition/deployMillrace.js";
import type { Connection } from "../support/deployMillrace.js";

/** A deployment by Ignition, with its contracts and their constructors' arguments. */
export interface Deployed {
  readonly record: Awaited<ReturnType<typeof deployMillrace>>;
  /** All contracts of the record, by name; connected to the deployer. */
  readonly contracts: Readonly<Record<string, BaseContract>>;
  /** Arguments that each was made with, read from its creation's transaction. */
  readonly made: Readonly<Record<string, Result>>;
}

/** Deploys as `npm run demo` does, on the chain of the test. */
export async function deployByIgnition(
  connection: Connection,
  changes: Partial<DeploymentPlan> = {},
): Promise<Deployed> {
  const { ethers } = connection;
  const [, governor, guardian, receiver, ecosystem] = await ethers.getSigners();
  const record = await deployMillrace(connection, {
    name: "test",
    holders: {
      governor: governor.address,
      guardian: guardian.address,
      genesisReceiver: receiver.address,
      ecosystemPayee: ecosystem.address,
    },
    epochSeconds: 40,
    slotsPerEpoch: 20,
    ...changes,
  });
  const contracts: Record<string, BaseContract> = {};
  for (const [name, address] of Object.entries(record.contracts)) {
    contracts[name] = (await ethers.getContractAt(name, address)) as unknown as BaseContract;
  }
  return { record, contracts, made: await constructorArguments(connection, contracts) };
}

async function constructorArguments(
  { ethers }: Connection,
  contracts: Readonly<Record<string, BaseContract>>,
): Promise<Record<string, Result>> {
  const names = new Map<string, string>();
  for (const [name, contract] of Object.entries(contracts)) names.set(await contract.getAddress(), name);
  const made: Record<string, Result> = {};
  for (let number = await ethers.provider.getBlockNumber(); number > 0; number--) {
    const block = await ethers.provider.getBlock(number, true);
    for (const transaction of block?.prefetchedTransactions ?? []) {
      if (transaction.to !== null) continue;
      const receipt = await ethers.provider.getTransactionReceipt(transaction.hash);
      const name = names.get(receipt?.contractAddress ?? ZeroAddress);
      if (name === undefined) continue;
      const { bytecode } = await hre.artifacts.readArtifact(name);
      const data = `0x${transaction.data.slice(bytecode.length)}`;
      made[name] = ethers.AbiCoder.defaultAbiCoder().decode(contracts[name].interface.deploy.inputs, data);
    }
  }
  return made;
}

/** The emptiest value of a parameter: enough to reach the check of the caller. */
export function emptyValue(parameter: ParamType): unknown {
  const { baseType, components, type } = parameter;
  if (baseType === "array") return [];
  if (baseType === "tuple") return (components ?? []).map(emptyValue);
  if (type === "address") return ZeroAddress;
  if (type === "bool") return false;
  if (type === "string") return "";
  if (type === "bytes") return "0x";
  return type.startsWith("bytes") ? ZeroHash.slice(0, 2 + 2 * Number(type.slice(5))) : 0n;
}
