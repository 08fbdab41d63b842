import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { expect } from "chai";

import { WatcherStore } from "../../../services/watcher/src/WatcherStore.js";

const CLAIM = { game: "results", claimId: 257n } as const;

describe("WatcherStore", () => {
  let folder: string;
  let store: WatcherStore;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "millrace-watcher-"));
    store = new WatcherStore(folder);
  });

  afterEach(() => {
    store.close();
    rmSync(folder, { recursive: true });
  });

  it("should look anew at a claim that stands in another block, whatever is found of the one before", () => {
    const [before, after] = [
      { ...CLAIM, block: 10 },
      { ...CLAIM, block: 12 },
    ];
    store.addClaims([before], 11);
    expect(store.open()).to.deep.equal([{ ...before, status: "seen" }]);
    // It is still executed when the chain replaces its block: its provider may claim something else there.
    store.addClaims([after], 13);
    store.setStatus(before, "right", "right");
    expect(store.open()).to.deep.equal([{ ...after, status: "seen" }]);
    store.setStatus(before, "watching");
    expect(store.open()).to.deep.equal([{ ...after, status: "seen" }]);
    store.setStatus(after, "watching");
    store.addClaims([after], 14);
    expect(store.open(), "read again").to.deep.equal([{ ...after, status: "watching" }]);
    store.setStatus(after, "closed", "proven");
    expect([store.open(), store.counts()]).to.deep.equal([[], { proven: 1 }]);
  });
});
