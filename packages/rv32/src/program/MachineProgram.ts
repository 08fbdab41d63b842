import { Status } from "../Machine.ts";
import { Rv32Error } from "../Rv32Error.ts";
import { WasmMachine } from "../WasmMachine.ts";
import { frameInput } from "./frame.ts";
import { layoutOf, MAX_JOB_DEPTH, MIN_JOB_DEPTH } from "./layout.ts";
import { imageOf } from "./loadElf.ts";
import { readElf } from "./readElf.ts";

/** What a job runs: with an input, it says everything about a computation. */
export interface MachineProgram {
  /** The memory from address 0; zeros after it. */
  readonly image: Uint8Array;
  /** Address of the first instruction. */
  readonly entry: number;
  /** The memory has 2^(depth + 5) bytes. */
  readonly depth: number;
  /** A machine that runs after so many steps is stopped, and its output counts. */
  readonly maxSteps: bigint;
}

export interface ProgramOptions {
  /** 20 if not given: 32 MiB, half of it for the program and a quarter each for input and output. */
  readonly depth?: number;
  /** 2^32 if not given. */
  readonly maxSteps?: bigint;
}

const DEFAULT_DEPTH = 20;
const DEFAULT_MAX_STEPS = 2n ** 32n;

/** Most steps that a job can have: 256 checkpoints, each 32^7 steps after the one before. */
export const MAX_JOB_STEPS = 2n ** 43n;

const STACK_POINTER = 2;
const A0 = 10;

/**
 * Makes a program of an ELF file.
 * @throws Rv32Error BAD_ELF, BAD_PROGRAM
 */
export function programOfElf(elf: Uint8Array, options: ProgramOptions = {}): MachineProgram {
  const { depth = DEFAULT_DEPTH, maxSteps = DEFAULT_MAX_STEPS } = options;
  checkBounds(depth, maxSteps);
  const parsed = readElf(elf);
  return { image: imageOf(parsed, layoutOf(depth).programBytes), entry: parsed.entry, depth, maxSteps };
}

function checkBounds(depth: number, maxSteps: bigint): void {
  const hasDepth = Number.isInteger(depth) && depth >= MIN_JOB_DEPTH && depth <= MAX_JOB_DEPTH;
  if (!hasDepth)
    throw new Rv32Error(
      "BAD_PROGRAM",
      `a memory of 2^${depth + 5} bytes`,
      `choose 2^${MIN_JOB_DEPTH + 5} to 2^${MAX_JOB_DEPTH + 5} bytes`,
    );
  if (maxSteps < 1n || maxSteps > MAX_JOB_STEPS)
    throw new Rv32Error("BAD_PROGRAM", `at most ${maxSteps} steps`, `choose 1 to ${MAX_JOB_STEPS}`);
}

/** Root of the half of the memory that holds the program, as it is before the first step. */
export function programRoot(program: MachineProgram): Uint8Array {
  return regionRoot(program.image, program.depth - 1);
}

/** Root of the quarter of the memory that holds an input. */
export function inputRoot(program: MachineProgram, input: Uint8Array): Uint8Array {
  return regionRoot(frameInput(input, layoutOf(program.depth).regionBytes), program.depth - 2);
}

/** Root of a tree of 2^depth leaves that begins with these bytes; zeros after them. */
function regionRoot(bytes: Uint8Array, depth: number): Uint8Array {
  const machine = new WasmMachine(depth);
  machine.write(0, bytes);
  return machine.root();
}

/**
 * A machine before its first step. The chain derives the same state of the job: `Rv32Verifier.genesis`.
 * @throws Rv32Error BAD_INPUT, BAD_MEMORY
 */
export function startMachine(program: MachineProgram, input: Uint8Array): WasmMachine {
  const layout = layoutOf(program.depth);
  const framed = frameInput(input, layout.regionBytes);
  const machine = new WasmMachine(program.depth);
  machine.write(0, program.image);
  machine.write(layout.inputAt, framed);
  const registers = new Uint32Array(32);
  registers[STACK_POINTER] = layout.programBytes;
  registers.set([layout.inputAt, layout.outputAt, layout.regionBytes], A0);
  machine.control = { pc: program.entry, status: Status.Running, steps: 0n, registers };
  return machine;
}
