import type { Dice } from "../Dice.js";
import { openPositions } from "../fingerprint.js";
import type { Action, Play } from "../Play.js";
import { unchanged } from "../unchanged.js";

const MILL = 10n ** 18n;

/** Every parameter, set to something within its bounds. */
const CHANGES: readonly Action[] = [
  async ({ world }, dice) =>
    world.terms.setTradeTerms({
      feePpm: dice.int(40_000, 200_000),
      spreadPpm: dice.int(0, 50_000),
      hourlyCapPpm: dice.int(10_000, 1_000_000),
      hourlyCapFloor: dice.amount(100_000_000n * MILL - 10_000n * MILL) + 1_000n * MILL,
    }),
  async ({ world }, dice) =>
    world.terms.setCloseTerms({
      gammaPpm: dice.int(0, 900_000),
      tauPpm: dice.int(0, 500_000),
      kappaPpm: dice.int(0, 33_333),
      bufferPpm: dice.int(250_000, 10_000_000),
      availabilityPpm: dice.int(650_000, 780_000),
      attestorsPpm: dice.int(150_000, 170_000),
      checksPpm: dice.int(0, 50_000),
    }),
  async ({ world }, dice) => world.staking.setThawSeconds(dice.int(50, 400)),
  async ({ world }, dice) => world.staking.setLeverage(dice.int(0, 10)),
  async ({ world }, dice) =>
    world.catalog.changeClass(1, dice.amount(5_000n * MILL), dice.int(1, 1_000), dice.int(0, 2), dice.chance(80)),
  async ({ world }, dice) => world.uptime.setChallengeSeconds(dice.int(1, 400)),
  async ({ world }, dice) => world.uptime.setAttestorBond(1n + dice.amount(2_000n * MILL)),
  async ({ world }, dice) => world.seats.setSeatBond(MILL + dice.amount(2_000n * MILL)),
  async ({ world }, dice) =>
    dice
      .pick([world.checks, world.runChecks])
      .setSampling({ pickPpm: dice.int(10_000, 1_000_000), checkers: dice.int(1, 4) }),
  async ({ world }, dice) => world.claims.setBranchBond(dice.int(1, 100) * 10 ** 12),
  async ({ world }, dice) =>
    dice
      .pick([world.tasks, world.machines])
      .setBondRule({ floor: 1n + dice.amount(20n * MILL), detectionPpm: dice.int(100_000, 1_000_000) }),
];

/** The governor changes parameters, with whatever is open at the time. */
export const governorActions: Readonly<Record<string, Action>> = {
  /** I10 */
  changeParameter: async (play: Play, dice: Dice) => {
    const change = dice.pick(CHANGES);
    await unchanged("I10", play, openPositions, async () => change(play, dice));
  },
};
