import { expect } from "chai";

import type { Play } from "../Play.js";

/** I1: every MILL is in supply, in the bank, owed or burned; no more was emitted than the schedule allowed. */
export async function checkSupply(play: Play): Promise<void> {
  const { reads, world } = play;
  const { settlement, token } = world;
  const [totalSupply, bank, owed, burned, genesis, emitted, closed] = await Promise.all([
    reads.of(token, "totalSupply"),
    reads.of(settlement, "bank"),
    reads.of(settlement, "owed"),
    reads.of(settlement, "burnedForGood"),
    reads.of(settlement, "genesisSupply"),
    reads.of(settlement, "emitted"),
    reads.of(settlement, "nextEpochToClose"),
  ]);
  expect(totalSupply + bank + owed + burned, "I1").to.equal(genesis + emitted);

  for (; play.epochsCounted < Number(closed); play.epochsCounted++) {
    const { schedule } = await settlement.emissionOf(play.epochsCounted);
    play.scheduled += schedule;
  }
  expect(emitted, "I1").to.be.at.most(play.scheduled);
}
