import { expect } from "chai";
import { concat, hexlify, keccak256, toBeHex, ZeroHash } from "ethers";
import hre from "hardhat";

import type { Rv32MachineHarness } from "../../../typechain-types/index.js";

const { ethers } = await hre.network.create();

/** The deepest memory that a job can have. */
const DEPTH = 26;
/** What `docs/rv32-format.md` says that no step exceeds. */
const BOUND = 20_000n;

const LOAD = 0x03;
const STORE = 0x23;
const OPCODES = [LOAD, 0x0f, 0x13, 0x17, STORE, 0x33, 0x37, 0x63, 0x67, 0x6f, 0x73];
const VARIANTS = [0, 1, 0x20, 0x7f];
/** Operands at which arithmetic takes its longest ways; loads and stores then trap, but for zero. */
const OPERANDS = [0, 1, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff];

describe("Rv32Machine gas of every instruction", () => {
  let harness: Rv32MachineHarness;
  const siblings: string[] = [ZeroHash];

  before(async () => {
    harness = await ethers.deployContract("Rv32MachineHarness");
    while (siblings.length < DEPTH) siblings.push(keccak256(concat([siblings.at(-1)!, siblings.at(-1)!])));
  });

  /** Gas of one instruction at address 0 of a memory of zeros, with all registers but x0 one value. */
  async function gasOf(word: number, operand: number): Promise<bigint> {
    const code = new Uint8Array(32);
    new DataView(code.buffer).setUint32(0, word, true);
    const root = siblings.reduce((node, sibling) => keccak256(concat([node, sibling])), hexlify(code));
    const registers = concat([toBeHex(0, 4), ...Array<string>(31).fill(toBeHex(operand, 4))]);
    const state = concat([root, toBeHex(0, 16), registers]);
    const proof = { code: hexlify(code), codeSiblings: siblings, data: hexlify(code), dataSiblings: siblings };
    const [, gasUsed] = await harness.step({ state, ...proof }, DEPTH);
    return gasUsed;
  }

  for (const opcode of OPCODES) {
    it(`should be at most ${BOUND} for opcode 0x${opcode.toString(16)}, whatever its fields and operands`, async () => {
      let most = 0n;
      for (let function3 = 0; function3 < 8; function3++) {
        // In loads and stores these bits are of the address, which is to stay in the one leaf that is not zero.
        for (const variant of opcode === LOAD || opcode === STORE ? [0] : VARIANTS) {
          for (const operand of OPERANDS) {
            // rd = rs2 = x8, so that addresses are aligned; rs1 = x6.
            const word = ((variant << 25) | (8 << 20) | (6 << 15) | (function3 << 12) | (8 << 7) | opcode) >>> 0;
            const gasUsed = await gasOf(word, operand);
            if (gasUsed > most) most = gasUsed;
          }
        }
      }
      // Each reads the leaf of its instruction: below that the search would measure nothing.
      expect(most).to.be.within(4_000n, BOUND);
    });
  }

  it("should be the most for a store, which reads two paths and writes one", async () => {
    // sw x7, 0(x6), with x6 = 0.
    const store = await gasOf(0x00732023, 0);
    expect(store).to.be.within(12_000n, BOUND);
  });
});
