import { expect } from "chai";
import { pino } from "pino";

import { Docket, type Hearing, MissedError, ranked } from "../../../services/watcher/src/Docket.js";

const hearing = (of: string, until: number, seconds: number, stake = 1n): Hearing => ({
  of: { of },
  until,
  seconds,
  stake,
});
const namesOf = (hearings: readonly Hearing[]): unknown[] => hearings.map(({ of }) => of["of"]);

describe("Docket", () => {
  describe("of what waits", () => {
    it("should take the earliest deadline first, as long as all can be in time", () => {
      const waiting = [hearing("late", 100, 50), hearing("ahead", Infinity, Infinity, 0n), hearing("early", 50, 50)];
      expect(namesOf(ranked(waiting, 0, 1))).to.deep.equal(["early", "late", "ahead"]);
    });

    it("should let stand back what has least at stake for its time, when not all can be in time", () => {
      const flood = Array.from({ length: 100 }, (_, i) => hearing(`small ${i}`, 50 + i, 10));
      const waiting = [...flood, hearing("big", 200, 100, 1_000n)];
      const [first, ...others] = namesOf(ranked(waiting, 0, 1));
      const isInTime = namesOf(ranked(waiting, 0, 1)).slice(0, 11);
      expect([first, ...others]).to.have.length(101);
      expect(isInTime).to.include("big");
      expect(isInTime.indexOf("big"), "what fits before it is not given up").to.equal(10);
    });

    it("should reckon with its lanes", () => {
      const waiting = [hearing("a", 10, 10), hearing("b", 10, 10, 2n)];
      expect(namesOf(ranked(waiting, 0, 2))).to.deep.equal(["a", "b"]);
      expect(namesOf(ranked(waiting, 0, 1))).to.deep.equal(["b", "a"]);
    });
  });

  describe("of what is under way", () => {
    let stop: AbortController;
    let docket: Docket;
    let clock: number;
    /** Executions under way, by what they are of, each with how to end it; and all that began, in their order. */
    let underWay: Map<string, () => void>;
    let began: string[];
    let most: number;

    beforeEach(() => {
      stop = new AbortController();
      [clock, began, most] = [0, [], 0];
      underWay = new Map();
      const logger = pino({ enabled: false });
      docket = new Docket({ lanes: 1, logger, signal: stop.signal, elapsed: () => clock });
    });

    function run(of: string, until: number, seconds: number, stake = 1n): Promise<string> {
      return docket.run(hearing(of, until, seconds, stake), async (signal) => {
        began.push(of);
        try {
          await new Promise<void>((resolve, reject) => {
            underWay.set(of, resolve);
            most = Math.max(most, underWay.size);
            signal.addEventListener("abort", () => {
              reject(new Error("stopped"));
            });
          });
          return of;
        } finally {
          underWay.delete(of);
        }
      });
    }
    /** Lets what is under way take so long. */
    const pass = async (seconds: number): Promise<void> => {
      clock += seconds;
      docket.tick(clock);
      await settled();
    };
    const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
    const end = async (of: string): Promise<void> => {
      underWay.get(of)?.();
      await settled();
    };

    it("should keep every window that can be kept, and hold no more at once than it has lanes", async () => {
      const jobs = Array.from({ length: 50 }, (_, i) => run(`claim ${i}`, 500 - 10 * i, 10));
      for (let i = 0; i < 50; i++) {
        await settled();
        const [name = ""] = underWay.keys();
        await pass(10);
        await end(name);
      }
      expect(await Promise.all(jobs)).to.have.length(50);
      expect(most).to.equal(1);
    });

    it("should interrupt a long execution for one whose window ends before, and begin it anew", async () => {
      const long = run("long", 10_000, 1_000);
      await pass(100);
      const short = run("short", 160, 50);
      await settled();
      expect([...underWay.keys()]).to.deep.equal(["short"]);
      await end("short");
      await end("long");
      expect(await Promise.all([long, short])).to.deep.equal(["long", "short"]);
      expect(began).to.deep.equal(["long", "short", "long"]);
    });

    it("should not interrupt what would then be too late itself, for less at stake", async () => {
      const long = run("long", 1_100, 1_000, 5n);
      await pass(100);
      const short = run("short", 160, 50, 4n).catch((error: unknown) => error);
      await pass(61);
      expect(await short).to.be.instanceOf(MissedError);
      await end("long");
      expect(await long).to.equal("long");
      expect(began).to.deep.equal(["long"]);
    });

    it("should interrupt what takes far longer than was said, although its time was to be short", async () => {
      const trap = run("trap", 10_000, 1, 2n);
      await pass(100);
      const honest = run("honest", 190, 50, 1n);
      await settled();
      expect([...underWay.keys()]).to.deep.equal(["honest"]);
      await end("honest");
      expect(await honest).to.equal("honest");
      await end("trap");
      await trap;
    });

    it("should interrupt such a trap for what has more at stake, although its window ends before", async () => {
      const trap = run("trap", 150, 1, 1n);
      await pass(100);
      const honest = run("honest", 190, 50, 2n);
      await pass(50);
      await end("honest");
      await end("trap");
      expect(await Promise.all([honest, trap])).to.deep.equal(["honest", "trap"]);
      expect(began).to.deep.equal(["trap", "honest", "trap"]);
    });

    it("should end what goes on after its window, if anything waits", async () => {
      const trap = run("trap", 100, 50, 5n).catch((error: unknown) => error);
      const next = run("next", 200, 10);
      await pass(101);
      await pass(1);
      await end("next");
      expect(await next).to.equal("next");
      expect(await trap).to.be.instanceOf(MissedError);
    });

    it("should interrupt for what comes second, too", async () => {
      const long = run("long", 10_000, 1_000);
      await pass(995);
      const both = [run("first", clock + 50, 1), run("second", clock + 60, 57)];
      await settled();
      expect([...underWay.keys()]).to.deep.equal(["first"]);
      await end("first");
      await end("second");
      await end("long");
      expect(await Promise.all([...both, long])).to.deep.equal(["first", "second", "long"]);
    });

    it("should not let many whose hosts are slow keep it from what has more at stake", async () => {
      const small = Array.from({ length: 200 }, (_, i) => run(`small ${i}`, 5_000 + i, 0.001).catch(() => "missed"));
      const big = run("big", 6_000, 1_000, 1_000n);
      while (clock < 6_000 && !underWay.has("big")) {
        const [name = ""] = underWay.keys();
        await pass(60);
        await end(name);
      }
      await pass(1_000);
      await end("big");
      expect(await big).to.equal("big");
      expect(clock).to.be.at.most(6_000);
      stop.abort();
      const outcomes = await Promise.all(small);
      expect(outcomes.filter((outcome) => outcome !== "missed").length, "as many as fit before").to.be.at.least(70);
    });

    it("should give up what its turn did not come for, and say so", async () => {
      const first = run("first", 100, 60, 2n);
      const second = run("second", 100, 60).catch((error: unknown) => error);
      await pass(101);
      expect(await second).to.be.instanceOf(MissedError);
      expect(docket.waiting).to.equal(0);
      await end("first");
      await first;
    });

    it("should hand on what an execution throws, and end what waits when it is stopped", async () => {
      const failing = docket.run(hearing("failing", 10, 1), () => Promise.reject(new Error("no such host")));
      const reason = await failing.catch((error: unknown) => error);
      expect(String(reason)).to.match(/no such host/);
      const both = [run("running", 100, 1), run("waiting", 100, 1)];
      const ended = Promise.allSettled(both);
      stop.abort();
      expect((await ended).map(({ status }) => status)).to.deep.equal(["rejected", "rejected"]);
    });
  });
});
