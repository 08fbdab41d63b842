import { expect } from "chai";
import { id, ZeroHash } from "ethers";

import { EpochClock } from "@millrace/sdk";

import { Driver, type Parts } from "../../../services/oracle/src/Driver.js";
import { Schedule } from "../../../services/oracle/src/member/Schedule.js";

const resolved =
  <T>(value: T) =>
  () =>
    Promise.resolve(value);

describe("Driver", () => {
  /** Epochs of ten seconds and five slots, of which the third ended at 30 and was closed at 75. */
  const lateClose = (attestor: string, known: number) => {
    const none = { set: () => undefined, inc: () => undefined };
    const led: [epoch: number, round: number][] = [];
    const clock = new EpochClock({ genesisAt: 0, epochSeconds: 10, slotsPerEpoch: 5 });
    const latest = { number: 7, timestamp: 0 };
    const driver = new Driver({
      ...{ attestor, clock, closeEpochs: false, schedule: new Schedule(clock), guard: {} },
      contracts: { uptime: { runner: null } },
      duties: { begin: () => undefined },
      endpoints: { begin: () => undefined },
      facts: {
        ...{ refresh: resolved(undefined), finalAt: resolved(0), nextEpochToClose: resolved(3) },
        ...{ newestReport: resolved({ reportHash: id("newest"), epoch: 1 }), closedAt: resolved(75) },
        setOf: resolved({ seats: ["a", "b", "c", "d"], quorum: 3, threshold: 2 }),
        ...{ statusOf: resolved("none"), statusNow: resolved("none"), reportDeadline: resolved(100) },
      },
      gossip: { spread: resolved(undefined) },
      history: { byHash: resolved(undefined) },
      leader: {
        lead: (...args: [number, number]) => {
          led.push(args);
          return Promise.resolve(true);
        },
      },
      logger: { info: () => undefined },
      member: { isTurnOf: resolved(true) },
      metrics: { epoch: none, lastReport: none },
      observer: { gather: resolved(undefined), known: resolved(Array(known)) },
      slots: { closeSlots: resolved([]) },
      standing: { look: resolved(undefined) },
      store: { attend: () => undefined, prune: () => undefined, attended: () => false },
      watch: { poll: resolved(undefined), latest },
    } as unknown as Parts);
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
    const [closed, none] = [[] as number[], { set: () => undefined, inc: () => undefined }];
    let begun = 0;
    const driver = new Driver({
      attestor: "me",
      closeEpochs: false,
      clock: new EpochClock({ genesisAt: 0, epochSeconds: 10, slotsPerEpoch: 5 }),
      contracts: { uptime: { runner: null } },
      duties: { begin: () => undefined },
      endpoints: { begin: (block: number) => (begun = block) },
      facts: {
        ...{ refresh: resolved(undefined), finalAt: resolved(0), nextEpochToClose: resolved(0) },
        ...{ newestReport: resolved({ reportHash: ZeroHash, epoch: 0 }), setOf: resolved({ seats: ["me"] }) },
      },
      gossip: { spread: resolved(undefined) },
      guard: {},
      metrics: { epoch: none, lastReport: none },
      standing: { look: resolved(undefined) },
      slots: {
        closeSlots: (epoch: number) => {
          closed.push(epoch);
          return Promise.resolve([]);
        },
      },
      store: { attend: () => undefined, prune: () => undefined, attended: () => false },
      watch: { poll: resolved(undefined), latest: { number: 7, timestamp: 31 } },
    } as unknown as Parts);
    await driver.step();
    expect(begun).to.equal(7);
    expect(closed).to.deep.equal([2, 3]);
  });
});
