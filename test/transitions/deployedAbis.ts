import { FutureType } from "@nomicfoundation/ignition-core";
import type { JsonFragment } from "ethers";
import hre from "hardhat";

import { KERNELS } from "../../ignition/kernels.js";
import MillraceModule from "../../ignition/modules/Millrace.js";

/** ABIs of every contract that a deployment has, by name: what the module deploys, less kernels, which have no state. */
export async function deployedAbis(): Promise<Map<string, JsonFragment[]>> {
  const names = [...MillraceModule.futures].flatMap((future) =>
    future.type === FutureType.NAMED_ARTIFACT_CONTRACT_DEPLOYMENT ? [future.contractName] : [],
  );
  const own = names.filter((name) => !(KERNELS as readonly string[]).includes(name));
  const abis = await Promise.all(
    own.map(async (name) => [name, (await hre.artifacts.readArtifact(name)).abi as JsonFragment[]] as const),
  );
  return new Map(abis);
}

/** Functions of an ABI that may change state. */
export function changingFunctions(abi: readonly JsonFragment[]): JsonFragment[] {
  return abi.filter(({ type, stateMutability }) => type === "function" && !/view|pure/.test(stateMutability ?? ""));
}
