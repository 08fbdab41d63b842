import type { Database } from "@millrace/sdk/database";

/** Table of the data files. */
export const REPORT_SCHEMA = `
  CREATE TABLE IF NOT EXISTS reports (
    report_hash TEXT PRIMARY KEY, epoch INTEGER NOT NULL, data BLOB NOT NULL
  ) STRICT;
`;

/** Data files of reports that this member has checked, by the hash of their report. */
export class ReportStore {
  constructor(private readonly db: Database) {}

  /** Keeps the data file of a report that this member has checked. */
  put(reportHash: string, epoch: number, data: Uint8Array): void {
    this.db.run("INSERT OR IGNORE INTO reports VALUES (?, ?, ?)", reportHash, epoch, data);
  }

  /** Whether the data file of a report is kept. */
  has(reportHash: string): boolean {
    return this.db.get("SELECT 1 FROM reports WHERE report_hash = ?", reportHash) !== undefined;
  }

  /** The data file of a report. */
  data(reportHash: string): Uint8Array | undefined {
    return this.db.get("SELECT data FROM reports WHERE report_hash = ?", reportHash)?.["data"] as
      Uint8Array | undefined;
  }

  /** Forgets epochs before one. */
  prune(beforeEpoch: number): void {
    this.db.run("DELETE FROM reports WHERE epoch < ?", beforeEpoch);
  }
}
