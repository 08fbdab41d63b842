import { expect } from "chai";
import type { Provider } from "ethers";

import { EpochClock } from "@millrace/sdk";

import { ChainWatch } from "../../../services/oracle/src/chain/ChainWatch.js";

/** Epochs of 40 s with slots of 8 s from second 1000 on. */
const clock = new EpochClock({ genesisAt: 1_000, epochSeconds: 40, slotsPerEpoch: 5 });

interface FakeBlock {
  number: number;
  hash: string;
  parentHash: string;
  timestamp: number;
}

describe("ChainWatch", () => {
  let blocks: FakeBlock[];
  let nowMs: number;
  let watch: ChainWatch;

  const mine = (timestamp: number, fork = 0): string => {
    const hash = `0x${fork}${blocks.length.toString(16).padStart(63, "0")}`;
    blocks.push({ number: blocks.length, hash, parentHash: blocks.at(-1)?.hash ?? "0x", timestamp });
    return hash;
  };
  let reorgs: number[];

  beforeEach(() => {
    blocks = [];
    nowMs = 50_000;
    const getBlock = async (which: string | number): Promise<FakeBlock | null> =>
      await Promise.resolve((which === "latest" ? blocks.at(-1) : blocks[Number(which)]) ?? null);
    reorgs = [];
    watch = new ChainWatch(
      { getBlock } as unknown as Provider,
      clock,
      () => nowMs,
      (depth) => reorgs.push(depth),
    );
  });

  it("should notice replaced blocks, follow the new ones, and still know the old", async () => {
    const old = [mine(1_000), mine(1_001), mine(1_002), mine(1_003)];
    await watch.poll();
    mine(1_004);
    await watch.poll();
    expect(reorgs).to.deep.equal([]);
    blocks.length = 3;
    const replaced = [mine(1_003, 1), mine(1_005, 1), mine(1_006, 1)];
    await watch.poll();
    expect(reorgs).to.deep.equal([2]);
    expect(watch.latest?.hash).to.equal(replaced.at(-1));
    // A heartbeat that was bound to a block is as good when that block is gone: it was not made in advance.
    expect(watch.block(old[3]!)?.number).to.equal(3);
    await watch.poll();
    expect(reorgs).to.have.length(1);
  });

  it("should not go back with a node that lags, and take a shorter chain for what it is", async () => {
    for (let timestamp = 1_000; timestamp < 1_006; timestamp++) {
      mine(timestamp);
      await watch.poll();
    }
    blocks.length = 4;
    await watch.poll();
    expect([watch.latest?.number, reorgs.length]).to.deep.equal([5, 0]);
    blocks.length = 3;
    mine(1_009, 1);
    await watch.poll();
    expect([watch.latest?.number, watch.latest?.timestamp]).to.deep.equal([3, 1_009]);
    expect(reorgs).to.deep.equal([3]);
  });

  it("should see all blocks between two polls", async () => {
    const first = mine(1_000);
    await watch.poll();
    const hashes = [mine(1_001), mine(1_002), mine(1_003)];
    await watch.poll();
    expect(watch.latest?.number).to.equal(3);
    for (const hash of [first, ...hashes]) expect(watch.block(hash)).not.to.equal(undefined);
    expect(watch.block("0x" + "ff".repeat(32))).to.equal(undefined);
  });

  it("should keep a slot open for its rest and a quarter, as the member's own clock measures it", async () => {
    mine(1_002);
    await watch.poll();
    // The block is 2 s into slot 0: 6 s are left of it, and 2 s of grace.
    nowMs += 8_000;
    expect(watch.isOpen(0, 0)).to.equal(true);
    nowMs += 1;
    expect(watch.isOpen(0, 0)).to.equal(false);
    expect(watch.isOpen(0, 1), "no block of slot 1 was seen").to.equal(false);
  });

  it("should count from the first block of a slot, not from later ones", async () => {
    mine(1_000);
    await watch.poll();
    nowMs += 9_000;
    mine(1_007);
    await watch.poll();
    nowMs += 1_001;
    expect(watch.isOpen(0, 0)).to.equal(false);
  });

  it("should settle an epoch when the chain has left it and its last slot is closed", async () => {
    mine(1_039);
    await watch.poll();
    expect(watch.isSettled(0)).to.equal(false);
    mine(1_040);
    await watch.poll();
    expect(watch.isSettled(0), "the last slot is still open").to.equal(false);
    nowMs += 3_001;
    expect(watch.isSettled(0)).to.equal(true);
    expect(watch.isSettled(1)).to.equal(false);
  });

  it("should share a poll that is under way", async () => {
    mine(1_000);
    const [first, second] = [watch.poll(), watch.poll()];
    expect(first).to.equal(second);
    await first;
  });

  it("should ignore time before the first epoch", async () => {
    mine(990);
    await watch.poll();
    expect(watch.isOpen(-1, 3)).to.equal(false);
  });
});
