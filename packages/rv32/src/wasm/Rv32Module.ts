import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

import { Rv32Error } from "../Rv32Error.ts";

/** Functions of `assembly/`; what ends in `At` is an address in the instance's memory. */
export interface Rv32Exports {
  readonly memory: WebAssembly.Memory;
  place(depth: number): number;
  run(limit: bigint): bigint;
  getPc(): number;
  getStatus(): number;
  setControl(pc: number, status: number): void;
  registersAt(): number;
  guestAt(): number;
  dirtyAt(): number;
  touchedAt(): number;
  nodesAt(): number;
  scratchAt(): number;
  clearTree(): void;
  updateTree(): number;
  hashLevel(nodes: number, parents: number, pairs: number): void;
}

let compiled: WebAssembly.Module | undefined;

/** An instance with a memory of its own; the compiled module is shared by all of a thread. */
export function instantiate(): Rv32Exports {
  compiled ??= new WebAssembly.Module(new Uint8Array(readModule()));
  return new WebAssembly.Instance(compiled, {}).exports as unknown as Rv32Exports;
}

function readModule(): Buffer {
  try {
    return readFileSync(fileURLToPath(new URL("../../dist/rv32.wasm", import.meta.url)));
  } catch {
    throw new Rv32Error("NOT_BUILT", "the WebAssembly module is missing", "run `npm run build` first");
  }
}
