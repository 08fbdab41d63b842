import { expect } from "chai";
import { id, type Log, ZeroHash } from "ethers";

import { UptimeChallenges__factory } from "../../../typechain-types/index.js";
import { Duties, type DutiesParts } from "../../../services/oracle/src/duties/Duties.js";
import { DutyStore, type Duty } from "../../../services/oracle/src/duties/DutyStore.js";
import type { Outcome } from "../../../services/oracle/src/duties/Outcome.js";
import { Turns } from "../../../services/oracle/src/duties/Turns.js";
import { Store } from "../../../services/oracle/src/store/Store.js";

/** Seconds of a round, and of the time for an answer. */
const [ROUND, WINDOW] = [1_800, 43_200];

describe("Duties", () => {
  const challenges = UptimeChallenges__factory.createInterface();
  let store: Store;
  let duties: Duties;
  let now: number;
  /** What a look at the events finds, and what becomes of a try. */
  let logs: Log[];
  let canRead: boolean;
  let attempt: (duty: Duty, at: number) => Outcome;
  let tries: { readonly id: string; readonly at: number }[];
  let cashed: number[];
  /** Seconds left to answer, as an operator is told. */
  let due: number;
  /** Status of the report of each epoch, and what was done with which. */
  let statuses: string[];
  let done: string[];

  beforeEach(() => {
    store = new Store(":memory:");
    [now, logs, tries, cashed, statuses, done] = [1_000_000, [], [], [], [], []];
    attempt = () => "done";
    canRead = true;
    const show = (duty: Duty, at: number): Promise<Outcome> => {
      tries.push({ id: duty.id, at });
      return Promise.resolve().then(() => attempt(duty, at));
    };
    const counter = { inc: () => undefined, set: () => undefined };
    const logger = { info: () => undefined, warn: () => undefined };
    const note = (what: string) => (epoch: number) => Promise.resolve(done.push(`${what} ${epoch}`) > 0 && "over");
    duties = new Duties({
      auditor: { audit: note("audit") },
      contracts: { challenges: { interface: challenges }, uptime: { runner: null } },
      cosigner: { cosign: note("cosign") },
      cashier: { cash: () => Promise.resolve<Outcome>(cashed.push(tries.length) > 0 ? "waits" : "over") },
      defender: { answerChallenge: show, answerDemand: show },
      events: {
        read: (_: number, __: number, take: (log: Log) => void) => {
          if (!canRead) return Promise.reject(new Error("too many results"));
          for (const log of logs.splice(0)) take(log);
          return Promise.resolve();
        },
      },
      facts: {
        finalNumber: () => Promise.resolve(0),
        newestReport: () => {
          return Promise.resolve({
            reportHash: statuses.length > 0 ? id("report") : ZeroHash,
            epoch: statuses.length - 1,
          });
        },
        statusOf: (epoch: number) => Promise.resolve(statuses[epoch]),
        posted: (epoch: number) =>
          Promise.resolve({ reportHash: id(`report ${epoch}`), blockNumber: 1, finalAt: now + 1 }),
      },
      logger,
      metrics: { duties: counter, openDuties: counter, answerDue: { set: (seconds: number) => (due = seconds) } },
      prosecutor: { pending: () => [] },
      schedule: { roundSeconds: ROUND },
      settler: { settle: show },
      store: new DutyStore(store.db),
      turns: new Turns("", { setOf: () => Promise.reject(new Error("not asked")) }),
    } as unknown as DutiesParts);
  });

  afterEach(() => {
    store.close();
  });

  const look = async (): Promise<void> => {
    duties.begin(() => now, 1);
    await duties.idle();
  };
  /** Somebody demands the first leaf of a report. */
  const demand = (which: string, answerBy: number): void => {
    const values = [id(which), 0, 0, 0, `0x${"11".repeat(20)}`, 1, answerBy];
    logs.push(challenges.encodeEventLog("PartDemanded", values) as unknown as Log);
  };

  /** Somebody restores a slot to each of many nodes, for gas alone. */
  const restore = (nodes: number): void => {
    for (let nodeId = 1; nodeId <= nodes; nodeId++) {
      const values = [0, nodeId, id("root"), 0, 1];
      logs.push(challenges.encodeEventLog("LeafCorrected", values) as unknown as Log);
    }
  };

  it("should not be kept from what has an end by thousands of things that have none (I7)", async () => {
    restore(2_000);
    const answerBy = now + WINDOW;
    attempt = (duty) => {
      // It comes while the others are settled.
      if (tries.length === 1) demand("part", answerBy);
      now += 60;
      return duty.kind === "correction" ? "done" : "over";
    };
    await look();
    await look();
    expect(answerBy - tries.find((each) => each.id === id("part"))!.at).to.be.above(WINDOW - ROUND);
  });

  it("should come to all that has no end, however many of them wait", async () => {
    restore(100);
    attempt = () => {
      now += 60;
      return "waits";
    };
    for (let looks = 0; looks < 20; looks++) await look();
    expect(new Set(tries.map((each) => each.id))).to.have.lengthOf(100);
  });

  it("should look at what is new between answers, however many it owes (I7)", async () => {
    for (let i = 0; i < 1_000; i++) demand(`part ${i}`, now + WINDOW + i);
    attempt = () => {
      now += 60;
      return "done";
    };
    await look();
    const answerBy = now + WINDOW / 4;
    demand("sooner", answerBy);
    await look();
    expect(tries.find((each) => each.id === id("sooner"))!.at).to.be.below(answerBy);
  });

  it("should do what it knows of while events cannot be read (I7)", async () => {
    attempt = () => "waits";
    demand("part", now + WINDOW);
    await look();
    canRead = false;
    await look();
    expect(tries).to.have.length(2);
  });

  it("should know the new end of a part that is demanded again (I7)", async () => {
    const ends: number[] = [];
    attempt = (duty) => {
      if (duty.kind === "demand") ends.push(duty.answerBy);
      return "waits";
    };
    demand("part", now + WINDOW);
    await look();
    now += WINDOW - 1;
    demand("part", now + WINDOW);
    await look();
    expect(ends).to.deep.equal([1_000_000 + WINDOW, now + WINDOW]);
  });

  it("should try again before the end, however often it has failed (I7)", async () => {
    const answerBy = now + WINDOW;
    attempt = () => {
      throw new Error("gas is dear");
    };
    demand("part", answerBy);
    for (; now < answerBy; now += 60) await look();
    for (const left of [WINDOW / 4, 3_600, 600]) {
      expect(
        tries.filter(({ at }) => at >= answerBy - left),
        `within the last ${left} s`,
      ).not.to.be.empty;
    }
    expect(tries.length, "and not all the time").to.be.below(60);
  });

  it("should look at each with the time that it is by then, what ends first first", async () => {
    demand("later", now + WINDOW + 1);
    demand("sooner", now + WINDOW);
    const begun = now;
    attempt = () => {
      now += 100;
      return "done";
    };
    await look();
    expect(tries).to.deep.equal([
      { id: id("sooner"), at: begun },
      { id: id("later"), at: begun + 100 },
    ]);
  });

  it("should tell how long the first that is open can still be answered", async () => {
    attempt = () => "waits";
    await look();
    expect(due, "nothing is open").to.equal(Infinity);
    demand("later", now + WINDOW + 7);
    demand("sooner", now + WINDOW);
    await look();
    expect(due).to.equal(WINDOW);
    now += WINDOW;
    await look();
    expect(due, "what is too late is nobody's to answer").to.equal(7);
  });

  it("should keep what has ended in a block that may be replaced, and tell of it only when it is due again", async () => {
    attempt = () => "ended";
    demand("part", now + WINDOW);
    await look();
    await look();
    expect(due).to.equal(Infinity);
    attempt = () => "waits";
    await look();
    await look();
    expect(due).to.equal(WINDOW);
    attempt = () => "over";
    await look();
    await look();
    expect([tries.length, due], "it is forgotten").to.deep.equal([5, Infinity]);
  });

  it("should take what it has won before and after each answer", async () => {
    demand("first", now + WINDOW);
    demand("second", now + WINDOW);
    await look();
    expect(cashed).to.deep.equal([0, 1, 2]);
  });

  it("should audit and sign every report that is open, once, and none that is final (I7)", async () => {
    statuses = ["final", "final", "posted", "void", "none", "posted"];
    await look();
    expect(done).to.deep.equal(["audit 2", "cosign 2", "audit 5", "cosign 5"]);
    await look();
    expect(done).to.have.length(4);
  });
});
