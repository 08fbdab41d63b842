import { readFileSync } from "node:fs";

const PAGE_BYTES = 65_536;

/** Functions of `assembly/`; pointers are byte addresses in the instance's memory. */
interface Exports {
  readonly memory: WebAssembly.Memory;
  heapBase(): number;
  hashLeaves(leaves: number, size: number, hashes: number, count: number): void;
  hashBranches(branches: number, count: number): void;
  hashPair(a: number, b: number, output: number): void;
}

let compiled: WebAssembly.Module | undefined;

function uptimeModule(): WebAssembly.Module {
  compiled ??= new WebAssembly.Module(new Uint8Array(readFileSync(new URL("../../dist/uptime.wasm", import.meta.url))));
  return compiled;
}

/** An instance of the WebAssembly module with all the memory it will ever need, so that views stay valid. */
export class UptimeModule {
  readonly exports: Exports;
  private top: number;

  /** @param bytes room for everything that is to be allocated */
  constructor(bytes: number) {
    this.exports = new WebAssembly.Instance(uptimeModule(), {}).exports as unknown as Exports;
    this.top = aligned(this.exports.heapBase());
    const missing = this.top + bytes + 4_096 - this.exports.memory.buffer.byteLength;
    if (missing > 0) this.exports.memory.grow(Math.ceil(missing / PAGE_BYTES));
  }

  /** Takes `size` bytes, zeroed and aligned. */
  allocate(size: number): { readonly pointer: number; readonly bytes: Uint8Array } {
    const pointer = this.top;
    this.top = aligned(pointer + size);
    return { pointer, bytes: new Uint8Array(this.exports.memory.buffer, pointer, size) };
  }
}

function aligned(address: number): number {
  return Math.ceil(address / 64) * 64;
}
