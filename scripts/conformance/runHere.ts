import { readFileSync } from "node:fs";

import { loadElf, Status, WasmMachine } from "@millrace/rv32";

/** 8 MiB: more than any of the programs takes. */
const DEPTH = 18;
const MAX_STEPS = 2_000_000_000n;

export interface Result {
  /** Code of the exit, or why there is none. */
  readonly exit: number | "trapped" | "still running";
  readonly memory: Uint8Array;
  readonly steps: bigint;
}

/** Runs a program on the machine, from a state in which all registers are zero. */
export function runHere(file: string): Result {
  const machine = WasmMachine.from(loadElf(readFileSync(file), DEPTH));
  machine.run(MAX_STEPS);
  const { status, memory, steps } = machine;
  const ends = { [Status.Running]: "still running", [Status.Trapped]: "trapped" } as const;
  return { exit: status === Status.Exited ? (machine.registers[10] ?? 0) & 0xff : ends[status], memory, steps };
}
