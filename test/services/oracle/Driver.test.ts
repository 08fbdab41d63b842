import { expect } from "chai";
import { id, ZeroHash } from "ethers";

import { EpochClock } from "@millrace/sdk";

import { Driver, type Parts } from "../../../services/oracle/src/Driver.js";
import { Schedule } from "../../../services/oracle/src/member/Schedule.js";

const resolved =
  <T>(value: T) =>
  () =>
    Promise.resolve(value);

/** Epochs of ten seconds and five slots. */
const clock = new EpochClock({ genesisAt: 0, epochSeconds: 10, slotsPerEpoch: 5 });
const nothing = (): undefined => undefined;

/** A driver whose surroundings do nothing, but for what a test says of them. */
function driverOf({
  facts,
  metrics,
  ...changes
}: { facts: object; metrics?: object } & Record<string, unknown>): Driver {
  const none = { set: nothing, inc: nothing };
  return new Driver({
    ...{ attestor: "me", clock, closeEpochs: false, schedule: new Schedule(clock), guard: {} },
    contracts: { uptime: { runner: null } },
    duties: { begin: nothing },
    endpoints: { begin: nothing },
    facts: { refresh: resolved(undefined), finalAt: resolved(0), ...facts },
    gossip: { spread: resolved(undefined) },
    history: { byHash: resolved(undefined) },
    logger: { info: nothing },
    metrics: { epoch: none, lastReport: none, ...metrics },
    slots: { closeSlots: resolved([]) },
    standing: { look: resolved(undefined) },
    store: { attend: nothing, prune: nothing, attended: () => false },
    ...changes,
  } as unknown as Parts);
}

describe("Driver", () => {
  /** The third epoch ended at 30 and was closed at 75. */
  const lateClose = (attestor: string, known: number) => {
    const led: [epoch: number, round: number][] = [];
    const latest = { number: 7, timestamp: 0 };
    const driver = driverOf({
      attestor,
      facts: {
        ...{ nextEpochToClose: resolved(3), closedAt: resolved(75) },
        newestReport: resolved({ reportHash: id("newest"), epoch: 1 }),
        setOf: resolved({ seats: ["a", "b", "c", "d"], quorum: 3, threshold: 2 }),
        ...{ statusOf: resolved("none"), statusNow: resolved("none"), reportDeadline: resolved(100) },
      },
      leader: {
        lead: (...args: [number, number]) => {
          led.push(args);
          return Promise.resolve(true);
        },
      },
      member: { isTurnOf: resolved(true) },
      observer: { gather: resolved(undefined), known: resolved(Array(known)) },
      watch: { poll: resolved(undefined), latest },
    });
    return {
      led,
      stepAt: async (timestamp: number): Promise<void> => {
        latest.timestamp = timestamp;
        await driver.step();
      },
    };
  };

  it("should lead in its turn as the chain counts it, however late the epoch was closed", async () => {
    // Rounds of four seconds from 30 on: the twelfth is of seat 1, the one after it of seat 2.
    for (const [attestor, expected] of [
      ["a", []],
      ["b", [[2, 11]]],
      ["c", [[2, 12]]],
      ["d", []],
    ] as const) {
      const { led, stepAt } = lateClose(attestor, 4);
      for (const now of [77, 79]) await stepAt(now);
      expect(led, attestor).to.deep.equal(expected);
    }
  });

  it("should wait for observations that are missing for half a round since the close", async () => {
    const { led, stepAt } = lateClose("b", 3);
    await stepAt(76);
    expect(led).to.deep.equal([]);
    await stepAt(77);
    expect(led).to.deep.equal([[2, 11]]);
  });

  it("should close slots though it takes for ever to read where nodes answer (I7)", async () => {
    const closed: number[] = [];
    let begun = 0;
    const driver = driverOf({
      endpoints: { begin: (block: number) => (begun = block) },
      facts: {
        nextEpochToClose: resolved(0),
        ...{ newestReport: resolved({ reportHash: ZeroHash, epoch: 0 }), setOf: resolved({ seats: ["me"] }) },
      },
      slots: {
        closeSlots: (epoch: number) => {
          closed.push(epoch);
          return Promise.resolve([]);
        },
      },
      watch: { poll: resolved(undefined), latest: { number: 7, timestamp: 31 } },
    });
    await driver.step();
    expect(begun).to.equal(7);
    expect(closed).to.deep.equal([2, 3]);
  });

  it("should say and count once why it cannot close an epoch, and try until another one has", async () => {
    const [said, counted] = [[] as unknown[], [] as unknown[]];
    let [tries, next] = [0, 2];
    const driver = driverOf({
      closeEpochs: true,
      contracts: { uptime: { runner: null }, prices: { roundsAt: resolved([]) } },
      facts: {
        ...{ nextEpochToClose: resolved(2), nextEpochToCloseNow: () => Promise.resolve(next) },
        ...{ newestReport: resolved({ reportHash: ZeroHash, epoch: 0 }), setOf: resolved({ seats: ["me"] }) },
        statusOf: resolved("posted"),
      },
      logger: { info: nothing, warn: (about: object) => said.push(about) },
      metrics: { closes: { inc: (labels: unknown) => counted.push(labels) } },
      sender: {
        send: () => {
          tries += 1;
          return Promise.reject(new Error("insufficient funds for gas * price + value"));
        },
      },
      watch: { poll: resolved(undefined), latest: { number: 7, timestamp: 31 } },
    });
    for (let step = 0; step < 3; step++) await driver.step();
    expect(tries).to.equal(3);
    expect(said).to.have.length(1);
    expect(said[0]).to.include({ epoch: 2, code: "INSUFFICIENT_FUNDS" });
    expect(counted).to.deep.equal([{ outcome: "INSUFFICIENT_FUNDS" }]);
    next = 3;
    await driver.step();
    expect(tries).to.equal(3);
  });

  it("should say once that a step fails for the same reason, and once that it goes on", async () => {
    const lines: object[] = [];
    const end = new AbortController();
    let step = 0;
    const driver = driverOf({
      facts: { newestReport: resolved({ epoch: 0 }) },
      watch: {
        latest: undefined,
        poll: () => {
          step++;
          if (step === 6) end.abort();
          return step < 5 ? Promise.reject(new Error("connect ECONNREFUSED")) : Promise.resolve();
        },
      },
      logger: { info: (fields: object) => lines.push(fields), warn: (fields: object) => lines.push(fields) },
      metrics: { stepSeconds: { startTimer: () => nothing }, stepFailures: { inc: nothing } },
      duties: { idle: resolved(undefined) },
      endpoints: { idle: resolved(undefined) },
    });
    Object.assign(driver, { measure: nothing });
    await driver.run(1, end.signal);
    expect(lines).to.deep.equal([{ code: "RPC_DOWN", message: "The chain's node does not answer." }, { failures: 4 }]);
  });
});
