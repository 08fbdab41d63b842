import { readFileSync } from "node:fs";
import { join } from "node:path";

import { Execution, type MachineProgram, programOfElf, Status, type Trace } from "@millrace/rv32";
import { expect } from "chai";
import { hexlify } from "ethers";
import fc from "fast-check";
import hre from "hardhat";

import "../support/fast-check.js";
import { RESPONSE_SECONDS, State, WINDOW_SECONDS } from "./support/claims.js";
import { deployRuns, type Job, RunGame, type RunsWorld } from "./support/runs.js";

const { ethers, networkHelpers } = await hre.network.create();

const GUESTS = join(import.meta.dirname, "../packages/rv32/guests");
const GAMES = hre.globalOptions.long ? 2_000 : 6;
const PROGRAMS = ["sorting-O2", "sorting-O0", "arithmetic-O0", "sha256-O2"];

const job = (name: string, maxSteps = 2n ** 20n): Job => ({
  program: programOfElf(readFileSync(join(GUESTS, `${name}.elf`)), { depth: 10, maxSteps }),
  input: Uint8Array.of(1, 2, 3),
});

/** A program of a few instructions at address 0. */
function tiny(words: readonly number[], maxSteps = 1_000n): Job {
  const image = new Uint8Array(new Uint32Array(words).buffer);
  const program: MachineProgram = { image, entry: 0, depth: 10, maxSteps };
  return { program, input: new Uint8Array() };
}

const EXIT = [0x05d00893, 0x00000073];
const LOOP = 0x0000006f;

