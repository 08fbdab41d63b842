import { readFileSync } from "node:fs";
import { join } from "node:path";

import { feeToSend, stepsWithin } from "@millrace/jobs";
import { Execution, frameInput, layoutOf, programOfElf, WasmMachine } from "@millrace/rv32";
import { expect } from "chai";
import { hexlify, ZeroHash } from "ethers";
import hre from "hardhat";

import { demandId, RESPONSE_SECONDS, State, WINDOW_SECONDS } from "./support/claims.js";
import { deployRuns, type Job, postArguments, RunGame, type RunsWorld } from "./support/runs.js";

const { ethers, networkHelpers } = await hre.network.create();

const ELF = readFileSync(join(import.meta.dirname, "../packages/rv32/guests/sorting-O0.elf"));
const JOB: Job = { program: programOfElf(ELF, { depth: 11, maxSteps: 2n ** 20n }), input: Uint8Array.of(5, 6, 7) };
const ID = 257n;
const INPUT = 0;
const BODY = 1;
const OUTPUT = 2;
const CHUNK_BYTES = 256 * 32;

describe("RunClaims", () => {
  let world: RunsWorld;

  const fixture = (): Promise<RunsWorld> => deployRuns(ethers);

  beforeEach(async () => {
    world = await networkHelpers.loadFixture(fixture);
  });

  async function posted(): Promise<RunGame> {
    const theirs = new Execution(JOB.program, JOB.input, { corrupt: { step: 9_000n, register: 31, xor: 2 } });
    const honest = new Execution(JOB.program, JOB.input);
    return RunGame.post(world, ID, JOB, theirs.run(), { theirs, honest });
  }

  /** A game in which the first segment waits for the provider. */
  async function pointed(): Promise<RunGame> {
    const game = await posted();
    await game.play((await game.nextMove())!);
    await game.history.readTo(world.claims, await ethers.provider.getBlockNumber());
    return game;
  }

  describe("post", () => {
    it("should refuse runs that cannot be decided about", async () => {
      const trace = new Execution(JOB.program, JOB.input).run();
      const [terms, nodeId, program, run] = postArguments(world, JOB, trace);
      const claims = world.claims.connect(world.market);
      const send = (changes: Partial<typeof run>) => claims.post(ID, terms, nodeId, program, { ...run, ...changes });
      const refused: [Partial<typeof run>, string][] = [
        [{ checkpoints: [] }, "RunClaims_BadCheckpoints"],
        [{ checkpoints: Array<string>(257).fill(run.checkpoints[0]) }, "RunClaims_BadCheckpoints"],
        [{ log2: 0 }, "RunClaims_BadCheckpoints"],
        [{ log2: 9 }, "RunClaims_BadCheckpoints"],
        [{ log2: 20 }, "RunClaims_BadCheckpoints"],
        // Sixteen, which one segment more would be right; two of the final state.
        [{ checkpoints: run.checkpoints.slice(-16) }, "RunClaims_BadCheckpoints"],
        [{ checkpoints: [...run.checkpoints, ...run.checkpoints.slice(-1)] }, "RunClaims_BadCheckpoints"],
        [{ checkpoints: run.checkpoints.slice(0, -1) }, "RunClaims_NotAtTheEnd"],
      ];
      for (const [changes, error] of refused) {
        await expect(send(changes), error).to.be.revertedWithCustomError(world.claims, error);
      }
      const other = { ...terms, programHash: ZeroHash };
      await expect(claims.post(ID, other, nodeId, program, run)).to.be.revertedWithCustomError(
        claims,
        "RunClaims_OtherProgram",
      );
      await expect(
        world.claims.connect(world.stranger).post(ID, terms, nodeId, program, run),
      ).to.be.revertedWithCustomError(claims, "Wired_Forbidden");
    });

    it("should refuse an output that is not in the final state", async () => {
      const trace = new Execution(JOB.program, JOB.input).run();
      const final = { ...trace.final, outputRoot: new Uint8Array(32) };
      const args = postArguments(world, JOB, { ...trace, final });
      await expect(world.claims.connect(world.market).post(ID, ...args)).to.be.revertedWithCustomError(
        world.verifier,
        "Rv32Verifier_OtherOutput",
      );
    });
  });

  describe("open", () => {
    it("should be refused to strangers, and to states that do not fill the segment", async () => {
      const game = await pointed();
      const { claims, stranger, provider, challenger } = world;
      const { segment } = game.history.pending()[0];
      const states = await game.statesOf(segment);
      const { claim } = game.posted;
      for (const by of [stranger, challenger]) {
        await expect(claims.connect(by).open(ID, claim, segment, states))
          .to.be.revertedWithCustomError(claims, "RunClaims_NotProvider")
          .withArgs(by.address, ID);
      }
      const bad = [states.slice(1), [...states, states[0]], [...states.slice(0, -1), ZeroHash], []];
      for (const shown of bad) {
        await expect(claims.connect(provider).open(ID, claim, segment, shown))
          .to.be.revertedWithCustomError(claims, "RunClaims_BadOpening")
          .withArgs(shown.length);
      }
      await expect(
        claims.connect(provider).open(ID, claim, { ...segment, position: segment.position + 1n }, states),
      ).to.be.revertedWithCustomError(claims, "ClaimGame_NotPointedAt");
    });

    it("should be done by the provider's operator too, and a second time be nothing", async () => {
      const game = await pointed();
      const { segment, id } = game.history.pending()[0];
      await world.staking.setOperator(world.provider, world.stranger);
      await game.answer(world.stranger);
      const root = await world.claims.openingOf(id);
      expect(root).not.to.equal(ZeroHash);
      const again = world.claims.connect(world.buyer).open(ID, game.posted.claim, segment, []);
      await expect(again).not.to.emit(world.claims, "BranchOpened");
    });
  });

  describe("point and prove", () => {
    it("should be refused for states that are not neighbours in what was shown", async () => {
      const game = await pointed();
      const { claims, challenger } = world;
      const { segment, id } = game.history.pending()[0];
      const ends = { first: segment.first, last: segment.last };
      const none = Array<string>(5).fill(ZeroHash);
      await expect(claims.connect(challenger).point(ID, segment, 0, ends, none))
        .to.be.revertedWithCustomError(claims, "ClaimGame_NotOpened")
        .withArgs(id);
      await game.answer();
      await expect(claims.connect(challenger).point(ID, segment, 0, ends, none))
        .to.be.revertedWithCustomError(claims, "RunClaims_NotASegment")
        .withArgs(0);
      const move = (await game.nextMove())!;
      if (move.kind !== "point") throw new Error("there must be a level below");
      for (const index of [move.index ^ 1, 32, 2 ** 20]) {
        await expect(game.play({ ...move, index })).to.be.revertedWithCustomError(claims, "RunClaims_NotASegment");
      }
      await game.play(move);
      await game.answer();
      const last = (await game.nextMove())!;
      if (last.kind !== "prove") throw new Error("there must be steps below");
      const { proof } = last;
      await expect(
        game.play({ ...last, proof: { ...proof, path: proof.path.slice(0, -1) } }),
      ).to.be.revertedWithCustomError(claims, "RunClaims_NotAPath");
      await expect(
        game.play({ ...last, proof: { ...proof, path: [...proof.path, ends] } }),
      ).to.be.revertedWithCustomError(claims, "SegmentTree_PathTooLong");
      const elsewhere = { ...proof, step: proof.step + 32n };
      await expect(game.play({ ...last, proof: elsewhere })).to.be.revertedWithCustomError(
        claims,
        "ClaimGame_NotOpened",
      );
      await game.play(last);
      expect(await claims.stateOf(ID)).to.equal(State.Slashed);
    });

    it("should pay bonds back when the claim fell", async () => {
      const game = await posted();
      expect(await game.playOut()).to.equal(true);
      const { claims, challenger } = world;
      const ids = game.history.ids(challenger.address);
      expect(ids.length).to.be.greaterThan(1);
      await expect(claims.withdrawBonds(ID, game.posted.claim, ids, challenger, challenger)).to.emit(
        claims,
        "BondsWithdrawn",
      );
      await expect(
        claims.withdrawBonds(ID, game.posted.claim, ids, challenger, challenger),
      ).to.be.revertedWithCustomError(claims, "ClaimGame_NoBond");
    });
  });

  describe("data", () => {
    function chunk(machine: WasmMachine, region: number): { words: string[]; siblings: string[] } {
      const layout = layoutOf(JOB.program.depth);
      const at = region === INPUT ? layout.inputAt : layout.outputAt;
      const bytes = machine.memory.slice(at, at + CHUNK_BYTES);
      const words = Array.from({ length: 256 }, (_, i) => hexlify(bytes.slice(32 * i, 32 * i + 32)));
      // One level above a chunk in the smallest memory but one.
      return { words, siblings: [hexlify(machine.nodeAt(8, (at + CHUNK_BYTES) / CHUNK_BYTES))] };
    }

    it("should be shown in chunks when it is demanded, or the claim falls", async () => {
      const game = await posted();
      const { claims, challenger, provider } = world;
      const { claim } = game.posted;
      const value = await feeToSend(claims, ethers.provider, ID);
      await claims.connect(challenger).demand(ID, claim, INPUT, 0, { value });
      await claims.connect(challenger).demand(ID, claim, OUTPUT, 0, { value });
      const machine = new WasmMachine(JOB.program.depth);
      const layout = layoutOf(JOB.program.depth);
      machine.write(layout.inputAt, frameInput(JOB.input, layout.regionBytes));
      const { words, siblings } = chunk(machine, INPUT);
      const wrong = [ZeroHash, ...words.slice(1)];
      await expect(
        claims.connect(provider).deliver(ID, claim, INPUT, 0, wrong, siblings),
      ).to.be.revertedWithCustomError(claims, "ChunkGame_NotTheChunk");
      const delivered = claims.connect(provider).deliver(ID, claim, INPUT, 0, words, siblings);
      await expect(delivered)
        .to.emit(claims, "ChunkDelivered")
        .withArgs(ID, demandId(ID, INPUT, 0), INPUT, 0, words);
      await networkHelpers.time.increase(RESPONSE_SECONDS + 1);
      await claims.connect(challenger).timeoutDemand(ID, claim, OUTPUT, 0);
      expect(await claims.stateOf(ID)).to.equal(State.Slashed);
    });

    it("should not be demanded where there is none", async () => {
      const { claims, challenger } = world;
      const { claim } = (await posted()).posted;
      const value = await feeToSend(claims, ethers.provider, ID);
      const demand = (region: number, index: number) =>
        claims.connect(challenger).demand(ID, claim, region, index, { value });
      await expect(demand(BODY, 0)).to.be.revertedWithCustomError(claims, "ChunkGame_NothingToDemand");
      await expect(demand(INPUT, 2)).to.be.revertedWithCustomError(claims, "ChunkGame_NoSuchChunk");
    });
  });

  it("should be final for a right run that nobody points at", async () => {
    const honest = new Execution(JOB.program, JOB.input);
    const game = await RunGame.post(world, ID, JOB, honest.run(), { theirs: honest, honest });
    expect(game.posted.genesis).to.equal(hexlify(honest.states([0n])[0]));
    expect(stepsWithin({ log2: 10, position: 3n })[0]).to.equal(3n * 1_024n + 32n);
    await networkHelpers.time.increase(WINDOW_SECONDS + RESPONSE_SECONDS);
    expect(await world.claims.stateOf(ID)).to.equal(State.Final);
  });
});
