import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { expect } from "chai";
import { id, Wallet, ZeroHash } from "ethers";
import { pino } from "pino";

import { EpochClock } from "@millrace/sdk";
import { lockTypes, proposalTypes, uptimeDomain, voteTypes, type Report } from "@millrace/uptime-tree/format";

import type { Proposal, Signed } from "../../../services/oracle/src/http/schemas.js";
import { Member, type MemberParts } from "../../../services/oracle/src/member/Member.js";
import { Schedule } from "../../../services/oracle/src/member/Schedule.js";
import { Metrics } from "../../../services/oracle/src/Metrics.js";
import { OracleError } from "../../../services/oracle/src/OracleError.js";
import { Store } from "../../../services/oracle/src/store/Store.js";

const EPOCH = 5;
/** When the epoch ends, and is closed. */
const CLOSED_AT = 240;
const SEATS = Array.from({ length: 4 }, (_, i) => new Wallet(id(`seat ${i}`)));
/** The member that is tried, which does not lead early rounds. */
const [ME] = SEATS;
const DOMAIN = uptimeDomain(31_337, "0x00000000000000000000000000000000000000bb");

/** Whatever was proposed. */
const REPORT: Report = {
  ...{ epoch: EPOCH, nodeCount: 1, totalPoints: 1n, consensusVersion: 2, previousReport: ZeroHash },
  ...{ root: id("root"), evidenceRoot: id("evidence"), dataHash: id("data") },
  ...{ registryDigest: id("registry"), configDigest: id("rules") },
};

const NO_SIGNATURE = `0x${"11".repeat(65)}`;

/** Votes, or locks, and how many of their signatures were looked at. */
function counted(given: readonly Signed[]): { votes: Signed[]; checked: () => number } {
  let checked = 0;
  const votes = given.map(({ attestor, signature }) => ({
    attestor,
    get signature() {
      checked++;
      return signature;
    },
  }));
  return { votes, checked: () => checked };
}

