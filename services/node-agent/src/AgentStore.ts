import { join } from "node:path";

import { UNSETTLED_BLOCKS } from "@millrace/sdk";
import { Database, type Row } from "@millrace/sdk/database";
import type { Receipt } from "@millrace/uptime-tree/format";

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS cursor (name TEXT PRIMARY KEY, next INTEGER NOT NULL) STRICT;
  CREATE TABLE IF NOT EXISTS jobs (
    kind TEXT NOT NULL, id TEXT NOT NULL, closed INTEGER NOT NULL DEFAULT 0, PRIMARY KEY (kind, id)
  ) STRICT;
  CREATE TABLE IF NOT EXISTS attempts (
    kind TEXT NOT NULL, task TEXT NOT NULL, attempt INTEGER NOT NULL, node TEXT NOT NULL, status TEXT NOT NULL,
    PRIMARY KEY (kind, task, attempt)
  ) STRICT;
  CREATE TABLE IF NOT EXISTS receipts (
    epoch INTEGER NOT NULL, slot INTEGER NOT NULL, node TEXT NOT NULL, attestor TEXT NOT NULL, body TEXT NOT NULL,
    PRIMARY KEY (epoch, slot, node, attestor)
  ) STRICT;
`;

/** Kinds of job that an agent follows; `aside` are epochs of which earnings were set aside, `seat` orders of which it has seats. */
export type JobKind = "aside" | "chunks" | "lease" | "order" | "proof" | "run" | "seat" | "task";

/** How far one of this agent's attempts has got; the chain knows the rest. */
export type AttemptStatus = "accepted" | "failed" | "paid" | "submitted";

/** Kinds of job of which an agent makes attempts of its own: their ids are counted apart. */
export type AttemptKind = "chunks" | "run" | "task";

export interface Attempt {
  readonly kind: AttemptKind;
  readonly taskId: bigint;
  readonly attempt: number;
  readonly nodeId: bigint;
  readonly status: AttemptStatus;
}

/**
 * What an agent must not forget: which jobs it follows, which attempts were its own, and up to where it has read the
 * chain. Everything that it does follows from this and from the chain, so that it can be killed at any moment.
 */
export class AgentStore {
  readonly #db: Database;

  constructor(dataDir: string) {
    this.#db = new Database(join(dataDir, "agent.sqlite"), SCHEMA);
  }

  close(): void {
    this.#db.close();
  }

  /** Binds the data to a chain and a key, or checks that they are these. @throws MillraceError WRONG_STATE */
  bindTo(identity: Readonly<Record<string, string>>): void {
    this.#db.bindTo(identity, "Use another dataDir; keep the old one while its tasks are open.");
  }

  /** First block, or epoch, that was not read. */
  next(name: string, fallback: number): number {
    const row = this.#db.get("SELECT next FROM cursor WHERE name = ?", name);
    return row === undefined ? fallback : Number(row["next"]);
  }

  /** First block to read for events that may be followed twice: the last ones of those that were read come again. */
  nextBlock(name: string, deployedAtBlock: number): number {
    return Math.max(deployedAtBlock, this.next(name, deployedAtBlock) - UNSETTLED_BLOCKS);
  }

  setNext(name: string, next: number): void {
    this.#db.run("INSERT OR REPLACE INTO cursor VALUES (?, ?)", name, next);
  }

  /** Follows new jobs; those known are left as they are. */
  follow(kind: JobKind, ids: readonly bigint[]): void {
    this.#each(ids, (id) => {
      this.#db.run("INSERT OR IGNORE INTO jobs (kind, id) VALUES (?, ?)", kind, id);
    });
  }

  /** Follows jobs, and those again that were over. */
  followAgain(kind: JobKind, ids: readonly bigint[]): void {
    this.#each(ids, (id) => {
      this.#db.run("INSERT OR REPLACE INTO jobs (kind, id) VALUES (?, ?)", kind, id);
    });
  }

  /** Jobs that are not over. */
  open(kind: JobKind): bigint[] {
    const rows = this.#db.all("SELECT id FROM jobs WHERE kind = ? AND closed = 0 ORDER BY length(id), id", kind);
    return rows.map((row) => BigInt(String(row["id"])));
  }

  closeJob(kind: JobKind, id: bigint): void {
    this.#db.run("UPDATE jobs SET closed = 1 WHERE kind = ? AND id = ?", kind, String(id));
  }

  /** Notes where one of this agent's attempts stands. */
  note({ kind, taskId, attempt, nodeId, status }: Attempt): void {
    this.#db.run(
      "INSERT OR REPLACE INTO attempts VALUES (?, ?, ?, ?, ?)",
      kind,
      String(taskId),
      attempt,
      String(nodeId),
      status,
    );
  }

  attempt(kind: AttemptKind, taskId: bigint, attempt: number): Attempt | undefined {
    const row = this.#db.get(
      "SELECT * FROM attempts WHERE kind = ? AND task = ? AND attempt = ?",
      kind,
      String(taskId),
      attempt,
    );
    return row === undefined ? undefined : toAttempt(row);
  }

  /** Whether this agent tried a task before and failed: it would fail again. */
  hasFailed(kind: AttemptKind, taskId: bigint): boolean {
    const failed = this.#db.get(
      "SELECT 1 FROM attempts WHERE kind = ? AND task = ? AND status = 'failed'",
      kind,
      String(taskId),
    );
    return failed !== undefined;
  }

  /** Tasks of which an attempt of this agent's is not over: somebody may ask about it. */
  owed(kind: AttemptKind): bigint[] {
    const rows = this.#db.all(
      `SELECT DISTINCT task FROM attempts JOIN jobs ON jobs.kind = attempts.kind AND jobs.id = attempts.task
       WHERE attempts.kind = ? AND closed = 0 AND status IN ('accepted', 'submitted')`,
      kind,
    );
    return rows.map((row) => BigInt(String(row["task"])));
  }

  /** Keeps an attestor's word that it saw a node: evidence against a report that says otherwise. */
  keepReceipt(receipt: Receipt): void {
    const { epoch, slot, nodeId, attestor } = receipt;
    const body = JSON.stringify(receipt, (_, value: unknown) => (typeof value === "bigint" ? String(value) : value));
    this.#db.run("INSERT OR IGNORE INTO receipts VALUES (?, ?, ?, ?, ?)", epoch, slot, String(nodeId), attestor, body);
  }

  /** Receipts of a node for a slot, one an attestor. */
  receipts(epoch: number, slot: number, nodeId: bigint): Receipt[] {
    const rows = this.#db.all(
      "SELECT body FROM receipts WHERE epoch = ? AND slot = ? AND node = ? ORDER BY attestor",
      epoch,
      slot,
      String(nodeId),
    );
    return rows.map((row) => {
      const receipt = JSON.parse(String(row["body"])) as Omit<Receipt, "nodeId">;
      return { ...receipt, nodeId };
    });
  }

  forgetReceipts(beforeEpoch: number): void {
    this.#db.run("DELETE FROM receipts WHERE epoch < ?", beforeEpoch);
  }

  /** Numbers of attempts by status. */
  counts(): Record<string, number> {
    const rows = this.#db.all("SELECT status, count(*) AS n FROM attempts GROUP BY status");
    return Object.fromEntries(rows.map((row) => [String(row["status"]), Number(row["n"])]));
  }

  /** In one write to the disk: there may be thousands. */
  #each(ids: readonly bigint[], act: (id: string) => void): void {
    this.#db.transaction(() => {
      for (const id of ids) act(String(id));
    });
  }
}

function toAttempt(row: Row): Attempt {
  return {
    kind: String(row["kind"]) as AttemptKind,
    taskId: BigInt(String(row["task"])),
    attempt: Number(row["attempt"]),
    nodeId: BigInt(String(row["node"])),
    status: String(row["status"]) as AttemptStatus,
  };
}
