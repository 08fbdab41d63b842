import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

import { TensorError } from "../errors.ts";
import { orTooLarge } from "../orTooLarge.ts";

const PAGE_BYTES = 65_536;

/** Most that a WebAssembly memory can hold. */
const MAX_BYTES = 2 ** 32 - PAGE_BYTES;

/** Byte address of the result, its length, then as the function of that name in `assembly/` says. */
export type KernelArguments = readonly [out: number, length: number, ...rest: number[]];

/** Functions of `assembly/`; pointers are byte addresses in the instance's memory. */
export interface TensorExports {
  readonly memory: WebAssembly.Memory;
  heapBase(): number;
  hashLevel(nodes: number, parents: number, pairs: number): void;
  hashLeaves(words: number, leaves: number, count: number): void;
  /** The same, one hash at a time: what the two are measured against. */
  hashLevelPlainly(nodes: number, parents: number, pairs: number): void;
  hashLeavesPlainly(words: number, leaves: number, count: number): void;
  matMul(...args: KernelArguments): void;
  convolution(...args: KernelArguments): void;
  convolutionGradient(...args: KernelArguments): void;
  pool(...args: KernelArguments): void;
  poolGradient(...args: KernelArguments): void;
  rearrangeScratch(): number;
  rearrange(...args: KernelArguments): void;
  sum(...args: KernelArguments): void;
  requantise(...args: KernelArguments): void;
  transpose(...args: KernelArguments): void;
  softmax(...args: KernelArguments): void;
  argMax(...args: KernelArguments): void;
  lookup(...args: KernelArguments): void;
  gather(...args: KernelArguments): void;
  elementwise(...args: KernelArguments): void;
  rescale(...args: KernelArguments): void;
  layerNorm(...args: KernelArguments): void;
  random(...args: KernelArguments): void;
  hashChain(...args: KernelArguments): void;
  cameraScratch(): number;
  isLinearCamera(): number;
  nearestHit(...args: KernelArguments): void;
  nearestHitOfRays(...args: KernelArguments): void;
  cameraRays(...args: KernelArguments): void;
  bounce(...args: KernelArguments): void;
  shadeRays(...args: KernelArguments): void;
  shade(...args: KernelArguments): void;
}

let compiled: WebAssembly.Module | undefined;

/** The compiled module, shared by all instances of a thread. */
function tensorModule(): WebAssembly.Module {
  if (compiled !== undefined) return compiled;
  const path = fileURLToPath(new URL("../../dist/tensor.wasm", import.meta.url));
  let bytes: Buffer;
  try {
    bytes = readFileSync(path);
  } catch {
    throw new TensorError("NOT_BUILT", "the WebAssembly module is missing", "run `npm run build` first");
  }
  compiled = new WebAssembly.Module(new Uint8Array(bytes));
  return compiled;
}

/**
 * An instance with a memory of its own. Blocks are taken one after another and never given back: when the work is done
 * the whole instance is dropped.
 */
export class TensorInstance {
  readonly exports: TensorExports;
  #top: number;

  constructor() {
    this.exports = new WebAssembly.Instance(tensorModule(), {}).exports as unknown as TensorExports;
    this.#top = Math.ceil(this.exports.heapBase() / 64) * 64;
  }

  /** Takes `size` bytes, zeroed, aligned to 64; growing the memory invalidates earlier views. */
  allocate(size: number): number {
    const start = this.#top;
    const end = start + Math.ceil(size / 64) * 64;
    if (end > MAX_BYTES)
      throw new TensorError("TOO_LARGE", `${end} bytes do not fit into 4 GiB`, "split the job into smaller ones");
    const missing = end - this.exports.memory.buffer.byteLength;
    if (missing > 0) orTooLarge(size, () => this.exports.memory.grow(Math.ceil(missing / PAGE_BYTES)));
    this.#top = end;
    return start;
  }

  view(start: number, size: number): Uint8Array<ArrayBuffer> {
    return new Uint8Array(this.exports.memory.buffer, start, size);
  }
}
