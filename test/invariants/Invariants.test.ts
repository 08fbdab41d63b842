import { writeFileSync } from "node:fs";

import { expect } from "chai";
import hre from "hardhat";

import type { Connection } from "../support/deployMillrace.js";
import { ACTIONS } from "./actions.js";
import { loadCorpus, saveToCorpus } from "./corpus.js";
import { Broken, playRun, type Step, stepsOf } from "./Run.js";
import { shrink } from "./shrink.js";

/**
 * A check of everything costs as much as five calls: a long run looks now and then and at its end, and what failed is
 * played again with a look after each call. Two million calls are made of many such runs: scripts/invariants.
 */
const PROFILE = hre.globalOptions.long
  ? { steps: 260, calls: 26_000, seed: (Date.now() % 2 ** 31) + 1, checkEvery: 20, replays: 60 }
  : { steps: 140, calls: 1_400, seed: 10, checkEvery: 1, replays: 0 };
const MAIN = ["openTask", "accept", "submit", "hire", "close", "report", "collectRewards"];
/** Actions that the few runs of the quick profile may leave out; a long one leaves out none. */
const MAX_IDLE = 28;
const LONG_CALLS = 100_000;
const PROGRESS_RUNS = 50;
/** All chains of these tests begin at one second, or a seed would not say what is played. */
const GENESIS = { initialDate: "2030-01-01T00:00:00Z" };

describe("Invariants", function () {
  this.timeout(0);

  const calls = hre.globalOptions.calls || PROFILE.calls;
  const seed = hre.globalOptions.seed || PROFILE.seed;
  const done = new Map<string, number>();
  let connection: Connection;

  before(async function () {
    connection = await newChain();
  });

  // Parts of a long run need not play the saved ones again, each of them.
  const saved = hre.globalOptions.calls === 0 ? loadCorpus() : [];
  for (const { file, steps, message } of saved) {
    it(`hold in what once broke one: ${file}, ${message}`, async function () {
      await playRun(connection, steps);
    });
  }

  it("I1 I2 I3 I4 I5 I8 I9 I10 I11 I12: hold after every call of any sequence, and everybody gets out what views say (T-33, X-26, X-27, X-43, X-46)", async function () {
    const runs = Math.ceil(calls / PROFILE.steps);
    const startedAt = Date.now();
    for (let run = 0; run < runs; run++) {
      // A chain that has lived through many runs becomes slow.
      if (run % PROGRESS_RUNS === PROGRESS_RUNS - 1) {
        connection = await newChain();
        tellProgress(run * PROFILE.steps, startedAt);
      }
      await playSeed(seed + run);
    }
  });

  after(function () {
    const file = process.env["MILLRACE_INVARIANTS_OUTCOME"];
    const times = Object.keys(ACTIONS).map((name) => [name, done.get(name) ?? 0] as const);
    if (file !== undefined) writeFileSync(file, JSON.stringify(Object.fromEntries(times)));
  });

  it("are not held by doing nothing: nearly every action succeeded, the main ones among them", function () {
    const idle = Object.keys(ACTIONS).filter((name) => !done.has(name));
    for (const name of MAIN) expect(idle).to.not.include(name);
    expect(idle.length, idle.join(", ")).to.be.at.most(calls < LONG_CALLS ? MAX_IDLE : 0);
  });

  async function playSeed(runSeed: number): Promise<void> {
    try {
      const outcome = await playRun(connection, stepsOf(runSeed, PROFILE.steps), PROFILE.checkEvery);
      for (const [name, times] of outcome.done) done.set(name, (done.get(name) ?? 0) + times);
    } catch (error) {
      if (!(error instanceof Broken)) throw error;
      const replay = async (steps: readonly Step[]) => playRun(connection, steps);
      const shortest = await shrink(error, replay, PROFILE.replays);
      const file = saveToCorpus(`seed-${runSeed}`, shortest);
      throw new Error(`seed ${runSeed}: ${shortest.message}; ${shortest.steps.length} steps in ${file}`, {
        cause: shortest.cause,
      });
    }
  }

  function tellProgress(made: number, startedAt: number): void {
    const rate = (1_000 * made) / (Date.now() - startedAt);
    console.log(`      ${made} of ${calls} calls from seed ${seed}, ${rate.toFixed(0)} a second`);
  }
});

async function newChain(): Promise<Connection> {
  return hre.network.create({ network: "default", override: GENESIS });
}
