import { mkdirSync } from "node:fs";
import { dirname } from "node:path";
import { DatabaseSync, type SQLInputValue } from "node:sqlite";

import { MillraceError } from "@millrace/sdk";
import type { Observation, Sightings } from "@millrace/uptime-tree";

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS identity (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
  CREATE TABLE IF NOT EXISTS attended (epoch INTEGER PRIMARY KEY) STRICT;
  CREATE TABLE IF NOT EXISTS sightings (
    epoch INTEGER NOT NULL, node TEXT NOT NULL, bitmap TEXT NOT NULL, PRIMARY KEY (epoch, node)
  ) STRICT;
  CREATE TABLE IF NOT EXISTS observations (
    epoch INTEGER NOT NULL, attestor TEXT NOT NULL, content_hash TEXT NOT NULL, content BLOB NOT NULL,
    signature TEXT NOT NULL, PRIMARY KEY (epoch, attestor, content_hash)
  ) STRICT;
  CREATE TABLE IF NOT EXISTS statements (
    kind TEXT NOT NULL, epoch INTEGER NOT NULL, scope TEXT NOT NULL, hash TEXT NOT NULL, signature TEXT,
    PRIMARY KEY (kind, epoch, scope)
  ) STRICT;
  CREATE TABLE IF NOT EXISTS reports (
    report_hash TEXT PRIMARY KEY, epoch INTEGER NOT NULL, data BLOB NOT NULL
  ) STRICT;
`;

/** Kinds of statement of which an attestor makes one only, and within what. */
export type StatementKind =
  /** one an epoch */
  | "observation"
  /** one a round */
  | "vote"
  /** one an epoch and predecessor: two can be held against it on chain */
  | "report";

/** A statement that was signed, or is about to be. */
export interface Statement {
  readonly hash: string;
  readonly signature: string;
}

/** Thrown when a statement would contradict one that was made before. */
export class ContradictionError extends Error {
  readonly code = "CONTRADICTION";

  constructor(
    readonly kind: StatementKind,
    readonly epoch: number,
    readonly bound: string,
  ) {
    super(`a ${kind} for epoch ${epoch} was made before: ${bound}`);
  }
}

/**
 * What a member must not forget, in one SQLite file. Every commit is on the disk before it returns (synchronous=FULL),
 * and the file is locked: a second process with the same file does not start.
 */
export class Store {
  private readonly db: DatabaseSync;

  constructor(file: string) {
    if (file !== ":memory:") mkdirSync(dirname(file), { recursive: true });
    try {
      this.db = new DatabaseSync(file);
      this.db.exec("PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;");
      this.db.exec(`BEGIN EXCLUSIVE; ${SCHEMA} COMMIT;`);
    } catch (cause) {
      throw new MillraceError("WRONG_STATE", `The database ${file} cannot be opened: ${String(cause)}.`, {
        hint: "Another attestor may be running on it, or the disk is full or read-only.",
        cause,
      });
    }
  }

  close(): void {
    this.db.close();
  }

  /** Binds the file to a chain, contract and key, or checks that it is bound to them. @throws MillraceError */
  identify(identity: Readonly<Record<string, string>>): void {
    for (const [name, value] of Object.entries(identity)) {
      this.run("INSERT OR IGNORE INTO identity VALUES (?, ?)", name, value);
      const bound = this.get("SELECT value FROM identity WHERE name = ?", name)?.["value"];
      if (bound === value) continue;
      throw new MillraceError("WRONG_STATE", `The database belongs to ${name} ${String(bound)}, not ${value}.`, {
        hint: "Use a database of its own for each chain, contract and key.",
      });
    }
  }

  // ─── EPOCHS ───

  /** Notes that this member was there in an epoch: only then has it something to say of it. */
  attend(epoch: number): void {
    this.run("INSERT OR IGNORE INTO attended VALUES (?)", epoch);
  }

  attended(epoch: number): boolean {
    return this.get("SELECT 1 FROM attended WHERE epoch = ?", epoch) !== undefined;
  }

  /** Forgets what was seen before an epoch. What was signed is kept for ever. */
  prune(beforeEpoch: number): void {
    this.run("DELETE FROM sightings WHERE epoch < ?", beforeEpoch);
    this.run("DELETE FROM observations WHERE epoch < ?", beforeEpoch);
  }

  /** Adds slots in which nodes were seen, all or none. */
  addSightings(epoch: number, sightings: Sightings): void {
    this.db.exec("BEGIN");
    try {
      for (const [node, bitmap] of this.sightings(epoch, [...sightings.keys()])) {
        this.putSighting(epoch, node, bitmap | (sightings.get(node) ?? 0n));
      }
      this.db.exec("COMMIT");
    } catch (error) {
      this.db.exec("ROLLBACK");
      throw error;
    }
  }

  /** What was seen in an epoch: of all nodes, or of some, with zero for those that were not seen. */
  sightings(epoch: number, nodes?: readonly bigint[]): Map<bigint, bigint> {
    if (nodes === undefined) {
      const rows = this.all("SELECT node, bitmap FROM sightings WHERE epoch = ?", epoch);
      return new Map(rows.map((row) => [BigInt(text(row["node"])), BigInt(text(row["bitmap"]))]));
    }
    return new Map(
      nodes.map((node) => {
        const row = this.get("SELECT bitmap FROM sightings WHERE epoch = ? AND node = ?", epoch, String(node));
        return [node, row === undefined ? 0n : BigInt(text(row["bitmap"]))];
      }),
    );
  }

  private putSighting(epoch: number, node: bigint, bitmap: bigint): void {
    const hex = `0x${bitmap.toString(16)}`;
    this.run("INSERT OR REPLACE INTO sightings VALUES (?, ?, ?)", epoch, String(node), hex);
  }

  // ─── OBSERVATIONS ───

  /** Keeps a verified observation, of this member or another. */
  putObservation({ epoch, attestor, contentHash, content, signature }: Observation): void {
    const sql = "INSERT OR IGNORE INTO observations VALUES (?, ?, ?, ?, ?)";
    this.run(sql, epoch, attestor, contentHash, content, signature);
  }

  /** Observations of an epoch; of one attestor there may be several if it contradicts itself. */
  observations(epoch: number): Observation[] {
    return this.all("SELECT * FROM observations WHERE epoch = ? ORDER BY attestor, content_hash", epoch).map((row) => ({
      epoch,
      attestor: text(row["attestor"]),
      contentHash: text(row["content_hash"]),
      content: row["content"] as Uint8Array,
      signature: text(row["signature"]),
    }));
  }

  // ─── STATEMENTS ───

  /**
   * Makes a statement once. What is to be signed is on the disk before `sign` is called, and the same statement gives
   * the same signature again. @throws ContradictionError when another one was made in the same scope
   */
  async signOnce(
    kind: StatementKind,
    epoch: number,
    scope: string,
    hash: string,
    sign: () => Promise<string>,
  ): Promise<string> {
    this.run("INSERT OR IGNORE INTO statements VALUES (?, ?, ?, ?, NULL)", kind, epoch, scope, hash);
    const row = this.get(
      "SELECT hash, signature FROM statements WHERE kind = ? AND epoch = ? AND scope = ?",
      kind,
      epoch,
      scope,
    );
    const bound = text(row?.["hash"]);
    if (bound !== hash) throw new ContradictionError(kind, epoch, bound);
    if (typeof row?.["signature"] === "string") return row["signature"];
    const signature = await sign();
    this.run(
      "UPDATE statements SET signature = ? WHERE kind = ? AND epoch = ? AND scope = ?",
      signature,
      kind,
      epoch,
      scope,
    );
    return signature;
  }

  /** The statement made in a scope; without a signature only if the process was killed before it was made. */
  statement(kind: StatementKind, epoch: number, scope: string): Statement | undefined {
    const sql = "SELECT hash, signature FROM statements WHERE kind = ? AND epoch = ? AND scope = ?";
    const row = this.get(sql, kind, epoch, scope);
    if (row === undefined) return undefined;
    return { hash: text(row["hash"]), signature: typeof row["signature"] === "string" ? row["signature"] : "" };
  }

  /** Highest round of an epoch in which this member voted, −1 for none. */
  lastRound(epoch: number): number {
    const sql = "SELECT max(CAST(scope AS INTEGER)) AS round FROM statements WHERE kind = 'vote' AND epoch = ?";
    const round = this.get(sql, epoch)?.["round"];
    return typeof round === "number" ? round : -1;
  }

  // ─── REPORTS ───

  /** Keeps the data file of a report that this member has checked. */
  putReport(reportHash: string, epoch: number, data: Uint8Array): void {
    this.run("INSERT OR IGNORE INTO reports VALUES (?, ?, ?)", reportHash, epoch, data);
  }

  /** The data file of a report. */
  reportData(reportHash: string): Uint8Array | undefined {
    return this.get("SELECT data FROM reports WHERE report_hash = ?", reportHash)?.["data"] as Uint8Array | undefined;
  }

  private run(sql: string, ...values: SQLInputValue[]): void {
    this.db.prepare(sql).run(...values);
  }

  private get(sql: string, ...values: SQLInputValue[]): Record<string, unknown> | undefined {
    return this.db.prepare(sql).get(...values);
  }

  private all(sql: string, ...values: SQLInputValue[]): Record<string, unknown>[] {
    return this.db.prepare(sql).all(...values);
  }
}

function text(value: unknown): string {
  if (typeof value !== "string") throw new TypeError("the database holds something else than text");
  return value;
}
