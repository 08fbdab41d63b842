import { Execution, openingsOf } from "@millrace/rv32";
import type { HardhatEthersSigner } from "@nomicfoundation/hardhat-ethers/types";
import { expect } from "chai";
import { hexlify } from "ethers";
import fc from "fast-check";
import hre from "hardhat";

import "../support/fast-check.js";
import { Random } from "../verifiers/support/random.js";
import { RESPONSE_SECONDS, REVEAL_SECONDS, State, WINDOW_SECONDS } from "./support/claims.js";
import { randomRun } from "./support/randomRun.js";
import { CopyCat, HonestChallenger, Provider, Spammer } from "./support/runPlayers.js";
import { deployRuns, RunGame, type RunsWorld } from "./support/runs.js";

const { ethers, networkHelpers } = await hre.network.create();

const ID = 260n;
/** A round is short enough that who acts in each of two answers in time. */
const ROUND_SECONDS = RESPONSE_SECONDS / 5;
const MAX_ROUNDS = 200;
const QUICK_GAMES = 32;
const LONG_GAMES = 2_000;
/** Seconds of the last round and of the withdrawals after the end. */
const SLACK_SECONDS = 3 * ROUND_SECONDS + 100;

interface Ending {
  readonly isWrong: boolean;
  readonly state: bigint;
  readonly endedAt: number;
  readonly bound: number;
}

describe("RunClaims, adversaries", function () {
  if (hre.globalOptions.long) this.timeout(7_200_000);
  const deploy = (): Promise<RunsWorld> => deployRuns(ethers);
  const now = (): Promise<number> => networkHelpers.time.latest();

  /** A game of a random run: right, or wrong in a register after a step; with whom else a seed says. */
  async function play(seed: number): Promise<Ending> {
    const random = new Random(seed);
    const world = await networkHelpers.loadFixture(deploy);
    const job = randomRun(random);
    const honest = new Execution(job.program, job.input);
    const right = honest.run();
    const step = 1n + BigInt(random.below(Number(right.final.steps)));
    const corrupt = { step, register: 1 + random.below(31), xor: 1 + random.below(2 ** 31) };
    const theirs = new Execution(job.program, job.input, random.chance(60) ? { corrupt } : {});
    const trace = theirs.run();
    // A corruption that is written over, unread, before the next checkpoint is in nothing that is claimed.
    const isRight = (hash: Uint8Array, i: number): boolean => hexlify(hash) === hexlify(right.checkpoints[i] ?? hash);
    const isWrong = !trace.checkpoints.every(isRight);
    const game = await RunGame.post(world, ID, job, trace, { theirs, honest });
    const postedAt = await now();

    const [colluder, copyCat, spammer] = (await ethers.getSigners()).slice(10) as HardhatEthersSigner[];
    const provider = new Provider(game, world.provider, random, isWrong && random.chance(40) ? 15 : 0);
    const spam = random.chance(50) ? new Spammer(game, spammer!, random) : undefined;
    const copier = random.chance(50) ? new CopyCat(game, copyCat!) : undefined;
    // The liar's helper plays like an honest challenger, only sooner, and stops somewhere on the way.
    const helper = random.chance(50) ? new HonestChallenger(game, colluder!) : undefined;
    const helperSteps = 1 + random.below(3);
    const challenger = new HonestChallenger(game, world.challenger);
    const arrivesAfter = random.below(WINDOW_SECONDS - 2 * ROUND_SECONDS);

    // Any step can be the claim's end.
    const isOpen = async (): Promise<boolean> => (await world.claims.stateOf(ID)) === BigInt(State.Open);
    for (let round = 0; round < MAX_ROUNDS && (await isOpen()); round++) {
      if (round < helperSteps && (await now()) < postedAt + WINDOW_SECONDS - 5) await helper?.step();
      if (spam !== undefined && random.chance(30) && (await isOpen())) await spam.step();
      if (copier !== undefined && (await isOpen())) expect(await copier.step(), "copied").to.be.false;
      if (await isOpen()) await provider.step();
      const hasArrived = (await now()) >= postedAt + arrivesAfter;
      if (hasArrived && (await isOpen())) await challenger.step();
      const isQuiet = game.history.pending().length === 0 && (!isWrong || !hasArrived);
      await networkHelpers.time.increase(1 + random.below(isQuiet ? 3 * ROUND_SECONDS : ROUND_SECONDS));
    }

    const state = await world.claims.stateOf(ID);
    await conserve(game, state);
    const bound = postedAt + WINDOW_SECONDS + REVEAL_SECONDS + 2 * openingsOf(game.posted.log2) * RESPONSE_SECONDS;
    return { isWrong, state, endedAt: await now(), bound };
  }

  /** Everything that lies in bonds goes out again, to whom it belongs. */
  async function conserve({ world, posted, history }: RunGame, state: bigint): Promise<void> {
    const { claims, provider } = world;
    await history.readTo(claims, await ethers.provider.getBlockNumber());
    const owners = new Map<string, string[]>();
    for (const id of history.ids()) {
      const { owner } = await claims.branchOf(ID, id);
      const payee = state === BigInt(State.Final) ? provider.address : owner;
      owners.set(payee, [...(owners.get(payee) ?? []), id]);
    }
    for (const [payee, ids] of owners) await claims.withdrawBonds(ID, posted.claim, ids, payee, payee);
    expect(await ethers.provider.getBalance(claims), "bonds left").to.equal(0n);
  }

  it("I6: should slash any wrong run while one honest challenger lives, and no right one, within the bound", async () => {
    const seeds = fc.integer({ min: 0, max: 2 ** 31 - 1 });
    const counts = { wrong: 0, right: 0 };
    await fc.assert(
      fc.asyncProperty(seeds, async (seed) => {
        const { isWrong, state, endedAt, bound } = await play(seed);
        counts[isWrong ? "wrong" : "right"] += 1;
        expect(State[Number(state)], "I6").to.equal(State[isWrong ? State.Slashed : State.Final]);
        expect(endedAt).to.be.at.most(bound + SLACK_SECONDS);
      }),
      { numRuns: hre.globalOptions.long ? LONG_GAMES : QUICK_GAMES },
    );
    expect(counts.wrong).to.be.greaterThan(0);
    expect(counts.right).to.be.greaterThan(0);
  });
});
