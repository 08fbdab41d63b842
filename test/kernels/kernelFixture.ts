import type { Range } from "@millrace/tensor";
import { id } from "ethers";
import hre from "hardhat";

import type { IKernel } from "../../typechain-types/index.js";
import { type Expected, type KernelCase, KERNELS } from "./kernelCases.js";
import { decodeOutcomes, encodeArguments, encodeBatch, hexWord, type Outcome } from "./rawCalls.js";

/** Calls in one: far below the gas of a transaction, and few round trips. */
const BATCH = 100;

/** Hexadecimal digits of call data in one: it has a price as well. */
const BATCH_DIGITS = 400_000;

export interface KernelWorld {
  readonly kernels: ReadonlyMap<string, IKernel>;
  /** Calls a kernel with encoded call data, many at once. */
  readonly callMany: (name: string, calls: readonly string[]) => Promise<Outcome[]>;
}

const selector = (signature: string): string => id(signature).slice(0, 10);

const CALL_MANY = selector("callMany(address,bytes[])");
const FIRST = selector("first(bytes,uint64,uint16)");
const READS = selector("reads(bytes,uint64,uint16,bytes32[])");
const COMPUTE = selector("compute(bytes,uint64,uint16,bytes32[])");

/** Kernels, deployed once, and a contract that calls them in batches. */
export async function deployKernels(names: readonly string[] = KERNELS): Promise<KernelWorld> {
  const { ethers } = await hre.network.create();
  const harness = await (await ethers.deployContract("KernelHarness")).getAddress();
  const kernels = new Map<string, IKernel>();
  for (const name of names) kernels.set(name, (await ethers.deployContract(name)) as unknown as IKernel);
  /** How many calls of a kernel fit into one, as far as is known. */
  const sizes = new Map<string, number>();
  const callBatch = async (kernel: string, calls: readonly string[]): Promise<Outcome[]> => {
    const data = CALL_MANY + encodeBatch(kernel, calls);
    return decodeOutcomes((await ethers.provider.send("eth_call", [{ to: harness, data }, "latest"])) as string);
  };
  return {
    kernels,
    callMany: async (name, calls) => {
      const kernel = await kernels.get(name)!.getAddress();
      const outcomes: Outcome[] = [];
      for (let next = 0; next < calls.length;) {
        const batch = calls.slice(next, next + (sizes.get(name) ?? BATCH));
        const isLong = batch.reduce((sum, call) => sum + call.length, 0) > BATCH_DIGITS;
        const got = isLong && batch.length > 1 ? undefined : await callBatch(kernel, batch).catch(() => undefined);
        if (batch.length === 1 || got?.every(({ success }) => success) === true) {
          outcomes.push(...(got ?? (await callBatch(kernel, batch))));
          next += batch.length;
        } else {
          // Kernels do not fail, but calls that are dear together are more than a transaction may cost.
          sizes.set(name, Math.ceil(batch.length / 2));
        }
      }
      return outcomes;
    },
  };
}

/** The canonical encoding of a dynamic array of elements of so many words, which is all that the verifier accepts. */
function encoded(elements: number, words: readonly bigint[]): bigint[] {
  return [32n, BigInt(elements), ...words];
}

const encodedRanges = (ranges: readonly Range[]): bigint[] =>
  encoded(
    ranges.length,
    ranges.flatMap(({ start, log2 }) => [BigInt(start), BigInt(log2)]),
  );

/** What the contract must return, word by word, to `first`, `reads` and `compute`. */
export function encodedAnswers({ first, reads, result }: Expected): bigint[][] {
  return [encodedRanges(first), encodedRanges(reads), encoded(result.length, result)];
}

export function toWord(value: bigint): string {
  return `0x${hexWord(value)}`;
}

export function encodeFirst({ params, piece, lane }: KernelCase): string {
  return FIRST + encodeArguments(params, piece, lane);
}

export function encodeReads({ params, piece, lane }: KernelCase, words: readonly bigint[]): string {
  return READS + encodeArguments(params, piece, lane, words);
}

export function encodeCompute({ params, piece, lane }: KernelCase, words: readonly bigint[]): string {
  return COMPUTE + encodeArguments(params, piece, lane, words);
}
