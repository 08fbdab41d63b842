import { decode, type Instruction } from "./decode.ts";
import { Rv32Error } from "./Rv32Error.ts";

/** What a machine is doing. */
export const Status = { Running: 0, Exited: 1, Trapped: 2 } as const;
export type Status = (typeof Status)[keyof typeof Status];

/** Bytes of a leaf of the memory tree. */
export const LEAF_BYTES = 32;
const MAX_DEPTH = 27;

const EXIT_CALL = 93;
const A7 = 17;

/**
 * A machine of one hart, RV32IM without privileges. Each state has exactly one next one: what is no instruction, an
 * address that is misaligned or outside, EBREAK and every ECALL but exit are traps, which change nothing but the
 * status. A machine that has exited or trapped stays as it is.
 *
 * Source: The RISC-V Instruction Set Manual, volume I, RV32I 2.1 and M 2.0.
 */
export class Machine {
  readonly memory: Uint8Array;
  /** x0 to x31, unsigned. */
  readonly registers = new Uint32Array(32);
  pc: number;
  /** Steps done. */
  steps = 0n;
  status: Status = Status.Running;
  readonly #view: DataView;

  /**
   * @param memory - all of it, from address 0; its length is 2^(depth + 5) bytes, depth from 0 to 27; not copied
   * @param pc - address of the first instruction
   * @throws Rv32Error BAD_MEMORY
   */
  constructor(memory: Uint8Array, pc = 0) {
    const depth = Math.log2(memory.length / LEAF_BYTES);
    if (!Number.isInteger(depth) || depth < 0 || depth > MAX_DEPTH) {
      throw new Rv32Error("BAD_MEMORY", `a memory of ${memory.length} bytes`, "make it 2^5 to 2^32 bytes long");
    }
    this.memory = memory;
    this.pc = pc >>> 0;
    this.#view = new DataView(memory.buffer, memory.byteOffset, memory.byteLength);
  }

  /** Code of the exit: a0. */
  get exitCode(): number {
    return this.registers[10] as number;
  }

  /** The instruction at the pc; undefined where none can be. */
  instruction(): number | undefined {
    return this.isInside(this.pc, 4) ? this.#view.getUint32(this.pc, true) : undefined;
  }

  /** Address that the next step loads from or stores to; undefined when it does neither, or traps before. */
  nextAccess(): number | undefined {
    const word = this.status === Status.Running ? this.instruction() : undefined;
    const instruction = word === undefined ? undefined : decode(word);
    if (instruction?.kind !== "load" && instruction?.kind !== "store") return undefined;
    const address = this.#addressOf(instruction);
    return this.isInside(address, instruction.size) ? address : undefined;
  }

  /** Whether an access is aligned and within the memory. */
  isInside(address: number, size: number): boolean {
    return address % size === 0 && address < this.memory.length;
  }

  /** Does one step. */
  step(): void {
    if (this.status !== Status.Running) return;
    this.steps += 1n;
    const word = this.instruction();
    const instruction = word === undefined ? undefined : decode(word);
    if (instruction === undefined || !this.#execute(instruction)) this.status = Status.Trapped;
  }

  /** Steps until it stands still, or has done so many. */
  run(maxSteps: bigint): void {
    for (let left = maxSteps; left > 0n && this.status === Status.Running; left--) this.step();
  }

  #execute(instruction: Instruction): boolean {
    const { registers } = this;
    let next = (this.pc + 4) >>> 0;
    switch (instruction.kind) {
      case "fence":
        break;
      case "compute":
        this.#write(
          instruction.rd,
          instruction.compute(this.#read(instruction.rs1), instruction.immediate ?? this.#read(instruction.rs2)),
        );
        break;
      case "constant":
        this.#write(instruction.rd, instruction.immediate + (instruction.isRelative ? this.pc : 0));
        break;
      case "load": {
        const address = this.#addressOf(instruction);
        if (!this.isInside(address, instruction.size)) return false;
        this.#write(instruction.rd, this.#load(address, instruction.size, instruction.isSigned));
        break;
      }
      case "store": {
        const address = this.#addressOf(instruction);
        if (!this.isInside(address, instruction.size)) return false;
        this.#store(address, instruction.size, this.#read(instruction.rs2));
        break;
      }
      case "branch":
        if (instruction.isTaken(this.#read(instruction.rs1), this.#read(instruction.rs2))) {
          next = (this.pc + instruction.immediate) >>> 0;
        }
        if (next % 4 !== 0) return false;
        break;
      case "jump": {
        const base = instruction.rs1 === undefined ? this.pc : this.#read(instruction.rs1);
        const target = ((base + instruction.immediate) & ~1) >>> 0;
        if (target % 4 !== 0) return false;
        this.#write(instruction.rd, next);
        next = target;
        break;
      }
      case "call":
        if (registers[A7] !== EXIT_CALL) return false;
        this.status = Status.Exited;
        return true;
    }
    this.pc = next;
    return true;
  }

  #addressOf({ rs1, immediate }: { readonly rs1: number; readonly immediate: number }): number {
    return (this.#read(rs1) + immediate) >>> 0;
  }

  #read(register: number): number {
    return this.registers[register] as number;
  }

  #write(register: number, value: number): void {
    if (register !== 0) this.registers[register] = value;
  }

  #load(address: number, size: number, isSigned: boolean): number {
    if (size === 4) return this.#view.getUint32(address, true);
    if (size === 2) return isSigned ? this.#view.getInt16(address, true) : this.#view.getUint16(address, true);
    return isSigned ? this.#view.getInt8(address) : this.#view.getUint8(address);
  }

  #store(address: number, size: number, value: number): void {
    if (size === 4) this.#view.setUint32(address, value, true);
    else if (size === 2) this.#view.setUint16(address, value & 0xffff, true);
    else this.#view.setUint8(address, value & 0xff);
  }
}