describe("RunClaims game", () => {
  let world: RunsWorld;
  let claimId = 0n;

  const fixture = (): Promise<RunsWorld> => deployRuns(ethers);

  beforeEach(async () => {
    world = await networkHelpers.loadFixture(fixture);
  });

  /** Posts a run with one corrupted register after a step; right, if there is none. */
  async function post({ program, input }: Job, corrupt?: { step: bigint; register: number; xor: number }) {
    const theirs = new Execution(program, input, corrupt === undefined ? {} : { corrupt });
    const honest = new Execution(program, input);
    const trace = theirs.run();
    return RunGame.post(world, ++claimId, { program, input }, trace, { theirs, honest });
  }

  function stepsOf({ program, input }: Job): bigint {
    return new Execution(program, input).run().final.steps;
  }

  async function expectSlashed(game: RunGame): Promise<void> {
    expect(await game.playOut(), "an honest challenger must win").to.equal(true);
    expect(await world.claims.stateOf(game.claimId)).to.equal(State.Slashed);
  }

  describe("a wrong state", () => {
    const sorting = job("sorting-O2");

    it("should be found after the first step", async () => {
      await expectSlashed(await post(sorting, { step: 1n, register: 5, xor: 1 }));
    });

    it("should be found after the last step", async () => {
      const steps = stepsOf(sorting);
      await expectSlashed(await post(sorting, { step: steps, register: 10, xor: 1 }));
    });

    it("should be found on both sides of a checkpoint", async () => {
      for (const step of [1_023n, 1_024n, 1_025n]) {
        await expectSlashed(await post(sorting, { step, register: 31, xor: 0x8000_0000 }));
      }
    });

    it("should be found in a run that traps, one that is stopped, and one of a single step", async () => {
      const trapping = tiny([0x00100093, 0, 0]);
      const stopped = tiny([LOOP], 777n);
      const single = tiny([0x00000073]);
      expect(new Execution(trapping.program, trapping.input).run().final.status).to.equal(Status.Trapped);
      expect(new Execution(stopped.program, stopped.input).run().final.status).to.equal(Status.Running);
      expect(new Execution(single.program, single.input).run().final.steps).to.equal(1n);
      await expectSlashed(await post(trapping, { step: 2n, register: 9, xor: 1 }));
      await expectSlashed(await post(stopped, { step: 777n, register: 9, xor: 1 }));
      await expectSlashed(await post(stopped, { step: 500n, register: 9, xor: 1 }));
      await expectSlashed(await post(single, { step: 1n, register: 9, xor: 1 }));
    });

    it("should be found if only a checkpoint is wrong, which the states around it contradict", async () => {
      const game = await postAltered(job("sorting-O0"), ({ checkpoints, ...rest }) => {
        const changed = checkpoints.map((hash, i) => (i === 4 ? Uint8Array.from(hash, (byte) => byte ^ 1) : hash));
        return { ...rest, checkpoints: changed };
      });
      await expectSlashed(game);
    });

    it("should be found if a run is stopped early by a shorter list of checkpoints", async () => {
      const short = job("sorting-O0", 5_000n);
      const program = { ...short.program, maxSteps: 2n ** 20n };
      // Its last state is final only under another limit: the chain says so at once.
      const theirs = new Execution(short.program, short.input);
      const honest = new Execution(program, short.input);
      const posting = RunGame.post(world, ++claimId, { ...short, program }, theirs.run(), { theirs, honest });
      await expect(posting).to.be.revertedWithCustomError(world.verifier, "Rv32Verifier_NotFinal").withArgs(5_000n);
    });
  });

  async function postAltered(of: Job, alter: (trace: Trace) => Trace): Promise<RunGame> {
    const theirs = new Execution(of.program, of.input);
    const honest = new Execution(of.program, of.input);
    return RunGame.post(world, ++claimId, of, alter(theirs.run()), { theirs, honest });
  }

  describe("a right run", () => {
    it("should stand, whatever is pointed at", async () => {
      const game = await post(job("arithmetic-O0"));
      expect(await game.nextMove()).to.equal(undefined);
      // Somebody who runs another program points at what differs from it.
      const other = new Execution(tiny([LOOP]).program, new Uint8Array());
      const spiteful = new RunGame(world, game.posted, game.theirs, other);
      for (;;) {
        const move = (await spiteful.nextMove())!;
        if (move.kind === "prove") break;
        if (move.kind === "wait") await game.answer(world.agent);
        else await spiteful.play(move);
      }
      await networkHelpers.time.increase(WINDOW_SECONDS + 10 * RESPONSE_SECONDS);
      expect(await world.claims.stateOf(game.claimId)).to.equal(State.Final);
    });

    it("should not be proven wrong at any of its steps", async () => {
      const right = tiny([0x00100093, 0x00208113, 0x40110233, ...EXIT]);
      const game = await post(right);
      const liar = new Execution(right.program, right.input, { corrupt: { step: 1n, register: 9, xor: 1 } });
      const spiteful = new RunGame(world, game.posted, game.theirs, liar);
      await spiteful.play((await spiteful.nextMove())!);
      await game.answer();
      const move = (await spiteful.nextMove())!;
      if (move.kind !== "prove") throw new Error("one opening must be enough");
      const proof = { ...move.proof, last: game.posted.genesis };
      await expect(spiteful.play(move)).to.be.revertedWithCustomError(world.claims, "RunClaims_StepIsRight");
      await expect(spiteful.play({ ...move, proof })).to.be.revertedWithCustomError(
        world.claims,
        "RunClaims_NotASegment",
      );
    });
  });

  describe("a silent provider", () => {
    it("should lose when a segment on any level is left unanswered", async () => {
      for (const answers of [0, 1]) {
        const game = await post(job("sorting-O0"), { step: 9_999n, register: 7, xor: 1 });
        for (let answered = 0; ;) {
          const move = (await game.nextMove())!;
          if (move.kind !== "wait") await game.play(move);
          else if (answered++ < answers) await game.answer();
          else await networkHelpers.time.increase(RESPONSE_SECONDS + 1);
          if (move.kind === "timeout") break;
        }
        expect(await world.claims.stateOf(game.claimId)).to.equal(State.Slashed);
      }
    });
  });

  it(`should slash every wrong run and no right one in ${GAMES} games with any corruption and any companions`, async () => {
    const corruption = fc.record({
      at: fc.double({ min: 0, max: 1, noNaN: true }),
      register: fc.integer({ min: 1, max: 31 }),
      xor: fc.integer({ min: 1, max: 0xffff_ffff }),
    });
    const play = fc.record({
      name: fc.constantFrom(...PROGRAMS),
      wrong: fc.option(corruption, { freq: 5 }),
      /** Moves of a second challenger who copies the first, and answers that come late or never. */
      copies: fc.boolean(),
      silentAfter: fc.option(fc.nat(2), { freq: 3 }),
      byAgent: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(play, async ({ name, wrong, copies, silentAfter, byAgent }) => {
        const of = job(name);
        const right = new Execution(of.program, of.input).run();
        const { steps } = right.final;
        const step = 1n + (BigInt(Math.floor((wrong?.at ?? 0) * 1e6)) * (steps - 1n)) / 1_000_000n;
        const game = await post(of, wrong === null ? undefined : { step, register: wrong.register, xor: wrong.xor });
        let answers = 0;
        for (;;) {
          const move = await game.nextMove();
          if (move === undefined) break;
          if (move.kind === "wait") {
            if (silentAfter !== null && answers >= silentAfter)
              await networkHelpers.time.increase(RESPONSE_SECONDS + 1);
            else answers += await game.answer(byAgent ? world.agent : world.provider);
            continue;
          }
          // A copy of a pointer is the same branch: it takes nothing from who was first.
          if (copies && move.kind === "point") await game.play(move, world.stranger);
          await game.play(move);
          if (move.kind === "prove" || move.kind === "timeout") break;
        }
        // A corruption that was written over before the next checkpoint, unread, is in nothing that was claimed.
        const isWrong = game.posted.checkpoints.some((hash, i) => hash !== hexlify(right.checkpoints[i]));
        expect(await world.claims.stateOf(game.claimId)).to.equal(isWrong ? State.Slashed : State.Open);
      }),
      { numRuns: GAMES, endOnFailure: true },
    );
  });
});
