import { toHex } from "@millrace/tensor";
import hre from "hardhat";

import type { IKernel, KernelHarness } from "../../typechain-types/index.js";
import { type KernelCase, KERNELS } from "./kernelCases.js";

/** Calls in one transaction: far below the gas of a block, and few round trips. */
const BATCH = 60;

export interface Outcome {
  readonly success: boolean;
  readonly gasUsed: bigint;
  readonly result: string;
}

export interface KernelWorld {
  readonly kernels: ReadonlyMap<string, IKernel>;
  readonly addressOf: (name: string) => Promise<string>;
  /** Calls a kernel with encoded call data, many at once. */
  readonly callMany: (name: string, calls: readonly string[]) => Promise<Outcome[]>;
}

/** All kernels, deployed once, and a contract that calls them in batches. */
export async function deployKernels(): Promise<KernelWorld> {
  const { ethers } = await hre.network.create();
  const harness = (await ethers.deployContract("KernelHarness")) as unknown as KernelHarness;
  const kernels = new Map<string, IKernel>();
  for (const name of KERNELS) kernels.set(name, (await ethers.deployContract(name)) as unknown as IKernel);
  return {
    kernels,
    addressOf: (name) => kernels.get(name)!.getAddress(),
    callMany: async (name, calls) => {
      const address = await kernels.get(name)!.getAddress();
      const outcomes: Outcome[] = [];
      for (let i = 0; i < calls.length; i += BATCH) {
        const batch = await harness.callMany(address, calls.slice(i, i + BATCH));
        outcomes.push(...batch.map(({ success, gasUsed, result }) => ({ success, gasUsed, result })));
      }
      return outcomes;
    },
  };
}

export function toWord(value: bigint): string {
  return `0x${value.toString(16).padStart(64, "0")}`;
}

export function encodeFirst(kernel: IKernel, { params, piece, lane }: KernelCase): string {
  return kernel.interface.encodeFunctionData("first", [toHex(params), piece, lane]);
}

export function encodeReads(kernel: IKernel, { params, piece, lane }: KernelCase, words: readonly bigint[]): string {
  return kernel.interface.encodeFunctionData("reads", [toHex(params), piece, lane, words.map(toWord)]);
}

export function encodeCompute(kernel: IKernel, { params, piece, lane }: KernelCase, words: readonly bigint[]): string {
  return kernel.interface.encodeFunctionData("compute", [toHex(params), piece, lane, words.map(toWord)]);
}
