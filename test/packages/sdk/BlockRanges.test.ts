import { expect } from "chai";

import { BlockRanges, MillraceError } from "@millrace/sdk";

/** Most events of an answer. */
const MOST = 10;

describe("BlockRanges", () => {
  /** Blocks of events, of which a node gives a few at once. */
  const nodeOf = (events: readonly number[], refuse: () => Error) => {
    const asked: number[] = [];
    const read = (first: number, last: number): Promise<number[]> => {
      asked.push(last - first + 1);
      const found = events.filter((block) => block >= first && block <= last);
      return found.length > MOST ? Promise.reject(refuse()) : Promise.resolve(found);
    };
    return { asked, read };
  };
  const inBlock = (block: number, events = MOST): number[] => Array.from({ length: events }, () => block);

  it("should pass blocks that somebody filled, in one read, and ask for many again", async () => {
    const events = [...inBlock(700), ...inBlock(701), ...inBlock(702), 9_000];
    const { asked, read } = nodeOf(events, () => new Error("more than 10 results"));
    const found: number[] = [];
    let next = 1;
    for await (const range of new BlockRanges().read(1, 10_000, read)) {
      expect(range.first, "one after the other").to.equal(next);
      next = range.last + 1;
      found.push(...range.found);
    }
    expect(next).to.equal(10_001);
    expect(found).to.deep.equal(events);
    expect(asked.at(0)).to.equal(2_000);
    expect(Math.max(...asked.slice(asked.indexOf(1))), "many at once again").to.equal(2_000);
    expect(asked.length).to.be.below(60);
  });

  it("should fail as a single block does, and ask for nothing where there is nothing", async () => {
    const { asked, read } = nodeOf(inBlock(5, MOST + 1), () => new Error("more than 10 results"));
    const all = async (from: number, to: number): Promise<void> => {
      const ranges = new BlockRanges().read(from, to, read);
      while ((await ranges.next()).done !== true);
    };
    expect(await all(1, 10).catch((error: unknown) => (error as Error).message)).to.equal("more than 10 results");
    asked.length = 0;
    await all(11, 10);
    expect(asked).to.deep.equal([]);
  });

  it("should remember for the next read what a node answered with nothing at all", async () => {
    const down = (): Error => new MillraceError("RPC_DOWN", "No node answers.", { hint: "Wait." });
    const { asked, read } = nodeOf([...inBlock(3), ...inBlock(4)], down);
    const ranges = new BlockRanges();
    let from = 1;
    let failures = 0;
    while (from <= 4) {
      try {
        for await (const { last } of ranges.read(from, 4, read)) from = last + 1;
      } catch {
        failures++;
      }
    }
    expect(asked.length - failures, "no node is asked at once for less").to.equal(3);
    expect(failures).to.equal(2);
  });
});
