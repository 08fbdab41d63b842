import { keccak_256 } from "@noble/hashes/sha3.js";

import { encodeState } from "./encodeState.ts";
import { LEAF_BYTES, Machine, type Status } from "./Machine.ts";
import type { LeafProof } from "./MemoryTree.ts";
import { Rv32Error } from "./Rv32Error.ts";
import { type StepWitness, stepWitness } from "./stepWitness.ts";
import { instantiate, type Rv32Exports } from "./wasm/Rv32Module.ts";

export const PAGE_BYTES = 4_096;
const PAGE_LEVELS = 7;

/** A page at least; 2^31 bytes at most, which with its tree is what a WebAssembly memory holds. */
const MIN_DEPTH = PAGE_LEVELS;
const MAX_WASM_DEPTH = 26;

/** All of a state but the memory. */
export interface Control {
  readonly pc: number;
  readonly status: Status;
  readonly steps: bigint;
  readonly registers: Uint32Array;
}

/** The same machine as `Machine`, a hundred times as fast, with the tree of its memory kept up to date page by page. */
export class WasmMachine {
  readonly depth: number;
  /** All of it, from address 0. After a write from outside, call `markWritten`. */
  readonly memory: Uint8Array<ArrayBuffer>;
  /** x0 to x31; x0 is zero, and whoever writes registers leaves it so. */
  readonly registers: Uint32Array<ArrayBuffer>;
  /** Steps done. */
  steps = 0n;
  readonly #wasm: Rv32Exports;
  readonly #dirty: Uint8Array;
  readonly #touched: Uint8Array;

  /**
   * @param depth - the memory has 2^(depth + 5) bytes, all zero
   * @throws Rv32Error BAD_MEMORY
   */
  constructor(depth: number) {
    const isPossible = Number.isInteger(depth) && depth >= MIN_DEPTH && depth <= MAX_WASM_DEPTH;
    const wasm = instantiate();
    if (!isPossible || wasm.place(depth) === 0)
      throw new Rv32Error(
        "BAD_MEMORY",
        `a memory of 2^${depth + 5} bytes`,
        "make it 2^12 to 2^31 bytes, and have them",
      );
    wasm.clearTree();
    this.depth = depth;
    this.#wasm = wasm;
    const { buffer } = wasm.memory;
    this.memory = new Uint8Array(buffer, wasm.guestAt(), 2 ** (depth + 5));
    this.registers = new Uint32Array(buffer, wasm.registersAt(), 32);
    this.#dirty = new Uint8Array(buffer, wasm.dirtyAt(), this.memory.length / PAGE_BYTES);
    this.#touched = new Uint8Array(buffer, wasm.touchedAt(), this.#dirty.length);
  }

  /**
   * A machine in the state of another one, whose memory is copied.
   * @throws Rv32Error BAD_MEMORY
   */
  static from(state: Control & { readonly memory: Uint8Array }): WasmMachine {
    const machine = new WasmMachine(Math.log2(state.memory.length / LEAF_BYTES));
    machine.write(0, state.memory);
    machine.control = state;
    return machine;
  }

  get pc(): number {
    return this.#wasm.getPc() >>> 0;
  }

  get status(): Status {
    return this.#wasm.getStatus() as Status;
  }

  get control(): Control {
    const { pc, status, steps } = this;
    return { pc, status, steps, registers: this.registers.slice() };
  }

  set control({ pc, status, steps, registers }: Control) {
    this.#wasm.setControl(pc, status);
    this.registers.set(registers);
    this.steps = steps;
  }

  /** Steps until it stands still, or has done so many. */
  run(maxSteps: bigint): void {
    this.steps += this.#wasm.run(maxSteps);
  }

  /** Copies bytes into the memory. */
  write(address: number, bytes: Uint8Array): void {
    this.memory.set(bytes, address);
    this.markWritten(address, bytes.length);
  }

  /** Says that a range of the memory was written from outside. */
  markWritten(address: number, length: number): void {
    if (length === 0) return;
    this.#dirty.fill(1, Math.floor(address / PAGE_BYTES), Math.ceil((address + length) / PAGE_BYTES));
  }

  /** Root of the memory's tree, as it is now. */
  root(): Uint8Array {
    this.#wasm.updateTree();
    return this.#node(1);
  }

  /** The 176 bytes of its state. */
  state(): Uint8Array {
    return encodeState(this, this.root());
  }

  stateHash(): Uint8Array {
    return keccak_256(this.state());
  }

  /** The leaf that holds an address, with its siblings up to the root. */
  proofAt(address: number): LeafProof {
    this.#wasm.updateTree();
    let index = Math.floor(address / LEAF_BYTES);
    const leaf = this.memory.slice(index * LEAF_BYTES, (index + 1) * LEAF_BYTES);
    const siblings = this.#siblingsInPage(index);
    index = this.memory.length / PAGE_BYTES + Math.floor(address / PAGE_BYTES);
    for (; index > 1; index = Math.floor(index / 2)) siblings.push(this.#node(index ^ 1));
    return { leaf, siblings };
  }

  /** A node of the tree by its height over the leaves, which is a page's or more. */
  nodeAt(height: number, index: number): Uint8Array {
    if (height < PAGE_LEVELS || height > this.depth) throw new RangeError(`no nodes of height ${height} are kept`);
    this.#wasm.updateTree();
    return this.#node(2 ** (this.depth - height) + index);
  }

  /** Pages that changed since this was last asked, copied. */
  takeTouched(): Map<number, Uint8Array> {
    this.#wasm.updateTree();
    const pages = new Map<number, Uint8Array>();
    for (let page = this.#touched.indexOf(1); page >= 0; page = this.#touched.indexOf(1, page + 1)) {
      pages.set(page, this.memory.slice(page * PAGE_BYTES, (page + 1) * PAGE_BYTES));
    }
    this.#touched.fill(0);
    return pages;
  }

  /** The reference machine in this one's state, over the same memory: what runs in one is seen in the other. */
  reference(): Machine {
    const machine = new Machine(this.memory, this.pc);
    machine.registers.set(this.registers);
    machine.steps = this.steps;
    machine.status = this.status;
    return machine;
  }

  /** The witness of the next step. */
  witness(): StepWitness {
    return stepWitness(this.reference(), { root: this.root(), proofAt: (address) => this.proofAt(address) });
  }

  /** Siblings of a leaf up to its page's root. */
  #siblingsInPage(leafIndex: number): Uint8Array[] {
    const scratch = this.#wasm.scratchAt();
    let nodes = this.#wasm.guestAt() + Math.floor((leafIndex * LEAF_BYTES) / PAGE_BYTES) * PAGE_BYTES;
    let index = leafIndex % 2 ** PAGE_LEVELS;
    const siblings: Uint8Array[] = [];
    for (let pairs = 2 ** (PAGE_LEVELS - 1); pairs >= 1; pairs /= 2) {
      siblings.push(this.#hashAt(nodes + (index ^ 1) * LEAF_BYTES));
      this.#wasm.hashLevel(nodes, scratch, pairs);
      nodes = scratch;
      index = Math.floor(index / 2);
    }
    return siblings;
  }

  #node(index: number): Uint8Array {
    return this.#hashAt(this.#wasm.nodesAt() + index * LEAF_BYTES);
  }

  #hashAt(place: number): Uint8Array {
    return new Uint8Array(this.memory.buffer, place, LEAF_BYTES).slice();
  }
}
