import { expect } from "chai";
import { ZeroHash } from "ethers";

import { EpochClock } from "@millrace/sdk";

import { Driver, type Parts } from "../../../services/oracle/src/Driver.js";

describe("Driver", () => {
  it("should close slots though it takes for ever to read where nodes answer (I7)", async () => {
    const [closed, none] = [[] as number[], { set: () => undefined, inc: () => undefined }];
    let begun = 0;
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
