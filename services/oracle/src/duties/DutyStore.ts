import type { Database } from "@millrace/sdk/database";
import { text } from "@millrace/sdk/database";

/** Something on chain that waits for an attestor, or for anybody. */
export type Duty =
  | {
      /** A slot that must be shown to have been up. */
      readonly kind: "challenge";
      readonly id: string;
      readonly epoch: number;
      readonly nodeId: string;
      readonly slot: number;
      readonly answerBy: number;
    }
  | {
      /** A part of a report's data that must be shown. */
      readonly kind: "demand";
      readonly id: string;
      readonly epoch: number;
      readonly part: number;
      readonly index: number;
      readonly answerBy: number;
    }
  | {
      /** A correction that can be settled once its report is final. */
      readonly kind: "correction";
      readonly id: string;
      readonly epoch: number;
      readonly nodeId: string;
      readonly root: string;
    };

/** Tables of what is to be done. */
export const DUTY_SCHEMA = `
  CREATE TABLE IF NOT EXISTS duties (kind TEXT NOT NULL, id TEXT NOT NULL, body TEXT NOT NULL, PRIMARY KEY (kind, id)) STRICT;
  CREATE TABLE IF NOT EXISTS cursors (name TEXT PRIMARY KEY, block INTEGER NOT NULL) STRICT;
`;

/** What is to be done, and up to which block events were read: neither is lost with the process. */
export class DutyStore {
  constructor(private readonly db: Database) {}

  /** The last block whose events were read, undefined before the first. */
  cursor(name: string): number | undefined {
    const block = this.db.get("SELECT block FROM cursors WHERE name = ?", name)?.["block"];
    return typeof block === "number" ? block : undefined;
  }

  /** Does some work and moves the cursor, or neither. */
  advance(name: string, block: number, work: () => void): void {
    this.db.transaction(() => {
      work();
      this.db.run("INSERT OR REPLACE INTO cursors VALUES (?, ?)", name, block);
    });
  }

  /** Adds a duty. A part that was shown can be demanded again, and a block be replaced: what came last counts. */
  add(duty: Duty): void {
    const sql = "INSERT INTO duties VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET body = excluded.body";
    this.db.run(sql, duty.kind, duty.id, JSON.stringify(duty));
  }

  drop({ kind, id }: Pick<Duty, "id" | "kind">): void {
    this.db.run("DELETE FROM duties WHERE kind = ? AND id = ?", kind, id);
  }

  /** What is open, what came first being first. */
  open(): Duty[] {
    return this.db.all("SELECT body FROM duties ORDER BY rowid").map((row) => JSON.parse(text(row["body"])) as Duty);
  }
}
