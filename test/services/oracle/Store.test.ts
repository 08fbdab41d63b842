import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { expect } from "chai";
import fc from "fast-check";

import { ContradictionError, Store } from "../../../services/oracle/src/store/Store.js";

describe("Store", () => {
  let folder: string;
  let file: string;
  let store: Store;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "millrace-store-"));
    file = join(folder, "oracle.sqlite");
    store = new Store(file);
  });

  afterEach(() => {
    store.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const reopen = (): void => {
    store.close();
    store = new Store(file);
  };
  const sign =
    (signature: string): (() => Promise<string>) =>
    async () =>
      await Promise.resolve(signature);
  const rejection = async (attempt: Promise<unknown>): Promise<unknown> => {
    try {
      await attempt;
    } catch (error) {
      return error;
    }
    throw new Error("it did not fail");
  };

  describe("signOnce", () => {
    it("should sign one statement of a scope, and give the same signature again", async () => {
      expect(await store.signOnce("report", 3, "0xaa", "0x01", sign("first"))).to.equal("first");
      reopen();
      expect(await store.signOnce("report", 3, "0xaa", "0x01", sign("again"))).to.equal("first");
      const error = await rejection(store.signOnce("report", 3, "0xaa", "0x02", sign("other")));
      expect(error).to.be.instanceOf(ContradictionError).and.to.include({ kind: "report", epoch: 3, bound: "0x01" });
      expect(store.statement("report", 3, "0xaa")).to.deep.equal({ hash: "0x01", signature: "first" });
    });

    it("should be bound by what it meant to sign when it was killed before the signature was made (I7)", async () => {
      const killed = async (): Promise<string> => await Promise.reject(new Error("killed"));
      await rejection(store.signOnce("report", 3, "0xaa", "0x01", killed));
      reopen();
      expect(await rejection(store.signOnce("report", 3, "0xaa", "0x02", sign("other")))).to.be.instanceOf(
        ContradictionError,
      );
      expect(await store.signOnce("report", 3, "0xaa", "0x01", sign("late"))).to.equal("late");
    });

    it("should have written the statement before it asks for the signature", async () => {
      await store.signOnce("vote", 5, "0", "0x01", async () => {
        expect(store.statement("vote", 5, "0")).to.deep.equal({ hash: "0x01", signature: "" });
        return await Promise.resolve("signed");
      });
    });

    it("should keep kinds, epochs and scopes apart", async () => {
      await store.signOnce("report", 3, "0xaa", "0x01", sign("a"));
      await store.signOnce("report", 3, "0xbb", "0x02", sign("b"));
      await store.signOnce("report", 4, "0xaa", "0x03", sign("c"));
      await store.signOnce("vote", 3, "0xaa", "0x04", sign("d"));
      expect(store.statement("report", 3, "0xbb")?.signature).to.equal("b");
    });

    it("should let two callers at the same moment make one statement", async () => {
      const attempts = ["0x01", "0x02"].map((hash) => store.signOnce("vote", 1, "7", hash, sign(hash)));
      const outcomes = await Promise.allSettled(attempts);
      expect(outcomes.map(({ status }) => status)).to.deep.equal(["fulfilled", "rejected"]);
    });
  });

  it("should know the highest round of a vote, as a number", async () => {
    expect(store.lastRound(1)).to.equal(-1);
    for (const round of ["2", "10", "9"]) await store.signOnce("vote", 1, round, "0x01", sign("v"));
    expect(store.lastRound(1)).to.equal(10);
    expect(store.lastRound(2)).to.equal(-1);
  });

  it("should be locked against a second process on the same file", () => {
    expect(() => new Store(file)).to.throw(/cannot be opened/);
  });

  it("should belong to one chain, contract and key", () => {
    store.identify({ chain: "1", key: "0xaa" });
    reopen();
    store.identify({ chain: "1", key: "0xaa" });
    expect(() => {
      store.identify({ chain: "1", key: "0xbb" });
    }).to.throw(/belongs to key 0xaa/);
  });

  it("should add sightings in any order to the same bitmaps, and keep them", () => {
    let epoch = 0;
    const sighting = fc.tuple(fc.bigInt({ min: 1n, max: 4n }), fc.bigInt({ min: 0n, max: 239n }));
    fc.assert(
      fc.property(fc.array(sighting, { maxLength: 20 }), (seen) => {
        epoch++;
        const expected = new Map<bigint, bigint>();
        for (const [node, slot] of seen) {
          store.addSightings(epoch, new Map([[node, 1n << slot]]));
          expected.set(node, (expected.get(node) ?? 0n) | (1n << slot));
        }
        expect(store.sightings(epoch)).to.deep.equal(expected);
      }),
      { numRuns: 10 },
    );
  });

  it("should forget old sightings, and never what was signed", async () => {
    for (const epoch of [1, 2]) store.addSightings(epoch, new Map([[1n, 1n]]));
    await store.signOnce("report", 1, "0xaa", "0x01", sign("first"));
    store.prune(2);
    expect([store.sightings(1).size, store.sightings(2).size]).to.deep.equal([0, 1]);
    expect(store.statement("report", 1, "0xaa")?.signature).to.equal("first");
  });

  it("should keep observations and reports", () => {
    const observation = {
      epoch: 2,
      attestor: "0x00000000000000000000000000000000000000Aa",
      contentHash: "0x01",
      content: new Uint8Array([1, 2, 3]),
      signature: "0x02",
    };
    store.putObservation(observation);
    store.putObservation(observation);
    store.putReport("0x03", 2, new Uint8Array([9]));
    store.attend(2);
    reopen();
    expect(store.observations(2)).to.deep.equal([observation]);
    expect(store.observations(3)).to.deep.equal([]);
    expect(store.reportData("0x03")).to.deep.equal(new Uint8Array([9]));
    expect(store.reportData("0x04")).to.equal(undefined);
    expect([store.attended(2), store.attended(3)]).to.deep.equal([true, false]);
  });
});
