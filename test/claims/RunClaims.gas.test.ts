import { readFileSync } from "node:fs";
import { join } from "node:path";

import { Execution, type MachineProgram, openingsOf, programOfElf } from "@millrace/rv32";
import { expect } from "chai";
import hre from "hardhat";

import { HugeRun } from "./support/HugeRun.js";
import { deployRuns, type RunGame, RunGame as Game, type RunsWorld } from "./support/runs.js";

const { ethers } = await hre.network.create();

const ELF = readFileSync(join(import.meta.dirname, "../packages/rv32/guests/sorting-O2.elf"));
/** A step of the small run that stores: the dearest kind. */
const STEP = 4_003n;

/** Whole dispute, both sides together, and its openings. */
const BOUNDS: [log2: number, openings: number, gas: bigint][] = [
  [20, 2, 900_000n],
  [32, 4, 1_300_000n],
  [40, 6, 1_500_000n],
  [43, 7, 1_700_000n],
];

describe("RunClaims gas", () => {
  let world: RunsWorld;
  let claims = 0n;

  before(async () => {
    world = await deployRuns(ethers);
  });

  async function play(log2: number): Promise<RunGame> {
    const input = new Uint8Array();
    // The deepest memory: all paths are as long as they can be.
    const program: MachineProgram = { ...programOfElf(ELF, { depth: 10 }), maxSteps: 2n ** 43n };
    const execution = new Execution(program, input);
    const { final } = execution.run();
    const wrongStep = 2n ** BigInt(log2) / 3n;
    const small = { execution, step: STEP };
    const theirs = new HugeRun(small, wrongStep, "theirs");
    const honest = new HugeRun(small, wrongStep, "honest");
    const trace = theirs.trace(2n ** BigInt(log2), final, program);
    return Game.post(world, ++claims, { program, input }, trace, { theirs, honest });
  }

  for (const [log2, openings, bound] of BOUNDS) {
    it(`should decide about 2^${log2} steps in ${openings} openings and at most ${bound} gas`, async () => {
      const game = await play(log2);
      expect(openingsOf(game.posted.log2)).to.equal(openings);
      expect(await game.playOut()).to.equal(true);
      expect(game.gasTotal()).to.be.within(bound / 2n, bound);
      for (const { call, used } of game.gas) expect(used, call).to.be.lessThan(500_000n);
      // What a pointer puts up pays for three answers.
      const bondGas = await world.claims.BOND_GAS();
      for (const { call, used } of game.gas) if (call === "open") expect(3n * used).to.be.at.most(bondGas);
    });
  }
});
