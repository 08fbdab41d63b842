import type { HardhatEthersSigner } from "@nomicfoundation/hardhat-ethers/types";
import { expect } from "chai";
import fc from "fast-check";
import hre from "hardhat";

import "../support/fast-check.js";
import { corrupt, firstWrong, tampered } from "../verifiers/support/corrupt.js";
import { execute } from "../verifiers/support/execute.js";
import { Region } from "../verifiers/support/program.js";
import { Random, randomCase } from "../verifiers/support/random.js";
import { commit } from "../verifiers/support/world.js";
import {
  branchId,
  type ClaimsWorld,
  deployClaims,
  makeClaim,
  post,
  RESPONSE_SECONDS,
  REVEAL_SECONDS,
  State,
  WINDOW_SECONDS,
} from "./support/claims.js";
import { Board, CopyCat, HonestChallenger, Provider, Spammer } from "./support/players.js";

const { ethers, networkHelpers } = await hre.network.create();

const ID = 260n;
/** A round is short enough that who acts in each of two answers in time. */
const ROUND_SECONDS = RESPONSE_SECONDS / 5;
const MAX_ROUNDS = 200;
const QUICK_GAMES = 10;
const LONG_GAMES = 2_000;

/** What a game had in it; a long run has seen each. */
interface Traits {
  readonly isHuge: boolean;
  readonly isWithheld: boolean;
  readonly hasSpam: boolean;
  readonly hasCopyCat: boolean;
  readonly hasHelper: boolean;
  /** Two honest challengers, who know nothing of each other. */
  readonly hasRival: boolean;
}

interface Ending extends Traits {
  readonly isWrong: boolean;
  readonly state: bigint;
  readonly endedAt: number;
  readonly bound: number;
}

