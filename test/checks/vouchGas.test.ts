import { expect } from "chai";
import hre from "hardhat";

import { type VouchCost, WorstVouch } from "./WorstVouch.js";

const connection = await hre.network.create();

const WORD_BYTES = 32;
const OPENINGS = 16;
/** What `docs/checks.md` says that no vouch exceeds. */
const BOUND = 1_900_000;

/** The words of an opening that is as long as it can be: itself, and its siblings in both trees. */
const CASES: [what: string, vouch: (worst: WorstVouch) => Promise<VouchCost>, words: number][] = [
  ["a result of 2^40 words", (worst) => worst.ofResult(), 1 + 2 * (40 + 4)],
  ["a run over 2 GiB of memory", (worst) => worst.ofRun(), 2 * (1 + 26) + 2 * 8],
];

describe("gas of a vouch", () => {
  let worst: WorstVouch;

  before(async () => {
    worst = await WorstVouch.deploy(connection, OPENINGS);
  });

  for (const [what, vouch, words] of CASES) {
    it(`should be at most ${BOUND} with 16 openings of ${what}`, async () => {
      const { gas, calldataBytes } = await vouch(worst);
      expect(calldataBytes).to.be.at.least(OPENINGS * words * WORD_BYTES);
      // Not so far below that something must have been left out.
      expect(gas).to.be.within(0.85 * BOUND, BOUND);
    });
  }
});
