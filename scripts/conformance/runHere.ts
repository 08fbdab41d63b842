import { readFileSync } from "node:fs";

import { type Machine, loadElf, Status, WasmMachine } from "@millrace/rv32";

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
  const loaded: Machine = loadElf(readFileSync(file), DEPTH);
  const machine = new WasmMachine(DEPTH);
  machine.write(0, loaded.memory);
  machine.control = { pc: loaded.pc, status: Status.Running, steps: 0n, registers: loaded.registers };
  machine.run(MAX_STEPS);
  const { status, memory, steps } = machine;
  const ends = { [Status.Running]: "still running", [Status.Trapped]: "trapped" } as const;
  return { exit: status === Status.Exited ? (machine.registers[10] ?? 0) & 0xff : ends[status], memory, steps };
}
