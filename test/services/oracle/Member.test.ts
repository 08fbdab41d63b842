import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { expect } from "chai";
import { id, Wallet, ZeroHash } from "ethers";
import { pino } from "pino";

import { EpochClock } from "@millrace/sdk";
import { proposalTypes, uptimeDomain, voteTypes } from "@millrace/uptime-tree/format";

import type { Proposal } from "../../../services/oracle/src/http/schemas.js";
import { Member, type MemberParts } from "../../../services/oracle/src/member/Member.js";
import { Schedule } from "../../../services/oracle/src/member/Schedule.js";
import { Metrics } from "../../../services/oracle/src/Metrics.js";
import { OracleError } from "../../../services/oracle/src/OracleError.js";
import { Store } from "../../../services/oracle/src/store/Store.js";

const EPOCH = 5;
const CLOSED_AT = 1_000;
const SEATS = Array.from({ length: 4 }, (_, i) => new Wallet(id(`seat ${i}`)));
/** The member that is tried, which does not lead early rounds. */
const [ME] = SEATS;
const DOMAIN = uptimeDomain(31_337, "0x00000000000000000000000000000000000000bb");

/** A member whose chain and whose peers a test states; its database is real. */
describe("Member", () => {
  const schedule = new Schedule(new EpochClock({ genesisAt: 0, epochSeconds: 40, slotsPerEpoch: 5 }));
  let folder: string;
  let store: Store;
  let member: Member;
  let now = CLOSED_AT;
  let assembled = 0;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "millrace-member-"));
    store = new Store(join(folder, "oracle.sqlite"));
    [now, assembled] = [CLOSED_AT, 0];
    const facts = {
      closedAt: () => Promise.resolve(CLOSED_AT),
      setOf: () => Promise.resolve({ seats: SEATS.map(({ address }) => address), quorum: 3, threshold: 2 }),
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
      history: {},
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

  const propose = async (round: number, what = "report", by = leaderOf(round)): Promise<string> => {
    const reportHash = id(what);
    const signature = await by.signTypedData(DOMAIN, proposalTypes, { epoch: EPOCH, round, reportHash });
    const observations = [{ attestor: SEATS[1]!.address, root: reportHash, signature: `0x${"11".repeat(64)}` }];
    return await outcome(member.vote({ epoch: EPOCH, round, reportHash, observations, signature }));
  };
  const commit = async (round: number, what = "report", voters = SEATS.slice(1)): Promise<string> => {
    const reportHash = id(what);
    const content = { epoch: EPOCH, round, reportHash };
    const votes = await Promise.all(
      voters.map(async (voter) => {
        return { attestor: voter.address, signature: await voter.signTypedData(DOMAIN, voteTypes, content) };
      }),
    );
    return await outcome(member.commit({ ...content, votes }));
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
    expect(await commit(2)).to.equal("STALE_ROUND");
    expect(assembled, "nothing was built for it").to.equal(0);
    now++;
    expect(await propose(2)).to.equal("signed");
    expect(await propose(1_000_000), "a leader cannot use up everybody's votes").to.equal("STALE_ROUND");
    expect(store.lastRound(EPOCH)).to.equal(2);
  });

  it("should neither vote nor sign in a round before one in which it voted", async () => {
    now = CLOSED_AT + schedule.roundSeconds;
    expect(await propose(1)).to.equal("signed");
    expect(await propose(0)).to.equal("STALE_ROUND");
    expect(await commit(0)).to.equal("STALE_ROUND");
    // The same round again is the same vote, also after a restart of the leader.
    expect(await propose(1)).to.equal("signed");
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

  it("should sign nothing for the votes of fewer than a quorum, or of one member thrice", async () => {
    expect(await propose(0)).to.equal("signed");
    store.putReport(id("report"), EPOCH, new Uint8Array());
    expect(await commit(0, "report", SEATS.slice(1, 3))).to.equal("NO_QUORUM");
    expect(await commit(0, "report", [SEATS[1]!, SEATS[1]!, SEATS[1]!])).to.equal("NO_QUORUM");
    expect(await commit(0, "report", [SEATS[1]!, SEATS[2]!, new Wallet(id("stranger"))])).to.equal("NO_QUORUM");
    expect(await commit(0, "never proposed"), "a quorum, for what was not shown here").to.equal("NOT_FOUND");
  });

  it("should stop at the first vote that is none, as anybody can send many", async () => {
    expect(await propose(0)).to.equal("signed");
    store.putReport(id("report"), EPOCH, new Uint8Array());
    let checked = 0;
    const votes = SEATS.map(({ address: attestor }) => ({
      attestor,
      get signature() {
        checked++;
        return `0x${"11".repeat(65)}`;
      },
    }));
    const sent = member.commit({ epoch: EPOCH, round: 0, reportHash: id("report"), votes });
    expect(await outcome(sent)).to.equal("BAD_SIGNATURE");
    expect(checked).to.equal(1);
  });
});
