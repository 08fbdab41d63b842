import { keccak_256 } from "@noble/hashes/sha3.js";

import { Status } from "../Machine.ts";
import { unframeOutput } from "../program/frame.ts";
import { layoutOf } from "../program/layout.ts";
import { type MachineProgram, startMachine } from "../program/MachineProgram.ts";
import type { StepWitness } from "../stepWitness.ts";
import type { WasmMachine } from "../WasmMachine.ts";
import { isDistance, LEAST_LOG2, MAX_CHECKPOINTS } from "./segments.ts";
import { Snapshots } from "./Snapshots.ts";

/** Checkpoints unless more are asked for: 2 KiB of calldata. A claim can have 256. */
const CHECKPOINTS = 64;

/** Steps between two looks at the clock: a fifth of a second or so. */
const CHUNK = 2n ** 25n;
const SNAPSHOT_BYTES = 2 ** 28;

/** One bit that a state is changed in after a step: for adversarial runs of tests and the demo. */
export interface Corruption {
  /** The state after this step is the first that is wrong. */
  readonly step: bigint;
  /** Which register, 1 to 31. */
  readonly register: number;
  readonly xor: number;
}

export interface ExecutionOptions {
  readonly corrupt?: Corruption;
  /** Bytes of snapshots to keep; more make going back faster. */
  readonly snapshotBytes?: number;
  /** Checkpoints above which a greater distance is taken if there is one: more make a claim dearer, a dispute shorter. */
  readonly checkpoints?: number;
}

/** The result of an execution as it is claimed. */
export interface Trace {
  /** Steps between two checkpoints: 2 to the power of this. */
  readonly log2: number;
  /** Hashes of the states after each `2^log2` steps; the last one is that of the final state. */
  readonly checkpoints: readonly Uint8Array[];
  readonly final: FinalState;
}

/** The last state, with what shows its output. */
export interface FinalState {
  readonly state: Uint8Array;
  readonly steps: bigint;
  readonly status: Status;
  readonly exitCode: number;
  readonly outputRoot: Uint8Array;
  /** Siblings of the output's root up to the memory's. */
  readonly outputSiblings: readonly Uint8Array[];
}

/** Runs a program, and shows any of its states again. A machine that has stopped stays as it is for ever. */
export class Execution {
  readonly #program: MachineProgram;
  readonly #input: Uint8Array;
  readonly #corrupt: Corruption | undefined;
  readonly #snapshots: Snapshots;
  readonly #maxCheckpoints: number;
  #machine: WasmMachine;
  #end: bigint | undefined;

  /** @throws Rv32Error BAD_INPUT, BAD_MEMORY */
  constructor(program: MachineProgram, input: Uint8Array, options: ExecutionOptions = {}) {
    this.#program = program;
    this.#input = input;
    this.#corrupt = options.corrupt;
    this.#snapshots = new Snapshots(options.snapshotBytes ?? SNAPSHOT_BYTES);
    this.#maxCheckpoints = options.checkpoints ?? CHECKPOINTS;
    this.#machine = startMachine(program, input);
    this.#machine.takeTouched();
  }

  /**
   * Runs from the start to the end.
   * @param onProgress - called now and then with the steps done
   */
  run(onProgress?: (steps: bigint) => void): Trace {
    this.#restart();
    let log2 = LEAST_LOG2;
    let checkpoints: Uint8Array[] = [];
    for (;;) {
      this.#advance(2n ** BigInt(log2) * BigInt(checkpoints.length + 1), onProgress);
      checkpoints.push(this.#machine.stateHash());
      if (this.#isDone()) break;
      this.#snapshots.add(this.#machine);
      if (checkpoints.length < MAX_CHECKPOINTS) continue;
      log2 += 1;
      checkpoints = everySecond(checkpoints);
      this.#snapshots.thin(2);
    }
    let claimed = { log2, checkpoints };
    for (; checkpoints.length > 1; log2++, checkpoints = everySecond(checkpoints)) {
      const isFit = isDistance(claimed.log2, claimed.checkpoints.length);
      if (isFit && claimed.checkpoints.length <= this.#maxCheckpoints) break;
      if (isDistance(log2, checkpoints.length)) claimed = { log2, checkpoints };
    }
    this.#end = this.#machine.steps;
    return { ...claimed, final: this.#final() };
  }

  /** Hashes of the states after so many steps each, in ascending order. */
  states(steps: readonly bigint[]): Uint8Array[] {
    return steps.map((step) => {
      this.#seek(step);
      return this.#machine.stateHash();
    });
  }

  /** What the step after so many steps is computed from. */
  witness(step: bigint): StepWitness {
    this.#seek(step);
    return this.#machine.witness();
  }

  /** The output, as its machine left it. */
  output(): Uint8Array {
    return unframeOutput(this.#outputRegion());
  }

  /** The whole quarter of the memory that is claimed as the output, without the zeros at its end. */
  region(): Uint8Array {
    const region = this.#outputRegion();
    return region.slice(0, region.findLastIndex((byte) => byte !== 0) + 1);
  }

  #outputRegion(): Uint8Array {
    if (this.#end === undefined) this.run();
    this.#seek(this.#end ?? 0n);
    const { outputAt, regionBytes } = layoutOf(this.#program.depth);
    return this.#machine.memory.subarray(outputAt, outputAt + regionBytes);
  }

  #final(): FinalState {
    const machine = this.#machine;
    const height = this.#program.depth - 2;
    return {
      state: machine.state(),
      steps: machine.steps,
      status: machine.status,
      exitCode: machine.registers[10] ?? 0,
      outputRoot: machine.nodeAt(height, 3),
      outputSiblings: [machine.nodeAt(height, 2), machine.nodeAt(height + 1, 0)],
    };
  }

  #isDone(): boolean {
    return this.#machine.status !== Status.Running || this.#machine.steps >= this.#program.maxSteps;
  }

  /** Brings the machine to the state after so many steps. */
  #seek(step: bigint): void {
    const { steps } = this.#machine;
    if (steps > step || this.#snapshots.latestBefore(step) > steps) {
      this.#restart();
      this.#snapshots.restore(this.#machine, step);
      this.#machine.takeTouched();
    }
    this.#advance(step);
  }

  #restart(): void {
    if (this.#machine.steps === 0n) return;
    this.#machine = startMachine(this.#program, this.#input);
    this.#machine.takeTouched();
  }

  #advance(step: bigint, onProgress?: (steps: bigint) => void): void {
    const machine = this.#machine;
    const target = step < this.#program.maxSteps ? step : this.#program.maxSteps;
    while (machine.steps < target && machine.status === Status.Running) {
      const before = machine.steps;
      let chunk = target - before;
      if (chunk > CHUNK) chunk = CHUNK;
      const corrupt = this.#corrupt;
      const isAhead = corrupt !== undefined && corrupt.step > before && corrupt.step <= before + chunk;
      if (isAhead) chunk = corrupt.step - before;
      machine.run(chunk);
      if (isAhead && machine.steps === corrupt.step) {
        machine.registers[corrupt.register] = ((machine.registers[corrupt.register] ?? 0) ^ corrupt.xor) >>> 0;
      }
      onProgress?.(machine.steps);
    }
  }
}

/** The checkpoints at twice the distance; of an odd number the last, which is the final state's, stays. */
function everySecond(checkpoints: readonly Uint8Array[]): Uint8Array[] {
  return checkpoints.filter((_, i) => i % 2 === 1 || i === checkpoints.length - 1);
}

/** Hash of a state. */
export function hashState(state: Uint8Array): Uint8Array {
  return keccak_256(state);
}
