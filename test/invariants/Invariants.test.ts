import { expect } from "chai";
import fc from "fast-check";
import hre from "hardhat";

import { marketWorld } from "../market/marketFixture.js";
import { checkInvariants } from "./checks.js";
import { Dice } from "./Dice.js";
import { buyerActions } from "./handlers/buyer.js";
import { claimActions } from "./handlers/claims.js";
import { epochActions } from "./handlers/epochs.js";
import { outsiderActions } from "./handlers/outsiders.js";
import { providerActions } from "./handlers/provider.js";
import { leaveAll } from "./leave.js";
import { type Action, Play } from "./Play.js";

const ACTIONS: Readonly<Record<string, Action>> = {
  ...buyerActions,
  ...providerActions,
  ...claimActions,
  ...epochActions,
  ...outsiderActions,
};
/** What a run is mostly made of; everything else comes once. */
const OFTEN: Readonly<Record<string, number>> = {
  openTask: 3,
  accept: 5,
  acknowledge: 2,
  submit: 6,
  finalize: 3,
  point: 6,
  open: 4,
  timeout: 6,
  withdrawBonds: 5,
  cancelPot: 4,
  creditOwed: 3,
  hire: 4,
  topUp: 4,
  pass: 6,
  close: 4,
  report: 3,
  settle: 3,
  callAnything: 3,
};
const NAMES = Object.keys(ACTIONS).flatMap((name) => Array.from({ length: OFTEN[name] ?? 1 }, () => name));
/** Short enough for a run to live through a thaw and a dead price. */
const SHORT = { deadPriceSeconds: 400, minThawSeconds: 50, thawSeconds: 100 };
const PROFILE = hre.globalOptions.long ? { numRuns: 100 } : { numRuns: 4, seed: 1 };
const MAIN = ["openTask", "accept", "submit", "hire", "close", "report"];
/** Actions that random play may leave out: blocks follow the clock, so that no two runs are the same. */
const MAX_IDLE = 4;
/** `Panic` and its like: an error that no contract chose. A refusal has a name. */
const UNNAMED = /panic|reverted without|out of gas|unrecognized custom error/i;

describe("Invariants", function () {
  this.timeout(3_600_000);

  const done = new Map<string, number>();

  it("I1 I2 I4 I5 I9: hold after any sequence of actions, and everybody gets out", async function () {
    const connection = await hre.network.create();
    const { networkHelpers } = connection;
    const deploy = async () => marketWorld(connection, SHORT);
    const step = fc.record({ name: fc.constantFrom(...NAMES), seed: fc.nat() });
    const steps = fc.array(step, { minLength: 240, maxLength: 280, size: "max" });

    await fc.assert(
      fc.asyncProperty(steps, async (sequence) => {
        const play = new Play(connection, await networkHelpers.loadFixture(deploy));
        await checkInvariants(play);
        for (const { name, seed } of sequence) {
          if (await perform(play, name, seed)) {
            done.set(name, (done.get(name) ?? 0) + 1);
            await checkInvariants(play);
          }
        }
        await leaveAll(play);
        await checkInvariants(play);
      }),
      { ...PROFILE, endOnFailure: true },
    );
  });

  it("are not held by doing nothing: nearly every action succeeded, the main ones among them", function () {
    const idle = Object.keys(ACTIONS).filter((name) => !done.has(name));
    for (const name of MAIN) expect(idle).to.not.include(name);
    expect(idle.length, idle.join(", ")).to.be.at.most(MAX_IDLE);
  });
});

/** True if the action went through. A refusal is no fault, as long as it says why. */
async function perform(play: Play, name: string, seed: number): Promise<boolean> {
  try {
    await ACTIONS[name](play, new Dice(seed));
    return true;
  } catch (error) {
    expect(String(error), `${name} failed without a reason`).to.not.match(UNNAMED);
    return false;
  }
}
