import { expect } from "chai";
import { id, ZeroAddress } from "ethers";

import { Defender, type DefenderParts } from "../../../services/oracle/src/duties/Defender.js";
import { Settler, type SettlerParts } from "../../../services/oracle/src/duties/Settler.js";

const [OPEN, ANSWERED] = [1n, 2n];
/** Block in which somebody else did what was due. */
const ENDED_IN = 100;
const ANSWER_BY = 10_000;

describe("duties that have ended", () => {
  let final: number;
  /** Whether something is still due as of a block, by default the newest. */
  let isDueAt: (at?: { readonly blockTag?: number }) => boolean;

  beforeEach(() => {
    final = ENDED_IN - 1;
    isDueAt = ({ blockTag = ENDED_IN } = {}) => blockTag < ENDED_IN;
  });

  const parts = {
    contracts: {
      challenges: {
        challengeOf: (_: string, at?: object) => Promise.resolve({ status: isDueAt(at) ? OPEN : ANSWERED, shown: 0n }),
        demandOf: (_: string, at?: object) => Promise.resolve({ demander: isDueAt(at) ? id("who") : ZeroAddress }),
        correctionOf: (_: string, __: string, at?: object) =>
          Promise.resolve({ isPending: isDueAt(at), openChallenges: 1n }),
        answerSecondsOf: () => Promise.resolve(1_000n),
      },
    },
    facts: { finalNumber: () => Promise.resolve(final), setOf: () => Promise.resolve({ seats: ["me"], threshold: 1 }) },
    // It is the turn of others.
    turns: { rankIn: () => Promise.resolve(undefined) },
  };
  const attempts = async (now = 0): Promise<string[]> => {
    const defender = new Defender(parts as unknown as DefenderParts);
    const about = { id: id("duty"), epoch: 1, nodeId: "1", answerBy: ANSWER_BY };
    return await Promise.all([
      defender.answerChallenge({ ...about, kind: "challenge", slot: 0 }, now),
      defender.answerDemand({ ...about, kind: "demand", part: 0, index: 0 }, now),
      new Settler(parts as unknown as SettlerParts).settle({ ...about, kind: "correction", root: id("root") }, now),
    ]);
  };

  it("should be kept until the block counts in which they ended: it may be replaced (I7)", async () => {
    expect(await attempts()).to.deep.equal(["ended", "ended", "ended"]);
    expect(await attempts(ANSWER_BY), "nobody can answer a demand then").to.deep.equal(["ended", "over", "ended"]);
    isDueAt = () => true;
    expect(await attempts(), "open again").to.deep.equal(["waits", "waits", "waits"]);
    isDueAt = ({ blockTag = ENDED_IN } = {}) => blockTag < ENDED_IN;
    final = ENDED_IN;
    expect(await attempts()).to.deep.equal(["over", "over", "over"]);
  });
});
