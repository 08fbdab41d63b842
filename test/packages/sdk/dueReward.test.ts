import { expect } from "chai";

import { type Contracts, dueReward } from "@millrace/sdk";

/** A node that collected ten, and what its corrections make of a leaf. */
const after = (delta: bigint, pending = 0n): Contracts =>
  ({
    challenges: {
      correctedReward: (_: bigint, raw: bigint) => Promise.resolve({ mill: raw + delta, pending }),
    },
    rewards: { collectionOf: () => Promise.resolve({ mill: 10n }) },
  }) as unknown as Contracts;

const leaf = (rawCumulativeReward: bigint) => ({ nodeId: 1n, rawCumulativeReward });

describe("dueReward", () => {
  it("should be what was earned and not collected", async () => {
    expect(await dueReward(after(0n), leaf(13n))).to.deep.equal({ mill: 3n, isHeld: false });
    expect((await dueReward(after(0n), leaf(10n))).mill).to.equal(0n);
  });

  it("should count corrections, of a node that earned nothing since too", async () => {
    expect((await dueReward(after(2n), leaf(10n))).mill).to.equal(2n);
    expect((await dueReward(after(-4n), leaf(13n))).mill).to.equal(0n);
    expect((await dueReward(after(0n, 1n), leaf(13n))).isHeld).to.equal(true);
  });
});
