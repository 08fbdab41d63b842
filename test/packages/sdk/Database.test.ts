import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { expect } from "chai";

import { Database } from "@millrace/sdk/database";

const SCHEMA = "CREATE TABLE IF NOT EXISTS numbers (n INTEGER NOT NULL) STRICT;";
const HINT = "Use another folder.";

describe("Database", () => {
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "millrace-database-"));
  });

  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  const open = (): Database => new Database(join(folder, "below", "data.sqlite"), SCHEMA);

  it("should belong to one process at a time, and to the next once that has ended", () => {
    const db = open();
    expect(open).to.throw(/cannot be opened: database is locked/);
    db.close();
    open().close();
  });

  it("should belong to what it was bound to first", () => {
    const db = open();
    db.bindTo({ chain: "1", key: "0xaa" }, HINT);
    db.bindTo({ chain: "1" }, HINT);
    expect(() => {
      db.bindTo({ chain: "2" }, HINT);
    }).to.throw(/belongs to chain 1, not 2/);
    db.close();
  });

  it("should go on after a disk that was full", () => {
    const db = open();
    db.limit(4);
    const fill = (count: number) => () => {
      db.transaction(() => {
        for (let n = 0; n < count; n++) db.run("INSERT INTO numbers VALUES (?)", n);
      });
    };
    expect(fill(10_000)).to.throw(/disk of .* takes nothing/);
    expect(db.get("SELECT count(*) AS n FROM numbers")).to.include({ n: 0 });
    db.limit(1_000);
    fill(10)();
    expect(db.get("SELECT count(*) AS n FROM numbers")).to.include({ n: 10 });
    db.close();
  });

  it("should say at once that a folder cannot be made", () => {
    expect(() => new Database("/proc/millrace/data.sqlite", SCHEMA)).to.throw(/cannot be opened: E/);
  });
});
