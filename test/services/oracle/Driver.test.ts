import { expect } from "chai";
import { ZeroHash } from "ethers";

import { EpochClock } from "@millrace/sdk";

import { Driver, type Parts } from "../../../services/oracle/src/Driver.js";

describe("Driver", () => {
  it("should close slots though nodes' endpoints cannot be read (I7)", async () => {
    const [closed, none] = [[] as number[], { set: () => undefined, inc: () => undefined }];
    const resolved =
      <T>(value: T) =>
      () =>
        Promise.resolve(value);
    const driver = new Driver({
      attestor: "me",
      closeEpochs: false,
      clock: new EpochClock({ genesisAt: 0, epochSeconds: 10, slotsPerEpoch: 5 }),
      contracts: { uptime: { runner: null } },
      duties: { begin: () => undefined },
      endpoints: { refresh: () => Promise.reject(new Error("too many results")) },
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
    const error: unknown = await driver.step().catch((caught: unknown) => caught);
    expect((error as Error).message, "it is a failure, and seen").to.equal("too many results");
    expect(closed).to.deep.equal([2, 3]);
  });
});
