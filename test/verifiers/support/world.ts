import type { HardhatEthers } from "@nomicfoundation/hardhat-ethers/types";
import { keccak256 } from "ethers";

import type { KernelRegistry, TensorVerifier } from "../../../typechain-types/index.js";
import type { Memory, Twins } from "./execute.js";
import { addTwin, gatherTwin, type KernelTwin, mixTwin } from "./kernels.js";
import { type Header, type Program, Region } from "./program.js";
import type { Word } from "./tree.js";
import type { Knowledge } from "./witness.js";

/** A verifier with the test kernels admitted. */
export interface World {
  registry: KernelRegistry;
  verifier: TensorVerifier;
  kernels: ReadonlyMap<string, string>;
  twins: Twins;
  /** Code hashes of the test kernels, by name. */
  hashes: Record<KernelName, Word>;
}

const TWINS = { AddKernel: addTwin, GatherKernel: gatherTwin, MixKernel: mixTwin } satisfies Record<string, KernelTwin>;
export type KernelName = keyof typeof TWINS;

export async function deployWorld(ethers: HardhatEthers): Promise<World> {
  const registry = await ethers.deployContract("KernelRegistry");
  const verifier = await ethers.deployContract("TensorVerifier", [registry]);
  const kernels = new Map<string, string>();
  const twins = new Map<string, KernelTwin>();
  const hashes = {} as Record<KernelName, Word>;
  for (const name of Object.keys(TWINS) as KernelName[]) {
    const kernel = await ethers.deployContract(name);
    const address = await kernel.getAddress();
    const codeHash = keccak256(await ethers.provider.getCode(address));
    await registry.admit(address);
    hashes[name] = codeHash;
    kernels.set(codeHash, address);
    twins.set(codeHash, TWINS[name]);
  }
  return { registry, verifier, kernels, twins, hashes };
}

/** Everything a result commits to, as the ABI has it. */
export interface Trace {
  header: Header;
  inputRoot: Word;
  bodyRoot: Word;
  outputRoot: Word;
}

/** What a provider commits to, and what one knows who holds its trees. */
export function commit(
  { twins, kernels }: Pick<World, "twins" | "kernels">,
  program: Program,
  memory: Memory,
): Knowledge & { trace: Trace } {
  const trees = [Region.Input, Region.Body, Region.Output].map((region) => memory.tree(region));
  const [inputRoot, bodyRoot, outputRoot] = trees.map((tree) => tree.root) as [Word, Word, Word];
  return { program, twins, kernels, memory, trees, trace: { header: program.header, inputRoot, bodyRoot, outputRoot } };
}
