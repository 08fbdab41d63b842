import { text, type Database, type Row } from "@millrace/sdk/database";

import { ContradictionError } from "./ContradictionError.js";
import { Tally } from "./Tally.js";

/** Tables of what this member has said. */
export const STATEMENT_SCHEMA = `
  CREATE TABLE IF NOT EXISTS statements (
    kind TEXT NOT NULL, epoch INTEGER NOT NULL, scope TEXT NOT NULL, hash TEXT NOT NULL, signature TEXT,
    PRIMARY KEY (kind, epoch, scope)
  ) STRICT;
  CREATE TABLE IF NOT EXISTS locks (
    epoch INTEGER NOT NULL, previous TEXT NOT NULL, round INTEGER NOT NULL, report_hash TEXT NOT NULL, votes TEXT NOT NULL,
    PRIMARY KEY (epoch, previous)
  ) STRICT;
`;

/** Kinds of statement of which an attestor makes one only, and within what. */
export type StatementKind =
  /** one a slot: two can be held against it on chain */
  | "batch"
  /** one an epoch: two can be held against it on chain */
  | "observation"
  /** one a round */
  | "vote"
  /** one a round */
  | "lock"
  /** one an epoch and predecessor: two can be held against it on chain */
  | "report";

/** A statement that was signed, or is about to be. */
export interface Statement {
  readonly hash: string;
  readonly signature: string;
}

/** What a member is locked to, and the votes of a quorum that made it so. */
export interface KeptLock {
  readonly round: number;
  readonly reportHash: string;
  readonly votes: readonly { readonly attestor: string; readonly signature: string }[];
}

/** What a member has signed, once in each scope and for ever, and what it is locked to. */
export class StatementStore {
  private readonly tally: Tally | undefined;

  /** @throws MillraceError when something that was signed is missing */
  constructor(
    private readonly db: Database,
    file: string,
  ) {
    db.check(
      "statements",
      "What was signed cannot be known: rotate the key rather than start afresh with the same one.",
    );
    const count = Number(db.get("SELECT count(*) AS n FROM statements")?.["n"]);
    this.tally = file === ":memory:" ? undefined : new Tally(`${file}.tally`, count);
  }

  close(): void {
    this.tally?.close();
  }

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
    const begun = this.db.run("INSERT OR IGNORE INTO statements VALUES (?, ?, ?, ?, NULL)", kind, epoch, scope, hash);
    this.tally?.raise(begun);
    const bound = this.made(kind, epoch, scope);
    if (bound?.hash !== hash) throw new ContradictionError(kind, epoch, bound?.hash ?? "");
    if (bound.signature !== "") return bound.signature;
    const signature = await sign();
    const sql = "UPDATE statements SET signature = ? WHERE kind = ? AND epoch = ? AND scope = ?";
    this.db.run(sql, signature, kind, epoch, scope);
    return signature;
  }

  /** The statement made in a scope; without a signature only if the process was killed before it was made. */
  made(kind: StatementKind, epoch: number, scope: string): Statement | undefined {
    const sql = "SELECT hash, signature FROM statements WHERE kind = ? AND epoch = ? AND scope = ?";
    const row = this.db.get(sql, kind, epoch, scope);
    return row === undefined ? undefined : toStatement(row);
  }

  /** The statement made in a scope, unless it was only begun. */
  signed(kind: StatementKind, epoch: number, scope: string): Statement | undefined {
    const made = this.made(kind, epoch, scope);
    return made?.signature === "" ? undefined : made;
  }

  /** The statement with a hash made in an epoch, in whichever scope, unless it was only begun. */
  signedFor(kind: StatementKind, epoch: number, hash: string): Statement | undefined {
    const sql =
      "SELECT hash, signature FROM statements WHERE kind = ? AND epoch = ? AND hash = ? AND signature IS NOT NULL";
    const row = this.db.get(sql, kind, epoch, hash);
    return row === undefined ? undefined : toStatement(row);
  }

  /** Whether this member has said, or begun to say, what it saw in an epoch. */
  isObserved(epoch: number): boolean {
    return this.made("observation", epoch, "") !== undefined;
  }

  /** Statements of a kind made in an epoch, by scope. */
  ofEpoch(kind: StatementKind, epoch: number): Map<string, Statement> {
    const rows = this.db.all("SELECT * FROM statements WHERE kind = ? AND epoch = ?", kind, epoch);
    return new Map(rows.map((row) => [text(row["scope"]), toStatement(row)]));
  }

  /** Highest round of an epoch in which this member voted or locked itself, −1 for none. */
  lastRound(epoch: number): number {
    const kinds = "kind IN ('vote', 'lock')";
    const sql = `SELECT max(CAST(scope AS INTEGER)) AS round FROM statements WHERE ${kinds} AND epoch = ?`;
    const round = this.db.get(sql, epoch)?.["round"];
    return typeof round === "number" ? round : -1;
  }

  /** Keeps what this member is locked to, among reports of an epoch on the same one before. */
  putLock(epoch: number, previousReport: string, { round, reportHash, votes }: KeptLock): void {
    const sql = "INSERT OR REPLACE INTO locks VALUES (?, ?, ?, ?, ?)";
    this.db.run(sql, epoch, previousReport, round, reportHash, JSON.stringify(votes));
  }

  lock(epoch: number, previousReport: string): KeptLock | undefined {
    const row = this.db.get("SELECT * FROM locks WHERE epoch = ? AND previous = ?", epoch, previousReport);
    if (row === undefined) return undefined;
    const votes = JSON.parse(text(row["votes"])) as KeptLock["votes"];
    return { round: Number(row["round"]), reportHash: text(row["report_hash"]), votes };
  }

  /** Forgets locks of epochs before one; what was signed is kept. */
  prune(beforeEpoch: number): void {
    this.db.run("DELETE FROM locks WHERE epoch < ?", beforeEpoch);
  }
}

function toStatement(row: Row): Statement {
  return { hash: text(row["hash"]), signature: typeof row["signature"] === "string" ? row["signature"] : "" };
}
