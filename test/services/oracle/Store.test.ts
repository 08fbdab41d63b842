import {
  closeSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { MillraceError } from "@millrace/sdk";
import { expect } from "chai";
import { Wallet } from "ethers";

import type { SignedHeartbeat } from "@millrace/uptime-tree/format";

import { KeyLock } from "../../../services/oracle/src/store/KeyLock.js";
import { ContradictionError } from "../../../services/oracle/src/store/ContradictionError.js";
import type { KeptHeartbeat } from "../../../services/oracle/src/store/SlotStore.js";
import { Store } from "../../../services/oracle/src/store/Store.js";

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
      expect(await store.statements.signOnce("report", 3, "0xaa", "0x01", sign("first"))).to.equal("first");
      reopen();
      expect(await store.statements.signOnce("report", 3, "0xaa", "0x01", sign("again"))).to.equal("first");
      const error = await rejection(store.statements.signOnce("report", 3, "0xaa", "0x02", sign("other")));
      expect(error).to.be.instanceOf(ContradictionError).and.to.include({ kind: "report", epoch: 3, bound: "0x01" });
      expect(store.statements.made("report", 3, "0xaa")).to.deep.equal({ hash: "0x01", signature: "first" });
    });

    it("should be bound by what it meant to sign when it was killed before the signature was made (I7)", async () => {
      const killed = async (): Promise<string> => await Promise.reject(new Error("killed"));
      await rejection(store.statements.signOnce("report", 3, "0xaa", "0x01", killed));
      reopen();
      expect(await rejection(store.statements.signOnce("report", 3, "0xaa", "0x02", sign("other")))).to.be.instanceOf(
        ContradictionError,
      );
      expect(await store.statements.signOnce("report", 3, "0xaa", "0x01", sign("late"))).to.equal("late");
    });

    it("should have written the statement before it asks for the signature", async () => {
      await store.statements.signOnce("vote", 5, "0", "0x01", async () => {
        expect(store.statements.made("vote", 5, "0")).to.deep.equal({ hash: "0x01", signature: "" });
        return await Promise.resolve("signed");
      });
    });

    it("should keep kinds, epochs and scopes apart", async () => {
      await store.statements.signOnce("report", 3, "0xaa", "0x01", sign("a"));
      await store.statements.signOnce("report", 3, "0xbb", "0x02", sign("b"));
      await store.statements.signOnce("report", 4, "0xaa", "0x03", sign("c"));
      await store.statements.signOnce("vote", 3, "0xaa", "0x04", sign("d"));
      expect(store.statements.made("report", 3, "0xbb")?.signature).to.equal("b");
      expect(store.statements.signedFor("report", 3, "0x02")?.signature).to.equal("b");
      for (const [kind, epoch, hash] of [
        ["report", 4, "0x02"],
        ["report", 3, "0x04"],
      ] as const)
        expect(store.statements.signedFor(kind, epoch, hash)).to.equal(undefined);
    });

    it("should not take what was only begun for signed", async () => {
      await rejection(
        store.statements.signOnce("report", 3, "0xaa", "0x01", () => Promise.reject(new Error("killed"))),
      );
      expect(store.statements.signedFor("report", 3, "0x01")).to.equal(undefined);
      expect(store.statements.signed("report", 3, "0xaa")).to.equal(undefined);
    });

    it("should let two callers at the same moment make one statement", async () => {
      const attempts = ["0x01", "0x02"].map((hash) => store.statements.signOnce("vote", 1, "7", hash, sign(hash)));
      const outcomes = await Promise.allSettled(attempts);
      expect(outcomes.map(({ status }) => status)).to.deep.equal(["fulfilled", "rejected"]);
    });
  });

  it("should know the highest round of a vote, as a number", async () => {
    expect(store.statements.lastRound(1)).to.equal(-1);
    for (const round of ["2", "10", "9"]) await store.statements.signOnce("vote", 1, round, "0x01", sign("v"));
    expect(store.statements.lastRound(1)).to.equal(10);
    expect(store.statements.lastRound(2)).to.equal(-1);
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

  it("should be locked against a second process with the same key, whatever its folder", async () => {
    const take = async (contract: string, key: string): Promise<KeyLock> => KeyLock.take(1, contract, key);
    const [contract, key] = [Wallet.createRandom().address, Wallet.createRandom().address];
    const lock = await take(contract, key);
    const second: unknown = await take(contract.toLowerCase(), key.toLowerCase()).catch((error: unknown) => error);
    expect(second)
      .to.be.instanceOf(MillraceError)
      .and.to.match(/Another process/);
    await (await take(contract, Wallet.createRandom().address)).release();
    await lock.release();
    await (await take(contract, key)).release();
  });

  it("should sign nothing that it could not count, and count it when there is room again (I7)", async () => {
    const { tally } = store.statements as unknown as { tally: { fd: number } };
    const counted = (): bigint => readFileSync(`${file}.tally`).readBigUInt64BE(0);
    const { fd } = tally;
    // The row finds room where there is some already; the count cannot be written.
    tally.fd = openSync(`${file}.tally`, "r");
    await rejection(store.statements.signOnce("report", 3, "0xaa", "0x01", sign("too early")));
    closeSync(tally.fd);
    tally.fd = fd;
    expect(store.statements.signed("report", 3, "0xaa")).to.equal(undefined);
    expect(counted()).to.equal(0n);
    expect(await store.statements.signOnce("report", 3, "0xaa", "0x01", sign("first"))).to.equal("first");
    expect(counted(), "what is signed is counted").to.equal(1n);
    await store.statements.signOnce("report", 4, "0xaa", "0x01", sign("second"));
    expect(counted()).to.equal(2n);
  });

  it("should sign nothing when the disk is full, and the same when there is room again", async () => {
    store.db.limit(1);
    let signed = 0;
    const count = async (): Promise<string> => {
      signed++;
      return await Promise.resolve("signature");
    };
    // Rows fit into pages that are there already: fill them up first.
    const fill = async (): Promise<void> => {
      for (let scope = 0; scope < 1_000; scope++)
        await store.statements.signOnce("vote", 9, String(scope), "0x".padEnd(400, "0"), sign("v"));
    };
    await rejection(fill());
    for (let i = 0; i < 50; i++)
      await rejection(store.statements.signOnce("report", 3, `0xaa${i}`.padEnd(2_000, "0"), "0x01", count));
    expect(signed).to.equal(0);
    store.db.limit(1_000_000);
    expect(await store.statements.signOnce("report", 3, "0xaa", "0x01", count)).to.equal("signature");
  });

  describe("after a kill and with damaged files", () => {
    /** A copy of the files as a kill leaves them, the journal not yet in the database, and what becomes of its start. */
    const afterKill = (spoil: (files: Record<"db" | "tally" | "wal", string>) => void): Store => {
      const copy = join(folder, "copy");
      mkdirSync(copy, { recursive: true });
      const files = { db: join(copy, "oracle.sqlite"), wal: join(copy, "oracle.sqlite-wal"), tally: "" };
      files.tally = `${files.db}.tally`;
      copyFileSync(file, files.db);
      copyFileSync(`${file}-wal`, files.wal);
      copyFileSync(`${file}.tally`, files.tally);
      spoil(files);
      return new Store(files.db);
    };
    const spoilEnd = (path: string): void => {
      const bytes = readFileSync(path);
      writeFileSync(path, bytes.fill(0xff, Math.max(0, bytes.length - 100)));
    };

    beforeEach(async () => {
      for (const scope of ["0xaa", "0xbb"]) await store.statements.signOnce("report", 3, scope, "0x01", sign(scope));
      // Begun and not signed: the newest frame of the journal is the statement itself.
      await rejection(
        store.statements.signOnce("report", 4, "0xaa", "0x02", () => Promise.reject(new Error("killed"))),
      );
    });

    it("should go on with all that was begun", () => {
      const again = afterKill(() => undefined);
      expect(again.statements.made("report", 4, "0xaa")).to.deep.equal({ hash: "0x02", signature: "" });
      again.close();
    });

    it("should not start on a journal whose last line is damaged: a statement is missing (I7)", () => {
      expect(() =>
        afterKill(({ wal }) => {
          spoilEnd(wal);
        }),
      ).to.throw(/damaged: 3 statements were begun, 2 are left/);
    });

    it("should not start without its journal, nor with a count that is none", () => {
      const without = (): Store =>
        afterKill(({ wal }) => {
          rmSync(wal);
        });
      expect(without).to.throw(/statements were begun/);
      expect(() =>
        afterKill(({ tally }) => {
          spoilEnd(tally);
        }),
      ).to.throw(/no count/);
    });

    it("should go on when it was killed between the statement and its count", () => {
      const again = afterKill(({ tally }) => {
        rmSync(tally);
      });
      expect(again.statements.made("report", 3, "0xbb")?.signature).to.equal("0xbb");
      again.close();
    });
  });

  it("should not start on a damaged file", async () => {
    await store.statements.signOnce("report", 3, "0xaa", "0x01", sign("first"));
    store.close();
    const bytes = readFileSync(file);
    // The statements' pages, not the header: SQLite would open it and miss what was signed.
    bytes.fill(0xff, 4_096);
    writeFileSync(file, bytes);
    expect(() => new Store(file)).to.throw(/damaged|cannot be opened/);
    writeFileSync(file, "no database at all, but long enough to look like one".repeat(100));
    expect(() => new Store(file)).to.throw(/cannot be opened/);
    rmSync(file);
    expect(() => new Store(file), "the database is gone, what it signed is not").to.throw(/1 statements were begun/);
    rmSync(`${file}.tally`);
    store = new Store(file);
  });

  const heartbeat: SignedHeartbeat = {
    epoch: 1,
    slot: 4,
    nodeIds: [1n, 2n ** 63n],
    blockNumber: 2n ** 60n,
    blockHash: "0x" + "ab".repeat(32),
    signature: "0x" + "cd".repeat(64),
  };

  it("should keep heartbeats in the order in which they came, all or none", () => {
    const kept = (hash: string, nodeIds: bigint[]): KeptHeartbeat => ({ hash, heartbeat, nodeIds });
    store.slots.addHeartbeats([kept("0x01", [1n]), kept("0x02", [1n, 2n ** 63n])]);
    expect(() => {
      store.slots.addHeartbeats([kept("0x03", [3n]), kept(null as unknown as string, [4n])]);
    }).to.throw(/^NOT NULL constraint failed: heartbeats?\.hash$/);
    reopen();
    expect([...store.slots.heard(1, 4)]).to.deep.equal([[1n, "0x01"], [2n ** 63n, "0x02"]]); // prettier-ignore
    expect(store.slots.heardSlots(1)).to.deep.equal([4]);
    expect(store.slots.heartbeatOf(1, 4, 2n ** 63n, "0x02")).to.deep.equal(heartbeat);
    for (const [slot, nodeId, hash] of [
      [4, 1n, "0x03"],
      [5, 1n, "0x01"],
      [4, 2n ** 63n, "0x01"],
    ] as const)
      // prettier-ignore
      expect(store.slots.heartbeatOf(1, slot, nodeId, hash)).to.equal(undefined);
  });

  it("should keep slots, batches, observations and reports, and what was spent", () => {
    const batch = { epoch: 2, slot: 1, attestor: "0xAa", root: "0x01", signature: "0x02" };
    const bytes = new Uint8Array([1, 2, 3]);
    const observation = {
      epoch: 2,
      attestor: "0xAa",
      root: "0x01",
      batchRoots: bytes,
      sightings: bytes,
      signature: "0x02",
    };
    for (let i = 0; i < 2; i++) {
      store.slots.closeSlot(2, 1, [5n, 6n]);
      store.evidence.putBatch(batch);
      store.evidence.putObservation(observation);
      store.reports.put("0x03", 2, bytes);
      store.spend(7, 10n ** 18n);
    }
    store.slots.closeSlot(2, 1, []);
    store.attend(2);
    reopen();
    expect([...(store.slots.seenIn(2, 1) ?? [])]).to.deep.equal([5n, 6n]);
    expect([store.slots.isSlotClosed(2, 1), store.slots.isSlotClosed(2, 2)]).to.deep.equal([true, false]);
    expect(store.evidence.batches(2)).to.deep.equal([batch]);
    expect(store.evidence.batches(2, 0)).to.deep.equal([]);
    expect(store.evidence.observation(2, "0x01")).to.deep.equal(observation);
    expect(store.evidence.observations(2)).to.deep.equal([{ attestor: "0xAa", root: "0x01", signature: "0x02" }]);
    expect(store.reports.data("0x03")).to.deep.equal(bytes);
    expect(store.reports.data("0x04")).to.equal(undefined);
    expect([store.attended(2), store.attended(3)]).to.deep.equal([true, false]);
    expect([store.spentOn(7), store.spentOn(8)]).to.deep.equal([2n * 10n ** 18n, 0n]);
  });

  it("should keep two observations of one that contradicts itself, and the newest few, however many it makes", () => {
    const observation = { epoch: 2, attestor: "0xAa", batchRoots: new Uint8Array(32), sightings: new Uint8Array(32) };
    const rootOf = (i: number): string => `0x${String(i).padStart(2, "0")}`;
    for (let i = 0; i < 50; i++) store.evidence.putObservation({ ...observation, root: rootOf(i), signature: "0x02" });
    store.evidence.putObservation({ ...observation, attestor: "0xBb", root: "0xbb", signature: "0x02" });
    const kept = store.evidence.observations(2).map(({ attestor, root }) => [attestor, root]);
    const expected = [0, 1, 44, 45, 46, 47, 48, 49].map((i) => ["0xAa", rootOf(i)]);
    expect(kept).to.deep.equal([...expected, ["0xBb", "0xbb"]]);
  });

  it("should forget old evidence, but never what was signed nor the newest report", async () => {
    for (const epoch of [1, 2]) {
      store.slots.addHeartbeats([{ hash: "0x01", heartbeat: { ...heartbeat, epoch }, nodeIds: [1n] }]);
      store.reports.put(`0x0${epoch}`, epoch, new Uint8Array([epoch]));
    }
    await store.statements.signOnce("report", 1, "0xaa", "0x01", sign("first"));
    store.prune(3, 2);
    expect([store.slots.heardSlots(1), store.slots.heardSlots(2)]).to.deep.equal([[], []]);
    expect([store.reports.data("0x01"), store.reports.data("0x02")]).to.deep.equal([undefined, new Uint8Array([2])]);
    expect(store.statements.made("report", 1, "0xaa")?.signature).to.equal("first");
  });
});
