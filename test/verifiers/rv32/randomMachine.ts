import { Machine } from "@millrace/rv32";
import fc from "fast-check";

/** Memory of 2^(DEPTH + 5) bytes: small, so that many states can be hashed. */
export const DEPTH = 4;
const MEMORY_BYTES = 2 ** (DEPTH + 5);

/** Values at which arithmetic and addresses change their behaviour, and any others. */
const value = fc.oneof(
  fc.constantFrom(0, 1, 2, 3, 31, 32, 0x7f, 0x80, 0xff, 0x7fff, 0x8000, 0xffff, 0x7fffffff, 0x80000000, 0xffffffff),
  fc.constantFrom(MEMORY_BYTES - 4, MEMORY_BYTES - 1, MEMORY_BYTES, 0xfffffffc),
  fc.nat(MEMORY_BYTES),
  fc.nat(0xffffffff),
);

const field = fc.nat(31);
/** Any function7, those with a meaning more often. */
const variant = fc.oneof(fc.constantFrom(0, 1, 0x20), fc.nat(127));

/** An instruction of an opcode, its other fields at random. */
function instructionOf(opcode: number): fc.Arbitrary<number> {
  return fc
    .record({ rd: field, function3: fc.nat(7), rs1: field, rs2: field, variant })
    .map(
      ({ rd, function3, rs1, rs2, variant: function7 }) =>
        ((function7 << 25) | (rs2 << 20) | (rs1 << 15) | (function3 << 12) | (rd << 7) | opcode) >>> 0,
    );
}

/** A state in which the machine is about to do an instruction of an opcode; any 32 bits if there is none given. */
export function machineBefore(opcode: number | undefined): fc.Arbitrary<Machine> {
  const instruction = opcode === undefined ? fc.nat(0xffffffff) : instructionOf(opcode);
  return fc
    .record({
      instruction,
      registers: fc.array(value, { minLength: 32, maxLength: 32 }),
      memory: fc.uint8Array({ minLength: MEMORY_BYTES, maxLength: MEMORY_BYTES }),
      slot: fc.nat(MEMORY_BYTES / 4 - 1),
      steps: fc.bigInt({ min: 0n, max: 2n ** 63n }),
    })
    .map((facts) => {
      const machine = new Machine(Uint8Array.from(facts.memory), 4 * facts.slot);
      new DataView(machine.memory.buffer).setUint32(machine.pc, facts.instruction, true);
      machine.registers.set(facts.registers);
      machine.registers[0] = 0;
      machine.steps = facts.steps;
      return machine;
    });
}
