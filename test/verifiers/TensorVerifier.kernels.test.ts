import { expect } from "chai";
import { AbiCoder, keccak256, toBeHex } from "ethers";
import hre from "hardhat";

import { execute, Memory } from "./support/execute.js";
import { mixParams } from "./support/kernels.js";
import { Mode, type Operator, Program, Region } from "./support/program.js";
import { Random } from "./support/random.js";
import { makeWitness, type Target } from "./support/witness.js";
import { commit, deployWorld } from "./support/world.js";

const { ethers, networkHelpers } = await hre.network.create();

/** As in `MisbehavedKernel`. */
const FUNCTIONS = ["first", "reads", "compute"] as const;
const FAULTS = [
  "None",
  "Reverts",
  "BurnsGas",
  "ReturnsBomb",
  "ReturnsNothing",
  "ReturnsOffset",
  "ReturnsTrailing",
  "ReturnsShort",
  "ReturnsHugeLength",
  "TooMany",
  "Stops",
  "RangeTooLarge",
  "StartTooLarge",
  "Unaligned",
  "AcrossRegions",
  "TooManyWords",
  "LaneTooWide",
] as const;

const BY_ALL = FAULTS.slice(1, 11);
const BY_RANGES = ["RangeTooLarge", "StartTooLarge", "Unaligned"] as const;

const target: Target = { region: Region.Output, position: 0, lane: 0 };

