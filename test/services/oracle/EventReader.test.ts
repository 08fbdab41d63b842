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
    const blocks = [...Array.from({ length: MOST }, () => 700), ...Array.from({ length: MOST }, () => 701), 9_000];
    let [refused, largest] = [0, 0];
    const reader = new EventReader({
      ...{ name: "events", address: "0x", topics: ["0x"], fromBlock: 1, store: new DutyStore(store.db) },
      provider: {
        getLogs: (filter) => {
          const { fromBlock, toBlock } = filter as Filter & { fromBlock: number; toBlock: number };
          const found = blocks.filter((block) => block >= fromBlock && block <= toBlock);
          if (found.length > MOST) return Promise.reject(new Error(`${++refused}: more than ${MOST} results`));
          largest = Math.max(largest, toBlock - fromBlock + 1);
          return Promise.resolve(found.map((blockNumber) => ({ blockNumber, removed: false }) as unknown as Log));
        },
      },
    });
    const taken: number[] = [];
    for (let steps = 0; steps < 40; steps++) {
      await reader.read(10_000, 9_900, ({ blockNumber }) => taken.push(blockNumber)).catch(() => undefined);
    }
    expect(taken.filter((block) => block < 9_900)).to.deep.equal(blocks);
    expect(refused, "a step each").to.be.within(1, 30);
    expect(largest, "many at once again").to.equal(2_000);
    store.close();
  });
});
