import type { MachineProgram } from "@millrace/rv32";

import type { Random } from "../../verifiers/support/random.js";
import type { Job } from "./runs.js";

/** Memory of 2^15 bytes. */
const DEPTH = 10;
const EXIT = [0x05d00893, 0x00000073];

const OPCODE = { load: 0x03, immediate: 0x13, auipc: 0x17, store: 0x23, register: 0x33, lui: 0x37, branch: 0x63 };
const JUMP_TO_SELF = 0x0000006f;

/**
 * A run of instructions drawn at random: arithmetic mostly, memory, branches that loop; it exits, traps, or is stopped by its
 * limit, which may be a single step. Stores may hit the code: nothing forbids it.
 */
export function randomRun(random: Random): Job {
  const length = random.pick([1, 8, 60, 250]);
  const words = Array.from({ length }, (_, i) => randomInstruction(random, i, length));
  const image = new Uint8Array(new Uint32Array([...words, ...(random.chance(90) ? EXIT : [JUMP_TO_SELF])]).buffer);
  const maxSteps = BigInt(random.pick([1, 2, 31, 32, 33, 1_023, 1_024, 1_025, 5_000, 2 ** 16, 2 ** 20]));
  const program: MachineProgram = { image, entry: 0, depth: DEPTH, maxSteps };
  const input = Uint8Array.from({ length: random.below(200) }, () => random.below(256));
  return { program, input };
}

function randomInstruction(random: Random, at: number, length: number): number {
  const [rd, rs1, rs2] = [random.below(32), random.below(32), random.below(32)];
  const encode = (opcode: number, function3: number, high: number): number =>
    ((high << 20) | (rs1 << 15) | (function3 << 12) | (rd << 7) | opcode) >>> 0;
  const kind = random.below(100);
  if (kind < 35) {
    const function3 = random.below(8);
    const isShift = function3 === 1 || function3 === 5;
    return encode(OPCODE.immediate, function3, isShift ? random.below(32) : random.below(4_096));
  }
  if (kind < 65) return encode(OPCODE.register, random.below(8), (random.below(2) << 5) | rs2);
  if (kind < 72) return ((random.below(2 ** 20) << 12) | (rd << 7) | random.pick([OPCODE.lui, OPCODE.auipc])) >>> 0;
  // From register 0, so that most addresses exist; aligned, so that only some trap.
  const offset = 4 * random.below(511);
  if (kind < 80) return ((offset << 20) | (2 << 12) | (rd << 7) | OPCODE.load) >>> 0;
  if (kind < 88) return storeOf(offset, rs2);
  if (kind < 98) {
    const target = random.below(length + 1);
    return branchOf(4 * (target - at), rs1, rs2, random.pick([0, 1, 4, 5, 6, 7]));
  }
  return random.chance(50) ? random.below(2 ** 31) : encode(OPCODE.immediate, 0, 1);
}

function storeOf(offset: number, rs2: number): number {
  return (((offset >> 5) << 25) | (rs2 << 20) | (2 << 12) | ((offset & 31) << 7) | OPCODE.store) >>> 0;
}

function branchOf(offset: number, rs1: number, rs2: number, function3: number): number {
  const high = (((offset >> 12) & 1) << 6) | ((offset >> 5) & 63);
  const low = (((offset >> 1) & 15) << 1) | ((offset >> 11) & 1);
  return ((high << 25) | (rs2 << 20) | (rs1 << 15) | (function3 << 12) | (low << 7) | OPCODE.branch) >>> 0;
}