describe("TensorVerifier, any kernel", () => {
  async function deploy() {
    const world = await deployWorld(ethers);
    const kernel = await ethers.deployContract("MisbehavedKernel");
    const address = await kernel.getAddress();
    await world.registry.admit(address);
    return { world, kernel, address, codeHash: keccak256(await ethers.provider.getCode(address)) };
  }

  /** A word that should be zero and is one, of an operator whose kernel breaks a rule in one function. */
  async function misbehaved(where: (typeof FUNCTIONS)[number], fault: (typeof FAULTS)[number]) {
    const { world, kernel, address, codeHash } = await networkHelpers.loadFixture(deploy);
    const operator: Operator = {
      kernelCodeHash: codeHash,
      words: 32,
      usedWords: 32,
      mode: Mode.Lane,
      pieceLog2: 0,
      laneBits: 32,
      params: AbiCoder.defaultAbiCoder().encode(["uint8", "uint8"], [FUNCTIONS.indexOf(where), FAULTS.indexOf(fault)]),
    };
    const program = new Program([operator], 32, 32);
    const memory = new Memory(program);
    memory.words.set(32, toBeHex(1n << 224n, 32));
    const silent = { first: () => [], reads: () => [], compute: () => [] };
    const known = commit({ ...world, twins: new Map([[codeHash, silent]]) }, program, memory);
    const witness = { ...makeWitness(known, target), kernel: address };
    return { ...world, kernel, trace: known.trace, witness, selector: kernel.interface.getFunction(where).selector };
  }

  it("should prove against the kernel when it behaves", async () => {
    const { verifier, trace, witness } = await misbehaved("first", "None");
    expect(await verifier.isWrong(trace, target, witness)).to.be.true;
  });

  for (const where of FUNCTIONS) {
    for (const fault of BY_ALL) {
      it(`should judge nothing if ${where} is at fault: ${fault}`, async () => {
        const { verifier, trace, witness, selector } = await misbehaved(where, fault);
        await expect(verifier.isWrong(trace, target, witness))
          .to.be.revertedWithCustomError(verifier, "TensorVerifier_KernelFailed")
          .withArgs(witness.kernel, selector);
        // The kernels' limits and little more, whatever they return.
        const gasLimit = 1_300_000n;
        await expect(verifier.isWrong(trace, target, witness, { gasLimit })).to.be.revertedWithCustomError(
          verifier,
          "TensorVerifier_KernelFailed",
        );
      });
    }
  }

  for (const where of ["first", "reads"] as const) {
    for (const fault of BY_RANGES) {
      it(`should judge nothing if ${where} names no range: ${fault}`, async () => {
        const { verifier, trace, witness } = await misbehaved(where, fault);
        await expect(verifier.isWrong(trace, target, witness)).to.be.revertedWithCustomError(
          verifier,
          "TensorVerifier_BadRange",
        );
      });
    }
  }

  it("should judge nothing if a range lies across two regions", async () => {
    const { world, address, codeHash } = await networkHelpers.loadFixture(deploy);
    const { witness } = await misbehaved("reads", "AcrossRegions");
    const { operator } = witness;
    const program = new Program([operator, operator], 32, 32);
    const memory = new Memory(program);
    memory.words.set(64, toBeHex(1n << 224n, 32));
    const silent = { first: () => [], reads: () => [], compute: () => [] };
    const known = commit({ ...world, twins: new Map([[codeHash, silent]]) }, program, memory);
    await expect(world.verifier.isWrong(known.trace, target, { ...makeWitness(known, target), kernel: address }))
      .to.be.revertedWithCustomError(world.verifier, "TensorVerifier_BadRange")
      .withArgs(0, 6);
  });

  it("should judge nothing if too many words are read, even zeros", async () => {
    const { verifier, trace, witness } = await misbehaved("reads", "TooManyWords");
    await expect(verifier.isWrong(trace, target, witness))
      .to.be.revertedWithCustomError(verifier, "TensorVerifier_TooManyWords")
      .withArgs(768);
  });

  it("should judge nothing if a lane is too wide", async () => {
    const { verifier, trace, witness } = await misbehaved("compute", "LaneTooWide");
    await expect(verifier.isWrong(trace, target, witness))
      .to.be.revertedWithCustomError(verifier, "TensorVerifier_LaneTooWide")
      .withArgs(toBeHex(1n << 32n, 32), 32);
  });

  it("should give no verdict for want of gas", async () => {
    const { verifier, trace, witness } = await misbehaved("first", "None");
    const right = { ...trace, outputRoot: "0x" + "00".repeat(32) };
    let refused = 0;
    for (let gasLimit = 100_000n; gasLimit < 1_000_000n; gasLimit += 50_000n) {
      try {
        expect(await verifier.isWrong(trace, target, witness, { gasLimit })).to.be.true;
      } catch (error) {
        expect(String(error)).to.match(/TensorVerifier_TooLittleGas|out of gas|ran out/i);
        refused++;
      }
      await expect(verifier.isWrong(right, target, witness, { gasLimit })).to.revert(ethers);
    }
    expect(refused).to.be.greaterThan(10);
    await expect(verifier.isWrong(trace, target, witness, { gasLimit: 700_000n })).to.be.revertedWithCustomError(
      verifier,
      "TensorVerifier_TooLittleGas",
    );
  });

  it("should read 576 words and leave a kernel its gas, within 1.5 M gas", async () => {
    const { world } = await networkHelpers.loadFixture(deploy);
    const random = new Random(576);
    const reads = [
      { start: 0, stride: 0, log2: 8 },
      { start: 256, stride: 0, log2: 8 },
      { start: 512, stride: 0, log2: 6 },
    ];
    const mix = { laneBits: 32, pieceLog2: 0, gathers: false, indexAt: 0, tableAt: 0, rows: 1, rowLog2: 0, reads };
    const operator: Operator = {
      kernelCodeHash: world.hashes.MixKernel,
      words: 32,
      usedWords: 1,
      mode: Mode.Lane,
      pieceLog2: 0,
      laneBits: 32,
      params: mixParams(mix),
    };
    const program = new Program([operator], 1_024, 32);
    const input = new Map(Array.from({ length: 1_024 }, (_, i) => [i, random.word()]));
    const known = commit(world, program, execute(program, world.twins, input));
    const witness = makeWitness(known, target);
    expect(witness.words).to.have.lengthOf(576);
    expect(await world.verifier.isWrong(known.trace, target, witness)).to.be.false;
    // Call data at the floor price included; of it all the kernel itself uses little.
    expect(await world.verifier.isWrong.estimateGas(known.trace, target, witness)).to.be.lessThan(1_500_000n);
  });
});