describe("ResultClaims, adversaries", function () {
  if (hre.globalOptions.long) this.timeout(7_200_000);
  const deploy = (): Promise<ClaimsWorld> => deployClaims(ethers);
  const now = (): Promise<number> => networkHelpers.time.latest();

  /** A game of a random program: right, or wrong in a word; with whom else a seed says. */
  async function play(seed: number): Promise<Ending> {
    const random = new Random(seed);
    const world = await networkHelpers.loadFixture(deploy);
    const isHuge = random.chance(15);
    const { program, input } = randomCase(random, world.hashes.MixKernel, isHuge);
    const honestMemory = execute(program, world.twins, input);
    const honest = commit(world, program, honestMemory);
    const isWrong = random.chance(60);
    const memory = isWrong
      ? corrupt(random, honestMemory, tampered(random, world.twins, input, program))
      : honestMemory;
    const known = commit(world, program, memory);
    const claim = makeClaim(world, program, known.trace);
    await post(world, ID, claim);
    const postedAt = await now();

    const board = new Board(world, ID, claim, now);
    const [colluder, copyCat, spammer] = (await ethers.getSigners()).slice(10) as HardhatEthersSigner[];
    const withholds = isWrong && random.chance(40) ? 15 : 0;
    const provider = new Provider(board, world.provider, known.trees, random, withholds);
    const spam = random.chance(50) ? new Spammer(board, spammer!, random) : undefined;
    const copier = random.chance(50) ? new CopyCat(board, copyCat!, known, random) : undefined;
    // The liar's helper plays like an honest challenger, only sooner, and stops somewhere on the way.
    const target = isWrong ? firstWrong(honestMemory, memory) : undefined;
    const player = (account: HardhatEthersSigner) =>
      target === undefined ? undefined : new HonestChallenger(board, account, honest, target);
    const helper = random.chance(50) ? player(colluder!) : undefined;
    const helperSteps = 1 + random.below(6);
    // Early enough that a quiet stretch of three rounds does not carry it past the window.
    const arrival = (): number => random.below(WINDOW_SECONDS - 5 * ROUND_SECONDS);
    const honestPlayers = [{ challenger: player(world.challenger), arrivesAfter: arrival() }];
    if (random.chance(40)) honestPlayers.push({ challenger: player(world.stranger), arrivesAfter: arrival() });

    // Any step can be the claim's end.
    const isOpen = async (): Promise<boolean> => (await world.claims.stateOf(ID)) === BigInt(State.Open);
    for (let round = 0; round < MAX_ROUNDS && (await isOpen()); round++) {
      if (round < helperSteps && (await now()) < postedAt + WINDOW_SECONDS - 5) await helper?.step();
      if (spam !== undefined && random.chance(30) && (await isOpen())) await spam.step();
      if (copier !== undefined && random.chance(30)) expect(await copier.step(), "copied").to.be.false;
      if (await isOpen()) await provider.step();
      let isQuiet = board.pending().length === 0;
      for (const { challenger, arrivesAfter } of honestPlayers) {
        const age = (await now()) - postedAt;
        if (challenger === undefined || age < arrivesAfter) continue;
        isQuiet = false;
        // Sleeps through a round now and then, if there is time.
        const sleeps = age < WINDOW_SECONDS - 6 * ROUND_SECONDS && random.chance(20);
        if (!sleeps && (await isOpen())) await challenger.step();
      }
      await networkHelpers.time.increase(1 + random.below(isQuiet ? 3 * ROUND_SECONDS : ROUND_SECONDS));
    }

    const state = await world.claims.stateOf(ID);
    await conserve(board, state);
    const depth = Math.max(...[Region.Body, Region.Output].map((region) => program.depthOf(region)));
    const openings = Math.floor((depth - 1) / 5) + 1;
    const bound = postedAt + WINDOW_SECONDS + REVEAL_SECONDS + 2 * openings * RESPONSE_SECONDS;
    const traits = {
      ...{ isHuge, isWithheld: withholds > 0, hasRival: honestPlayers.length > 1 },
      ...{ hasSpam: spam !== undefined, hasCopyCat: copier !== undefined, hasHelper: helper !== undefined },
    };
    return { ...traits, isWrong, state, endedAt: await now(), bound };
  }

  /** Everything that lies in bonds goes out again, to whom it belongs. */
  async function conserve({ world, claim, branches }: Board, state: bigint): Promise<void> {
    const { claims, provider } = world;
    const owners = new Map<string, string[]>();
    for (const { key } of branches.values()) {
      const id = branchId(ID, key);
      const { owner } = await claims.branchOf(ID, id);
      const payee = state === BigInt(State.Final) ? provider.address : owner;
      owners.set(payee, [...(owners.get(payee) ?? []), id]);
    }
    for (const [payee, ids] of owners) await claims.withdrawBonds(ID, claim, ids, payee, payee);
    expect(await ethers.provider.getBalance(claims), "bonds left").to.equal(0n);
  }

  it("I6: should slash any wrong claim while one honest challenger lives, and no right one, within the bound", async () => {
    const seeds = fc.integer({ min: 0, max: 2 ** 31 - 1 });
    const counts = { wrong: 0, right: 0 };
    const seen: Partial<Record<keyof Traits, number>> = {};
    await fc.assert(
      fc.asyncProperty(seeds, async (seed) => {
        const { isWrong, state, endedAt, bound, ...traits } = await play(seed);
        for (const [trait, has] of Object.entries(traits) as [keyof Traits, boolean][])
          seen[trait] = (seen[trait] ?? 0) + Number(has);
        counts[isWrong ? "wrong" : "right"] += 1;
        expect(State[Number(state)], "I6").to.equal(State[isWrong ? State.Slashed : State.Final]);
        // The last round may have slept past the end.
        expect(endedAt).to.be.at.most(bound + 3 * ROUND_SECONDS + branchesSlack);
      }),
      { numRuns: hre.globalOptions.long ? LONG_GAMES : QUICK_GAMES },
    );
    expect(counts.wrong).to.be.greaterThan(0);
    expect(counts.right).to.be.greaterThan(0);
    if (!hre.globalOptions.long) return;
    expect(Object.entries(seen).filter(([, games]) => games === 0)).to.deep.equal([]);
    console.log(`      ${counts.wrong} wrong and ${counts.right} right claims: ${JSON.stringify(seen)}`);
  });
});

/** Seconds of the withdrawals after the end. */
const branchesSlack = 100;
