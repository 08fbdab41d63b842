import { text, type Database, type Row } from "@millrace/sdk/database";
import type { Observation, SignedBatch } from "@millrace/uptime-tree/format";

import { reportSchema } from "../http/schemas.js";
import type { SignedReport } from "./SignedReport.js";

/** Tables of what attestors have signed. */
export const EVIDENCE_SCHEMA = `
  CREATE TABLE IF NOT EXISTS batches (
    epoch INTEGER NOT NULL, slot INTEGER NOT NULL, attestor TEXT NOT NULL, root TEXT NOT NULL, signature TEXT NOT NULL,
    PRIMARY KEY (epoch, slot, attestor, root)
  ) STRICT;
  CREATE TABLE IF NOT EXISTS observations (
    epoch INTEGER NOT NULL, attestor TEXT NOT NULL, root TEXT NOT NULL, batch_roots BLOB NOT NULL,
    sightings BLOB NOT NULL, signature TEXT NOT NULL, PRIMARY KEY (epoch, attestor, root)
  ) STRICT;
  CREATE TABLE IF NOT EXISTS signed_reports (
    epoch INTEGER NOT NULL, attestor TEXT NOT NULL, report_hash TEXT NOT NULL, report TEXT NOT NULL,
    signature TEXT NOT NULL, PRIMARY KEY (epoch, attestor, report_hash)
  ) STRICT;
`;

const TABLES = ["batches", "observations", "signed_reports"] as const;

/** Observations of one attestor and epoch that are kept beside the first two. */
const NEWEST_OBSERVATIONS = 6;

/** An observation and the root that its attestor signed. */
export type KeptObservation = Observation & { readonly root: string };

/** What of an observation says which batches its attestor signed. */
export type ObservationRoots = Pick<KeptObservation, "attestor" | "batchRoots" | "epoch" | "root">;

/** What attestors have signed, this one and others: what may be held against them, and what reports are made of. */
export class EvidenceStore {
  constructor(private readonly db: Database) {}

  /** Keeps a verified batch, of this member or another. */
  putBatch({ epoch, slot, attestor, root, signature }: SignedBatch): void {
    this.db.run("INSERT OR IGNORE INTO batches VALUES (?, ?, ?, ?, ?)", epoch, slot, attestor, root, signature);
  }

  /** Batches of an epoch, or of a slot; of one attestor there are several for a slot if it contradicts itself. */
  batches(epoch: number, slot?: number): SignedBatch[] {
    const order = "ORDER BY slot, attestor, root";
    const rows =
      slot === undefined
        ? this.db.all(`SELECT * FROM batches WHERE epoch = ? ${order}`, epoch)
        : this.db.all(`SELECT * FROM batches WHERE epoch = ? AND slot = ? ${order}`, epoch, slot);
    return rows.map((row) => ({
      epoch,
      slot: Number(row["slot"]),
      attestor: text(row["attestor"]),
      root: text(row["root"]),
      signature: text(row["signature"]),
    }));
  }

  /**
   * Keeps a verified observation, of this member or another. Of one that contradicts itself again and again the first two
   * are kept, which prove it, and the newest: whoever is asked for one may have asked for it a moment ago.
   */
  putObservation({ epoch, attestor, root, batchRoots, sightings, signature }: KeptObservation): void {
    const sql = "INSERT OR IGNORE INTO observations VALUES (?, ?, ?, ?, ?, ?)";
    this.db.run(sql, epoch, attestor, root, batchRoots, sightings, signature);
    const ofBoth = "SELECT rowid FROM observations WHERE epoch = ?1 AND attestor = ?2 ORDER BY rowid";
    this.db.run(
      `DELETE FROM observations WHERE epoch = ?1 AND attestor = ?2
        AND rowid NOT IN (SELECT rowid FROM (${ofBoth} LIMIT 2))
        AND rowid NOT IN (SELECT rowid FROM (${ofBoth} DESC LIMIT ${NEWEST_OBSERVATIONS}))`,
      epoch,
      attestor,
    );
  }

  /** Names of the observations of an epoch; of one attestor there may be several if it contradicts itself. */
  observations(epoch: number): { attestor: string; root: string; signature: string }[] {
    const sql = "SELECT attestor, root, signature FROM observations WHERE epoch = ? ORDER BY attestor, root";
    return this.db.all(sql, epoch).map((row) => ({
      attestor: text(row["attestor"]),
      root: text(row["root"]),
      signature: text(row["signature"]),
    }));
  }

  /** The batches that the observations of an epoch list, without what was seen. */
  observationRoots(epoch: number): ObservationRoots[] {
    const sql = "SELECT attestor, root, batch_roots FROM observations WHERE epoch = ? ORDER BY attestor, root";
    return this.db.all(sql, epoch).map((row) => ({
      epoch,
      attestor: text(row["attestor"]),
      root: text(row["root"]),
      batchRoots: row["batch_roots"] as Uint8Array,
    }));
  }

  /** An observation with its content. */
  observation(epoch: number, root: string): KeptObservation | undefined {
    const row = this.db.get("SELECT * FROM observations WHERE epoch = ? AND root = ?", epoch, root);
    return row === undefined ? undefined : toObservation(epoch, row);
  }

  /** Keeps a report that an attestor has signed. */
  putSignedReport({ attestor, reportHash, report, signature }: SignedReport): void {
    const body = JSON.stringify({ ...report, totalPoints: String(report.totalPoints) });
    const sql = "INSERT OR IGNORE INTO signed_reports VALUES (?, ?, ?, ?, ?)";
    this.db.run(sql, report.epoch, attestor, reportHash, body, signature);
  }

  /** Reports that attestors have signed for an epoch; of one attestor several if it contradicts itself. */
  signedReports(epoch: number): SignedReport[] {
    const sql = "SELECT * FROM signed_reports WHERE epoch = ? ORDER BY attestor, report_hash";
    return this.db.all(sql, epoch).map((row) => ({
      attestor: text(row["attestor"]),
      reportHash: text(row["report_hash"]),
      report: reportSchema.parse(JSON.parse(text(row["report"]))),
      signature: text(row["signature"]),
    }));
  }

  /** Epochs of which there is evidence. */
  epochs(): number[] {
    const epochs = TABLES.map((table) => `SELECT epoch FROM ${table}`);
    return this.db.all(`${epochs.join(" UNION ")} ORDER BY epoch`).map((row) => Number(row["epoch"]));
  }

  /** Forgets epochs before one. */
  prune(beforeEpoch: number): void {
    for (const table of TABLES) this.db.run(`DELETE FROM ${table} WHERE epoch < ?`, beforeEpoch);
  }
}

function toObservation(epoch: number, row: Row): KeptObservation {
  return {
    epoch,
    attestor: text(row["attestor"]),
    root: text(row["root"]),
    batchRoots: row["batch_roots"] as Uint8Array,
    sightings: row["sightings"] as Uint8Array,
    signature: text(row["signature"]),
  };
}
