import { readFileSync } from "node:fs";
import { join } from "node:path";

import { encodeState, loadElf, Machine, MemoryTree, Status, stepWitness, WasmMachine } from "@millrace/rv32";
import { expect } from "chai";
import fc from "fast-check";
import hre from "hardhat";

import "../../support/fast-check.js";
import { machineBefore } from "../../verifiers/rv32/randomMachine.js";

/** A page, which is the smallest memory that the interpreter has: what lies behind the reference's is not reached. */
const DEPTH = 7;
const STATES = hre.globalOptions.long ? 200_000 : 2_000;
const OPCODES = [0x03, 0x0f, 0x13, 0x17, 0x23, 0x33, 0x37, 0x63, 0x67, 0x6f, 0x73, undefined];

const GUESTS = join(import.meta.dirname, "guests");

/** The interpreter in the state of a reference machine, whose memory is repeated up to a page. */
function twins(before: Machine): { reference: Machine; wasm: WasmMachine } {
  const wasm = new WasmMachine(DEPTH);
  for (let at = 0; at < wasm.memory.length; at += before.memory.length) wasm.write(at, before.memory);
  wasm.control = { pc: before.pc, status: before.status, steps: before.steps, registers: before.registers };
  const reference = new Machine(wasm.memory.slice(), before.pc);
  reference.registers.set(before.registers);
  reference.steps = before.steps;
  return { reference, wasm };
}

function expectEqual(wasm: WasmMachine, reference: Machine): void {
  const root = new MemoryTree(reference.memory).root;
  expect(Buffer.from(wasm.state())).to.deep.equal(Buffer.from(encodeState(reference, root)));
}

describe("WasmMachine", () => {
  it(`should go on as the reference does from ${STATES} random states`, () => {
    const statuses = new Set<number>();
    const anyState = fc.constantFrom(...OPCODES).chain((opcode) => machineBefore(opcode));
    fc.assert(
      fc.property(anyState, fc.integer({ min: 1, max: 40 }), (before, count) => {
        const { reference, wasm } = twins(before);
        reference.run(BigInt(count));
        wasm.run(BigInt(count));
        const { pc, steps, status, registers, memory } = reference;
        expect(wasm.control).to.deep.equal({ pc, steps, status, registers });
        expect(Buffer.compare(wasm.memory, memory), "the memories must be equal").to.equal(0);
        statuses.add(status);
      }),
      { numRuns: STATES },
    );
    expect(statuses).to.include(Status.Running).and.to.include(Status.Trapped);
  });

  for (const [name, depth] of Object.entries({ "arithmetic-O0": 9, "sha256-O2": 9, "sorting-O2": 9 })) {
    it(`should be in the reference's state all along ${name}`, () => {
      const reference = loadElf(readFileSync(join(GUESTS, `${name}.elf`)), depth);
      const wasm = WasmMachine.from(reference);
      while (reference.status === Status.Running) {
        reference.run(9_973n);
        wasm.run(9_973n);
        expectEqual(wasm, reference);
      }
      expect(reference.exitCode).to.equal(0);
    });
  }

  it("should give the witness that hashing the whole memory gives", () => {
    const reference = loadElf(readFileSync(join(GUESTS, "sorting-O0.elf")), 9);
    const wasm = WasmMachine.from(reference);
    const kinds = new Set<boolean>();
    for (let i = 0; i < 60; i++) {
      expect(wasm.witness()).to.deep.equal(stepWitness(reference));
      kinds.add(reference.nextAccess() === undefined);
      reference.run(97n);
      wasm.run(97n);
    }
    expect(kinds, "some steps must read memory, some not").to.have.lengthOf(2);
  });

  it("should keep a tree of zeros, and refuse memories that it cannot hold", () => {
    expect(new WasmMachine(12).root()).to.deep.equal(new MemoryTree(new Uint8Array(2 ** 17)).root);
    for (const depth of [6, 27, 7.5]) expect(() => new WasmMachine(depth)).to.throw(/a memory of/);
  });
});
