import hre from "hardhat";

import { BRANCH_BOND, State } from "../../test/claims/support/claims.js";
import { marketWorld } from "../../test/market/marketFixture.js";
import type { Connection } from "../../test/support/deployMillrace.js";
import { deployKernel } from "./deployKernel.js";
import { number, table } from "../markdown.js";
import type { Section } from "./Section.js";
import { startGame } from "./startGame.js";
import { wordsCase } from "./tensorCases.js";

const HOUR = 3_600;
/** A sequencer of the OP Stack can keep a transaction out for 12 hours; the protocol adds two. */
const TERMS = [
  { id: "disputes.finality.hours", what: "usual job", window: 24 * HOUR, response: 14 * HOUR },
  { id: "disputes.finality.small-job.hours", what: "small job, by choice of both", window: 2 * HOUR, response: HOUR },
];

/** Plays against right claims, both sides in the last second of each of their times, and reads the clock of the chain. */
export const finality: Section = {
  name: "finality",
  title: "How long a claim can be kept open",
  measure: async (report) => {
    const rows = [];
    for (const { id, what, window, response } of TERMS) {
      const seconds = await longestGame(await hre.network.create(), window, response);
      const undisputed = window + Math.min(HOUR, Math.ceil(response / 4));
      report.add({
        id,
        value: seconds / HOUR,
        unit: "hours",
        what: `${what}, 2^20 words: until a right claim is final when every move comes in its last second`,
        source: "timestamps of the blocks of that game",
      });
      rows.push([
        what,
        `${window / HOUR} h`,
        `${response / HOUR} h`,
        `${undisputed / HOUR} h`,
        number(seconds / HOUR) + " h",
      ]);
    }
    return [
      "A right claim over 2^20 words, attacked by somebody who, like the provider, waits for the last second of each time. The number of attackers changes nothing: paths run side by side.",
      "",
      ...table(["job", "window", "time for an answer", "final if nobody points", "final at the latest"], rows),
    ];
  },
};

async function longestGame(connection: Connection, windowSeconds: number, responseSeconds: number): Promise<number> {
  const { networkHelpers } = connection;
  const world = await marketWorld(connection, { branchBondWei: BRANCH_BOND });
  const kernel = await deployKernel(connection, "AddKernel");
  await world.kernels.admit(kernel.address);
  const dispute = wordsCase(20, kernel.codeHash, 0);
  const terms = { windowSeconds, responseSeconds, isSmallJob: true };
  const { game, claimId } = await startGame(connection, world, { ...dispute, wrong: dispute.honest }, kernel, terms);
  const postedAt = await networkHelpers.time.latest();

  let at = postedAt + windowSeconds;
  await networkHelpers.time.setNextBlockTimestamp(at);
  await game.commitTop();
  const next = async (seconds: number, act: () => Promise<void>): Promise<void> => {
    at += seconds;
    await networkHelpers.time.setNextBlockTimestamp(at);
    await act();
  };
  await next(Math.min(HOUR, Math.ceil(responseSeconds / 4)), () => game.pointTop());
  await next(responseSeconds, () => game.open());
  while (game.last.height > 5) {
    await next(responseSeconds, () => game.point(0));
    await next(responseSeconds, () => game.open());
  }
  await networkHelpers.time.increaseTo(at + responseSeconds);
  if ((await world.claims.stateOf(claimId)) !== BigInt(State.Open)) throw new Error("the claim ended too soon");
  await networkHelpers.time.increaseTo(at + responseSeconds + 1);
  if ((await world.claims.stateOf(claimId)) !== BigInt(State.Final)) throw new Error("the claim is not final");
  return at + responseSeconds - postedAt;
}
