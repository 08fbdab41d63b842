import { dirname } from "node:path";
import { DatabaseSync, type SQLInputValue, type StatementSync } from "node:sqlite";

import { MillraceError } from "../errors/MillraceError.js";
import { makeFolder } from "../files/makeFolder.js";

export type Row = Readonly<Record<string, unknown>>;

/** Result codes of SQLite for which the disk is to blame: READONLY, IOERR, FULL. */
const DISK_ERRORS: ReadonlySet<number> = new Set([8, 10, 13]);

/**
 * One SQLite file. Every commit is on the disk before it returns (synchronous=FULL), and the file is locked: a second
 * process with the same file does not start.
 */
export class Database {
  private readonly db: DatabaseSync;
  private readonly prepared = new Map<string, StatementSync>();

  /** @param schema statements that create what is not there */
  constructor(
    readonly file: string,
    schema: string,
  ) {
    let db: DatabaseSync | undefined;
    try {
      if (file !== ":memory:") makeFolder(dirname(file));
      db = new DatabaseSync(file);
      db.exec("PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;");
      db.exec(`BEGIN EXCLUSIVE; ${schema} COMMIT;`);
      this.db = db;
    } catch (cause) {
      db?.close();
      throw new MillraceError("WRONG_STATE", `The database ${file} cannot be opened: ${reason(cause)}.`, {
        hint: "Another process may be running on it, the disk may be full or read-only, or the file is damaged.",
        cause,
      });
    }
  }

  close(): void {
    this.db.close();
  }

  /**
   * Checks that a table can be read whole.
   * @param hint what to do if not
   * @throws MillraceError WRONG_STATE
   */
  check(table: string, hint: string): void {
    let found: string;
    try {
      found = String(Object.values(this.get(`PRAGMA quick_check('${table}')`) ?? {})[0]);
    } catch (error) {
      found = reason(error);
    }
    if (found === "ok") return;
    throw new MillraceError("WRONG_STATE", `The database ${this.file} is damaged: ${found}.`, { hint });
  }

  /**
   * Binds the file to whatever its content is of, such as a chain and a key, or checks that it is bound to them.
   * @param hint what to do if it is another's
   * @throws MillraceError WRONG_STATE
   */
  bindTo(identity: Readonly<Record<string, string>>, hint: string): void {
    this.run("CREATE TABLE IF NOT EXISTS identity (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT");
    for (const [name, value] of Object.entries(identity)) {
      this.run("INSERT OR IGNORE INTO identity VALUES (?, ?)", name, value);
      const bound = this.get("SELECT value FROM identity WHERE name = ?", name)?.["value"];
      if (bound === value) continue;
      throw new MillraceError(
        "WRONG_STATE",
        `The database ${this.file} belongs to ${name} ${String(bound)}, not ${value}.`,
        {
          hint,
        },
      );
    }
  }

  /** @throws MillraceError WRONG_STATE when the disk takes nothing */
  run(sql: string, ...values: SQLInputValue[]): number {
    return this.writing(() => Number(this.statement(sql).run(...values).changes));
  }

  get(sql: string, ...values: SQLInputValue[]): Row | undefined {
    return this.statement(sql).get(...values);
  }

  all(sql: string, ...values: SQLInputValue[]): Row[] {
    return this.statement(sql).all(...values);
  }

  iterate(sql: string, ...values: SQLInputValue[]): Iterable<Row> {
    return this.statement(sql).iterate(...values);
  }

  /** Does some work as a whole or not at all. @throws MillraceError WRONG_STATE when the disk takes nothing */
  transaction(work: () => void): void {
    this.writing(() => {
      this.db.exec("BEGIN IMMEDIATE");
      try {
        work();
        this.db.exec("COMMIT");
      } catch (error) {
        // SQLite has rolled back by itself when the disk is full.
        if (this.db.isTransaction) this.db.exec("ROLLBACK");
        throw error;
      }
    });
  }

  /** Most pages that the file may have: a full disk, for tests. */
  limit(pages: number): void {
    this.db.exec(`PRAGMA max_page_count = ${pages}`);
  }

  private writing<T>(work: () => T): T {
    try {
      return work();
    } catch (cause) {
      const { errcode = 0 } = cause as { errcode?: number };
      if (!DISK_ERRORS.has(errcode & 0xff)) throw cause;
      throw new MillraceError("WRONG_STATE", `The disk of ${this.file} takes nothing: ${reason(cause)}.`, {
        hint: "Make room for it. Nothing that was written is lost, and nothing goes on until it does.",
        cause,
      });
    }
  }

  private statement(sql: string): StatementSync {
    const known = this.prepared.get(sql) ?? this.db.prepare(sql);
    this.prepared.set(sql, known);
    return known;
  }
}

/** A column that holds text. */
export function text(value: unknown): string {
  if (typeof value !== "string") throw new TypeError("the database holds something else than text");
  return value;
}

function reason(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
