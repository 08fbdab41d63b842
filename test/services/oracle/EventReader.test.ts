import { expect } from "chai";
import type { Filter, Log } from "ethers";

import { DutyStore } from "../../../services/oracle/src/duties/DutyStore.js";
import { EventReader } from "../../../services/oracle/src/duties/EventReader.js";
import { Store } from "../../../services/oracle/src/store/Store.js";

/** Most logs of an answer. */
const MOST = 10;

describe("EventReader", () => {
  it("should pass blocks that somebody filled with more events than a node gives at once (I7)", async () => {
    const store = new Store(":memory:");
    // Ten events in each of two blocks, and one long after them.
    const full = [700, 701, 9_901].flatMap((block) => Array.from({ length: MOST }, () => block));
    const blocks = [...full, 9_950].sort((a, b) => a - b);
    const reader = new EventReader({
      ...{ name: "events", address: "0x", topics: ["0x"], fromBlock: 1, store: new DutyStore(store.db) },
      provider: {
        getLogs: (filter) => {
          const { fromBlock, toBlock } = filter as Filter & { fromBlock: number; toBlock: number };
          const found = blocks.filter((block) => block >= fromBlock && block <= toBlock);
          if (found.length > MOST) return Promise.reject(new Error(`more than ${MOST} results`));
          return Promise.resolve(found.map((blockNumber) => ({ blockNumber, removed: false }) as unknown as Log));
        },
      },
    });
    const taken: number[] = [];
    const read = (): Promise<void> => reader.read(10_000, 9_900, ({ blockNumber }) => taken.push(blockNumber));
    await read();
    expect(taken).to.deep.equal(blocks);
    await read();
    const mayChange = blocks.filter((block) => block > 9_900);
    expect(taken.slice(blocks.length), "what is not final comes again").to.deep.equal(mayChange);
    store.close();
  });
});
