import { readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";

import { encodeState, loadElf, Machine, MemoryTree, Status, type StepWitness, stepWitness } from "@millrace/rv32";
import { expect } from "chai";
import { hexlify, keccak256, ZeroHash } from "ethers";
import fc from "fast-check";
import hre from "hardhat";

import "../../support/fast-check.js";
import type { Rv32MachineHarness } from "../../../typechain-types/index.js";
import { DEPTH, machineBefore } from "./randomMachine.js";

const { ethers } = await hre.network.create();

const OPCODES = {
  LOAD: 0x03,
  FENCE: 0x0f,
  "OP-IMM": 0x13,
  AUIPC: 0x17,
  STORE: 0x23,
  OP: 0x33,
  LUI: 0x37,
  BRANCH: 0x63,
  JALR: 0x67,
  JAL: 0x6f,
  SYSTEM: 0x73,
} as const;

/** Random states an opcode, in batches of one call. */
const BATCH = 50;
const BATCHES = hre.globalOptions.long ? 200 : 8;

const GUESTS = join(import.meta.dirname, "../../packages/rv32/guests");
const GUEST_DEPTH = 9;
/** Of a whole run, one step in so many is done on chain too: a prime, so that loops are met at all their places. */
const SAMPLE = 1_999n;

describe("Rv32Machine", () => {
  let harness: Rv32MachineHarness;

  before(async () => {
    harness = await ethers.deployContract("Rv32MachineHarness");
  });

  const hashOf = (machine: Machine): string => keccak256(encodeState(machine, new MemoryTree(machine.memory).root));

  async function expectSame(machines: readonly Machine[], depth: number): Promise<void> {
    const witnesses = machines.map((machine) => onChain(stepWitness(machine)));
    const words = machines.map((machine) => machine.instruction()?.toString(16));
    for (const machine of machines) machine.step();
    const next = await harness.stepMany(witnesses, depth);
    machines.forEach((machine, i) => {
      expect(next[i], `instruction 0x${words[i]}, now ${machine.status}`).to.equal(hashOf(machine));
    });
  }

  describe("step, beside the reference", () => {
    for (const [name, opcode] of Object.entries({ ...OPCODES, "any 32 bits": undefined })) {
      it(`should do ${name} as it does in ${BATCH * BATCHES} random states`, async () => {
        const seen = new Set<number>();
        await fc.assert(
          fc.asyncProperty(
            fc.array(machineBefore(opcode), { minLength: BATCH, maxLength: BATCH }),
            async (machines) => {
              await expectSame(machines, DEPTH);
              for (const { status } of machines) seen.add(status);
            },
          ),
          { numRuns: BATCHES, endOnFailure: true },
        );
        const canRun = opcode !== OPCODES.SYSTEM && opcode !== undefined;
        if (canRun) expect(seen, "some must not trap").to.include(Status.Running);
        if (opcode === OPCODES.LOAD || opcode === OPCODES.OP) expect(seen).to.include(Status.Trapped);
      });
    }

    it("should exit by ECALL with 93 in a7, trap by any other, and count the step", async () => {
      for (const [call, status] of [
        [93, Status.Exited],
        [92, Status.Trapped],
        [0, Status.Trapped],
      ] as const) {
        const machine = new Machine(new Uint8Array(512));
        machine.memory.set([0x73, 0, 0, 0]);
        machine.registers[17] = call;
        machine.registers[10] = 7;
        await expectSame([machine], DEPTH);
        expect([machine.status, machine.steps, machine.pc]).to.deep.equal([status, 1n, 0]);
      }
    });

    it("should leave a machine that exited or trapped as it is", async () => {
      for (const status of [Status.Exited, Status.Trapped]) {
        const machine = new Machine(new Uint8Array(512));
        machine.status = status;
        const before = hashOf(machine);
        await expectSame([machine], DEPTH);
        expect(hashOf(machine)).to.equal(before);
      }
    });
  });

  describe("step, on compiled programs", () => {
    for (const file of readdirSync(GUESTS).filter((name) => name.endsWith(".elf"))) {
      it(`should do sampled steps of ${basename(file, ".elf")} as the reference does, to its exit`, async () => {
        const machine = loadElf(readFileSync(join(GUESTS, file)), GUEST_DEPTH);
        while (machine.status === Status.Running) {
          machine.run(SAMPLE);
          await expectSame([machine], GUEST_DEPTH);
          expect(machine.steps < 10_000_000n, "it must end").to.equal(true);
        }
        expect([machine.status, machine.exitCode]).to.deep.equal([Status.Exited, 0]);
      });
    }
  });

  describe("gas", () => {
    /** In a memory of zeros but for its first leaf: `sw x0, 8(x0)` at 0, so that code and data are one leaf. */
    function storeAt(depth: number) {
      const code = `0x23240000${"00".repeat(28)}`;
      const zeros = [ZeroHash];
      for (let i = 1; i < depth; i++) zeros.push(keccak256(zeros[i - 1] + zeros[i - 1].slice(2)));
      const siblings = zeros.slice(0, depth);
      const root = siblings.reduce((node, sibling) => keccak256(node + sibling.slice(2)), code);
      const state = root + "00".repeat(144);
      return { state, code, codeSiblings: siblings, data: code, dataSiblings: siblings };
    }

    for (const [depth, bound] of Object.entries({ 13: 12_000, 19: 15_000, 22: 17_000, 27: 20_000 })) {
      it(`should use at most ${bound} for a store in a memory of 2^${Number(depth) + 5} bytes`, async () => {
        const [, gasUsed] = await harness.step(storeAt(Number(depth)), depth);
        expect(gasUsed).to.be.within(bound / 2, bound);
      });
    }
  });

  describe("witness", () => {
    let machine: Machine;

    beforeEach(() => {
      machine = new Machine(new Uint8Array(512));
      // lw x1, 64(x0)
      machine.memory.set([0x83, 0x20, 0x00, 0x04]);
    });

    it("should be refused if a leaf or sibling is another memory's", async () => {
      const good = onChain(stepWitness(machine));
      const other = `0x${"77".repeat(32)}`;
      const refused: [string, ReturnType<typeof onChain>, number][] = [
        ["code", { ...good, code: other }, 0],
        ["code sibling", { ...good, codeSiblings: [other, ...good.codeSiblings.slice(1)] }, 0],
        ["too few", { ...good, codeSiblings: good.codeSiblings.slice(1) }, 0],
        ["data", { ...good, data: other }, 2],
        ["data sibling", { ...good, dataSiblings: [...good.dataSiblings.slice(1), other] }, 2],
        ["no data", { ...good, dataSiblings: [] }, 2],
      ];
      for (const [what, witness, leaf] of refused) {
        await expect(harness.step(witness, DEPTH), what)
          .to.be.revertedWithCustomError(harness, "Rv32Machine_BadProof")
          .withArgs(leaf);
      }
    });

    it("should be refused if it is no state, or the memory is deeper than 32 bits address", async () => {
      const good = onChain(stepWitness(machine));
      await expect(harness.step({ ...good, state: `${good.state}00` }, DEPTH))
        .to.be.revertedWithCustomError(harness, "Rv32Machine_BadState")
        .withArgs(177);
      await expect(harness.step(good, 28)).to.be.revertedWithCustomError(harness, "Rv32Machine_TooDeep").withArgs(28);
    });

    it("should not be asked for leaves that the step does not read", async () => {
      machine.pc = 512;
      const witness = { ...onChain(stepWitness(machine)), code: ZeroHash, codeSiblings: [], dataSiblings: [] };
      const [next] = await harness.step(witness, DEPTH);
      machine.step();
      expect([machine.status, next]).to.deep.equal([Status.Trapped, hashOf(machine)]);
    });
  });
});

function onChain({ state, code, codeSiblings, data, dataSiblings }: StepWitness) {
  return {
    state: hexlify(state),
    code: hexlify(code),
    codeSiblings: codeSiblings.map(hexlify),
    data: hexlify(data),
    dataSiblings: dataSiblings.map(hexlify),
  };
}