/** A member whose chain and whose peers a test states; its database is real. */
describe("Member", () => {
  const schedule = new Schedule(new EpochClock({ genesisAt: 0, epochSeconds: 40, slotsPerEpoch: 5 }));
  let folder: string;
  let store: Store;
  let member: Member;
  let now = CLOSED_AT;
  let assembled = 0;
  /** Reports that were looked up, and perhaps built for it. */
  let lookedUp = 0;
  /** Happens at the last moment at which a member waits before it votes, or locks itself. */
  let meanwhile: (() => Promise<unknown>) | undefined;
  /** A vote waits for the last time when its report is assembled. */
  let interruptedAt: number | undefined;
  const interrupt = async (): Promise<void> => {
    const act = meanwhile;
    meanwhile = undefined;
    await act?.();
  };

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "millrace-member-"));
    store = new Store(join(folder, "oracle.sqlite"));
    [now, assembled, lookedUp, interruptedAt] = [CLOSED_AT, 0, 0, undefined];
    const facts = {
      closedAt: () => Promise.resolve(CLOSED_AT),
      setOf: async () => {
        if (assembled === interruptedAt) await interrupt();
        return { seats: SEATS.map(({ address }) => address), quorum: 3, threshold: 2 };
      },
      statusOf: () => Promise.resolve("none"),
      newestReport: () => Promise.resolve({ reportHash: ZeroHash, epoch: 0 }),
      reportDeadline: () => Promise.resolve(CLOSED_AT + 100_000),
    };
    member = new Member({
      identity: { attestor: ME!.address, signer: ME!, domain: DOMAIN, configDigest: id("rules") },
      store,
      watch: {
        poll: () => Promise.resolve(),
        get latest() {
          return { number: 1, hash: ZeroHash, timestamp: now, seenMs: 0 };
        },
      },
      facts,
      schedule,
      observer: { known: () => Promise.resolve([]) },
      assembler: {
        // Whatever set is proposed gives the report that its first root names.
        assemble: (_: number, [first]: Proposal["observations"]) => {
          assembled++;
          return Promise.resolve({ reportHash: first!.root, built: { report: { previousReport: ZeroHash } } });
        },
      },
      history: {
        byHash: async () => {
          lookedUp++;
          await interrupt();
          return { report: REPORT };
        },
      },
      guard: { reasonToStop: undefined },
      metrics: new Metrics(),
      logger: pino({ level: "silent" }),
    } as unknown as MemberParts);
  });

  afterEach(() => {
    store.close();
    rmSync(folder, { recursive: true });
  });

  const leaderOf = (round: number): Wallet =>
    SEATS.find(({ address }) => address === schedule.leaderOf(SEATS.map((seat) => seat.address), EPOCH, round))!; // prettier-ignore

  const propose = async (
    round: number,
    what = "report",
    by = leaderOf(round),
    earlier?: Proposal["earlier"],
  ): Promise<string> => {
    const reportHash = id(what);
    const signature = await by.signTypedData(DOMAIN, proposalTypes, { epoch: EPOCH, round, reportHash });
    const observations = [{ attestor: SEATS[1]!.address, root: reportHash, signature: `0x${"11".repeat(64)}` }];
    return await outcome(member.vote({ epoch: EPOCH, round, reportHash, observations, earlier, signature }));
  };
  const signed = async (
    types: typeof voteTypes,
    round: number,
    what: string,
    by: readonly Wallet[] = SEATS.slice(1),
  ): Promise<Signed[]> => {
    const content = { epoch: EPOCH, round, reportHash: id(what) };
    return await Promise.all(
      by.map(async (seat) => {
        return { attestor: seat.address, signature: await seat.signTypedData(DOMAIN, types, content) };
      }),
    );
  };
  const lock = async (round: number, what = "report", voters?: readonly Wallet[]): Promise<string> => {
    const votes = await signed(voteTypes, round, what, voters);
    return await outcome(member.lock({ epoch: EPOCH, round, reportHash: id(what), votes }));
  };
  const commit = async (round: number, what = "report", types = lockTypes): Promise<string> => {
    const locks = await signed(types, round, what);
    return await outcome(member.commit({ epoch: EPOCH, round, reportHash: id(what), locks }));
  };
  const outcome = async (asked: Promise<unknown>): Promise<string> => {
    try {
      await asked;
      return "signed";
    } catch (error) {
      if (error instanceof OracleError) return error.code;
      throw error;
    }
  };

  it("should vote in the round that runs and in the next one, never further ahead", async () => {
    expect(await propose(2), "two rounds ahead").to.equal("STALE_ROUND");
    now = CLOSED_AT + schedule.roundSeconds - 1;
    expect(await propose(2), "until the first is over").to.equal("STALE_ROUND");
    expect(await lock(2)).to.equal("STALE_ROUND");
    expect(await commit(2)).to.equal("STALE_ROUND");
    expect(assembled, "nothing was built for it").to.equal(0);
    now++;
    expect(await propose(2)).to.equal("signed");
    expect(await propose(1_000_000), "a leader cannot use up everybody's votes").to.equal("STALE_ROUND");
    expect(store.statements.lastRound(EPOCH)).to.equal(2);
  });

  it("should neither vote nor lock itself in a round before one in which it did", async () => {
    now = CLOSED_AT + schedule.roundSeconds;
    expect(await propose(1)).to.equal("signed");
    expect(await propose(0)).to.equal("STALE_ROUND");
    store.reports.put(id("report"), EPOCH, new Uint8Array());
    expect(await lock(0)).to.equal("STALE_ROUND");
    // The same round again is the same vote, also after a restart of the leader.
    expect(await propose(1)).to.equal("signed");
    expect(await propose(1, "another")).to.equal("BOUND");
    expect(await lock(2)).to.equal("signed");
    expect(await propose(1), "locked later").to.equal("STALE_ROUND");
  });

  it("should vote for nothing else once it is locked, unless a quorum has voted for that since", async () => {
    for (const what of ["report", "another"]) store.reports.put(id(what), EPOCH, new Uint8Array());
    now = CLOSED_AT + 10 * schedule.roundSeconds;
    expect(await lock(2)).to.equal("signed");
    const votes = async (round: number, by?: readonly Wallet[]) => ({
      round,
      votes: await signed(voteTypes, round, "another", by),
    });
    const turn = (round: number, earlier?: Proposal["earlier"]): Promise<string> =>
      propose(round, "another", leaderOf(round), earlier);
    expect(await turn(3)).to.equal("BOUND");
    expect(await turn(4, await votes(2)), "not since").to.equal("BOUND");
    expect(await turn(5, await votes(5)), "not before").to.equal("BOUND");
    expect(await turn(6, await votes(3, SEATS.slice(1, 3)))).to.equal("NO_QUORUM");
    expect(await turn(7, { round: 3, votes: await signed(voteTypes, 4, "another") })).to.equal("BAD_SIGNATURE");
    expect(await propose(8), "what it is locked to").to.equal("signed");
    expect(await turn(9, await votes(3))).to.equal("signed");
  });

  it("should neither vote behind a lock nor lock itself behind a vote that comes at the same moment (I7)", async () => {
    for (const what of ["report", "another"]) store.reports.put(id(what), EPOCH, new Uint8Array());
    now = CLOSED_AT + 10 * schedule.roundSeconds;
    const during = async (asked: () => Promise<string>, first: () => Promise<string>): Promise<string[]> => {
      const outcomes: string[] = [];
      meanwhile = async () => outcomes.push(await first());
      interruptedAt = assembled + 1;
      outcomes.push(await asked());
      return outcomes;
    };
    const locked = await during(
      () => lock(0),
      () => propose(1, "another"),
    );
    expect(locked).to.deep.equal(["signed", "STALE_ROUND"]);
    expect(await lock(1)).to.equal("signed");
    const earlier = { round: 2, votes: await signed(voteTypes, 2, "another") };
    const voted = await during(
      () => propose(4, "another", leaderOf(4), earlier),
      () => lock(3),
    );
    expect(voted).to.deep.equal(["signed", "BOUND"]);
  });

  it("should sign what a quorum is locked to and nothing else, whatever it has voted for (I7)", async () => {
    for (const what of ["report", "another"]) store.reports.put(id(what), EPOCH, new Uint8Array());
    expect(await commit(0, "report", voteTypes), "votes are no locks").to.equal("BAD_SIGNATURE");
    expect(await lock(0)).to.equal("signed");
    expect(await commit(0)).to.equal("signed");
    expect(await commit(1, "another"), "as many as are needed lie").to.equal("BOUND");
    expect(await lock(1, "another")).to.equal("BOUND");
    expect(await propose(1, "another")).to.equal("BOUND");
  });

  it("should look at two proposals of a round, and at no third", async () => {
    expect(await propose(0, "first")).to.equal("signed");
    expect(await propose(0, "second")).to.equal("BOUND");
    for (const what of ["third", "fourth"]) expect(await propose(0, what)).to.equal("TOO_MANY_REQUESTS");
    expect(assembled, "a third is not even built").to.equal(2);
    // What was seen before is answered as before, and another round has proposals of its own.
    expect(await propose(0, "first")).to.equal("signed");
    expect(await propose(1, "third")).to.equal("signed");
  });

  it("should count nobody's proposals but the leader's", async () => {
    for (const stranger of SEATS.filter((seat) => seat !== leaderOf(0))) {
      for (let i = 0; i < 3; i++) expect(await propose(0, `noise ${i}`, stranger)).to.equal("NOT_LEADER");
    }
    expect(assembled).to.equal(0);
    expect(await propose(0)).to.equal("signed");
  });

  it("should lock itself for no votes of fewer than a quorum, or of one member thrice", async () => {
    expect(await propose(0)).to.equal("signed");
    store.reports.put(id("report"), EPOCH, new Uint8Array());
    expect(await lock(0, "report", SEATS.slice(1, 3))).to.equal("NO_QUORUM");
    expect(await lock(0, "report", [SEATS[1]!, SEATS[1]!, SEATS[1]!])).to.equal("NO_QUORUM");
    expect(await lock(0, "report", [SEATS[1]!, SEATS[2]!, new Wallet(id("stranger"))])).to.equal("NO_QUORUM");
    expect(await lock(0, "never proposed"), "a quorum, for what was not shown here").to.equal("NOT_FOUND");
    expect(await commit(0, "never proposed")).to.equal("NOT_FOUND");
  });

  it("should stop at the first vote that is none, as anybody can send many", async () => {
    expect(await propose(0)).to.equal("signed");
    store.reports.put(id("report"), EPOCH, new Uint8Array());
    const { votes, checked } = counted(SEATS.map(({ address: attestor }) => ({ attestor, signature: NO_SIGNATURE })));
    const sent = member.lock({ epoch: EPOCH, round: 0, reportHash: id("report"), votes });
    expect(await outcome(sent)).to.equal("BAD_SIGNATURE");
    expect(checked()).to.equal(1);
  });

  it("should not build an old report anew for whoever names it: without a quorum nothing is looked up", async () => {
    for (let i = 0; i < 3; i++) store.reports.put(id(`old ${i}`), EPOCH - 1 - i, new Uint8Array());
    const locks = [{ attestor: SEATS[1]!.address, signature: NO_SIGNATURE }];
    for (let i = 0; i < 3; i++) {
      const content = { epoch: EPOCH, round: 0, reportHash: id(`old ${i}`) };
      expect(await outcome(member.commit({ ...content, locks }))).to.equal("BAD_SIGNATURE");
      expect(await outcome(member.lock({ ...content, votes: locks }))).to.equal("BAD_SIGNATURE");
    }
    expect(lookedUp).to.equal(0);
  });

  it("should check the votes and the locks of a quorum once, however often anybody sends them", async () => {
    store.reports.put(id("report"), EPOCH, new Uint8Array());
    const content = { epoch: EPOCH, round: 0, reportHash: id("report") };
    const { votes, checked: votesChecked } = counted(await signed(voteTypes, 0, "report"));
    const { votes: locks, checked: locksChecked } = counted(await signed(lockTypes, 0, "report"));
    const given = [await member.lock({ ...content, votes }), await member.commit({ ...content, locks })];
    const before = [votesChecked(), locksChecked()];
    for (let i = 0; i < 5; i++) {
      expect([await member.lock({ ...content, votes }), await member.commit({ ...content, locks })]).to.deep.equal(
        given,
      );
    }
    expect([votesChecked(), locksChecked()]).to.deep.equal(before);
  });
});
