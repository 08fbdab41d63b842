import { ChunkHistory } from "@millrace/jobs";
import { UNSETTLED_BLOCKS } from "@millrace/sdk";
import { expect } from "chai";

import type { IApprovalMarket } from "../../../typechain-types/index.js";

const TASK = 7n;

interface Event {
  readonly name: "ChunkPaid" | "ChunkRefunded" | "ChunkSubmitted";
  readonly blockNumber: number;
  readonly args: Readonly<Record<string, unknown>>;
}

describe("ChunkHistory", () => {
  /** What the chain has. */
  let events: Event[];
  let history: ChunkHistory;

  const market = {
    filters: Object.fromEntries(
      (["ChunkPaid", "ChunkRefunded", "ChunkSubmitted"] as const).map((name) => [name, () => name]),
    ),
    queryFilter: (asked: string, from: number, to: number) =>
      Promise.resolve(events.filter(({ name, blockNumber: at }) => name === asked && at >= from && at <= to)),
  } as unknown as IApprovalMarket;

  const submitted = (blockNumber: number, chunk: bigint, attempt = 1n, submission = 1n): Event => ({
    name: "ChunkSubmitted",
    blockNumber,
    args: { chunk, attempt, submission, previewHash: "0x01", cipherRoot: "0x02" },
  });
  const paid = (blockNumber: number, chunk: bigint): Event => ({
    name: "ChunkPaid",
    blockNumber,
    args: { chunk, key: "0x03" },
  });

  beforeEach(() => {
    events = [];
    history = new ChunkHistory(TASK, 0);
  });

  it("should say what is in flight, what comes next, and what was settled long ago", async () => {
    events = [submitted(1, 0n), submitted(2, 1n), submitted(3, 1n, 1n, 2n), paid(4, 0n)];
    await history.readTo(market, 4);
    for (const block of [4, 5, 4 * UNSETTLED_BLOCKS, 8 * UNSETTLED_BLOCKS]) {
      await history.readTo(market, block);
      expect(history.inFlight(1)).to.deep.equal([1]);
      expect(history.nextOf(1, 3)).to.equal(2);
      expect(history.nextOf(2, 3)).to.equal(1);
      expect(history.lastOf(1)).to.include({ attempt: 1, submission: 2 });
      expect(history.keyOf(0)).to.equal("0x03");
      expect(history.keyOf(1)).to.equal(undefined);
    }
  });

  it("should know that a chunk is in flight whose key was shown in a block that was replaced", async () => {
    events = [submitted(1, 0n), paid(3, 0n)];
    await history.readTo(market, 4);
    expect(history.inFlight(1)).to.deep.equal([]);
    events = [submitted(1, 0n)];
    await history.readTo(market, 5);
    expect(history.inFlight(1)).to.deep.equal([0]);
    expect(history.keyOf(0)).to.equal(undefined);
  });

  it("should see a submission that only the block has that came in the place of one that it read", async () => {
    await history.readTo(market, 4);
    events = [submitted(3, 0n)];
    await history.readTo(market, 5);
    expect(history.inFlight(1)).to.deep.equal([0]);
    expect(history.nextOf(1, 2)).to.equal(1);
  });
});
