import { Database, text, type Row } from "@millrace/sdk/database";
import type { Observation, SignedBatch, SignedHeartbeat } from "@millrace/uptime-tree/format";

import { DUTY_SCHEMA } from "../duties/DutyStore.js";
import { ENDPOINT_SCHEMA } from "../probe/NodeEndpoints.js";
import { reportSchema } from "../http/schemas.js";
import { HeardSlot } from "./HeardSlot.js";
import { fromHeartbeatJson, toHeartbeatJson } from "./heartbeatJson.js";
import type { SignedReport } from "./SignedReport.js";
import { Tally } from "./Tally.js";

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS attended (epoch INTEGER PRIMARY KEY) STRICT;
  CREATE TABLE IF NOT EXISTS heartbeats (
    id INTEGER PRIMARY KEY, epoch INTEGER NOT NULL, slot INTEGER NOT NULL, hash TEXT NOT NULL, body TEXT NOT NULL,
    nodes BLOB NOT NULL
  ) STRICT;
  CREATE INDEX IF NOT EXISTS heartbeats_by_slot ON heartbeats (epoch, slot, id);
  CREATE TABLE IF NOT EXISTS slots (
    epoch INTEGER NOT NULL, slot INTEGER NOT NULL, nodes BLOB NOT NULL, PRIMARY KEY (epoch, slot)
  ) STRICT;
  CREATE TABLE IF NOT EXISTS batches (
    epoch INTEGER NOT NULL, slot INTEGER NOT NULL, attestor TEXT NOT NULL, root TEXT NOT NULL, signature TEXT NOT NULL,
    PRIMARY KEY (epoch, slot, attestor, root)
  ) STRICT;
  CREATE TABLE IF NOT EXISTS observations (
    epoch INTEGER NOT NULL, attestor TEXT NOT NULL, root TEXT NOT NULL, batch_roots BLOB NOT NULL,
    sightings BLOB NOT NULL, signature TEXT NOT NULL, PRIMARY KEY (epoch, attestor, root)
  ) STRICT;
  CREATE TABLE IF NOT EXISTS statements (
    kind TEXT NOT NULL, epoch INTEGER NOT NULL, scope TEXT NOT NULL, hash TEXT NOT NULL, signature TEXT,
    PRIMARY KEY (kind, epoch, scope)
  ) STRICT;
  CREATE TABLE IF NOT EXISTS reports (
    report_hash TEXT PRIMARY KEY, epoch INTEGER NOT NULL, data BLOB NOT NULL
  ) STRICT;
  CREATE TABLE IF NOT EXISTS signed_reports (
    epoch INTEGER NOT NULL, attestor TEXT NOT NULL, report_hash TEXT NOT NULL, report TEXT NOT NULL,
    signature TEXT NOT NULL, PRIMARY KEY (epoch, attestor, report_hash)
  ) STRICT;
  CREATE TABLE IF NOT EXISTS locks (
    epoch INTEGER NOT NULL, previous TEXT NOT NULL, round INTEGER NOT NULL, report_hash TEXT NOT NULL, votes TEXT NOT NULL,
    PRIMARY KEY (epoch, previous)
  ) STRICT;
  CREATE TABLE IF NOT EXISTS spending (day INTEGER PRIMARY KEY, wei TEXT NOT NULL) STRICT;
  CREATE TABLE IF NOT EXISTS silences (
    epoch INTEGER NOT NULL, slot INTEGER NOT NULL, nodes BLOB NOT NULL
  ) STRICT;
  CREATE INDEX IF NOT EXISTS silences_by_slot ON silences (epoch, slot);
  ${DUTY_SCHEMA}
  ${ENDPOINT_SCHEMA}
`;

/** Observations of one attestor and epoch that are kept beside the first two. */
const NEWEST_OBSERVATIONS = 6;

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

/** A heartbeat as it is kept, with the nodes for which it counts. */
export interface KeptHeartbeat {
  readonly hash: string;
  readonly heartbeat: SignedHeartbeat;
  readonly nodeIds: readonly bigint[];
}

/** What a member is locked to, and the votes of a quorum that made it so. */
export interface KeptLock {
  readonly round: number;
  readonly reportHash: string;
  readonly votes: readonly { readonly attestor: string; readonly signature: string }[];
}

/** An observation and the root that its attestor signed. */
export type KeptObservation = Observation & { readonly root: string };

/** What of an observation says which batches its attestor signed. */
export type ObservationRoots = Pick<KeptObservation, "attestor" | "batchRoots" | "epoch" | "root">;

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

/** What a member must not forget, in one file. */
export class Store {
  readonly db: Database;
  private readonly tally: Tally | undefined;

  constructor(file: string) {
    this.db = new Database(file, SCHEMA);
    try {
      this.db.check(
        "statements",
        "What was signed cannot be known: rotate the key rather than start afresh with the same one.",
      );
      const count = Number(this.db.get("SELECT count(*) AS n FROM statements")?.["n"]);
      this.tally = file === ":memory:" ? undefined : new Tally(`${file}.tally`, count);
    } catch (error) {
      this.db.close();
      throw error;
    }
  }

  close(): void {
    this.db.close();
    this.tally?.close();
  }

  /** Binds the file to a chain, contract and key, or checks that it is bound to them. @throws MillraceError */
  identify(identity: Readonly<Record<string, string>>): void {
    this.db.bindTo(identity, "Use a database of its own for each chain, contract and key.");
  }

  // ─── EPOCHS ───

  /** Notes that this member was there in an epoch: only then has it something to say of it. */
  attend(epoch: number): void {
    this.db.run("INSERT OR IGNORE INTO attended VALUES (?)", epoch);
  }

  attended(epoch: number): boolean {
    return this.db.get("SELECT 1 FROM attended WHERE epoch = ?", epoch) !== undefined;
  }

  /**
   * Forgets evidence of epochs before one. What was signed is kept for ever, and the newest report however old it is:
   * the next one builds on it.
   */
  prune(beforeEpoch: number, newestReport: number): void {
    this.db.transaction(() => {
      for (const table of ["heartbeats", "slots", "batches", "observations", "signed_reports", "silences", "locks"])
        this.db.run(`DELETE FROM ${table} WHERE epoch < ?`, beforeEpoch);
      this.db.run("DELETE FROM reports WHERE epoch < ?", Math.min(beforeEpoch, newestReport));
    });
  }

  // ─── SLOTS ───

  /** Keeps heartbeats, all or none, in the order in which they came. */
  addHeartbeats(heartbeats: readonly KeptHeartbeat[]): void {
    this.db.transaction(() => {
      for (const { hash, heartbeat, nodeIds } of heartbeats) {
        const sql = "INSERT INTO heartbeats (epoch, slot, hash, body, nodes) VALUES (?, ?, ?, ?, ?)";
        this.db.run(sql, heartbeat.epoch, heartbeat.slot, hash, toHeartbeatJson(heartbeat), packIds(nodeIds));
      }
    });
  }

  /** Nodes of a slot and the heartbeat that counts for each. */
  heard(epoch: number, slot: number): HeardSlot {
    const heard = new HeardSlot();
    const sql = "SELECT hash, nodes FROM heartbeats WHERE epoch = ? AND slot = ? ORDER BY id";
    for (const row of this.db.iterate(sql, epoch, slot)) heard.add(text(row["hash"]), unpackIds(row["nodes"]));
    return heard;
  }

  /** Slots of an epoch in which a heartbeat was kept. */
  heardSlots(epoch: number): number[] {
    const rows = this.db.all("SELECT DISTINCT slot FROM heartbeats WHERE epoch = ? ORDER BY slot", epoch);
    return rows.map((row) => Number(row["slot"]));
  }

  /**
   * The heartbeat that counts for a node in a slot, or another one that speaks for it if a hash is named. Two agents can
   * sign the same words, each for its own nodes: the hash is one, and the signature that the chain asks for is not (I7).
   */
  heartbeatOf(epoch: number, slot: number, nodeId: bigint, hash?: string): SignedHeartbeat | undefined {
    const sql =
      "SELECT id, nodes FROM heartbeats WHERE epoch = ?1 AND slot = ?2 AND hash = coalesce(?3, hash) ORDER BY id";
    for (const { id, nodes } of this.db.iterate(sql, epoch, slot, hash ?? null)) {
      if (!unpackIds(nodes).includes(nodeId)) continue;
      const row = this.db.get("SELECT body FROM heartbeats WHERE id = ?", Number(id));
      return fromHeartbeatJson(text(row?.["body"]));
    }
    return undefined;
  }

  /** Closes a slot: from now on these are the nodes that were seen in it. */
  closeSlot(epoch: number, slot: number, nodeIds: ArrayLike<bigint>): void {
    this.db.run("INSERT OR IGNORE INTO slots VALUES (?, ?, ?)", epoch, slot, packIds(nodeIds));
  }

  /** Whether nothing more is seen in a slot: it was closed, or what was seen in its epoch was said. */
  isSlotClosed(epoch: number, slot: number): boolean {
    const sql = "SELECT 1 FROM slots WHERE epoch = ? AND slot = ?";
    return this.db.get(sql, epoch, slot) !== undefined || this.isObserved(epoch);
  }

  /** Whether this member has said, or begun to say, what it saw in an epoch. */
  isObserved(epoch: number): boolean {
    return this.statement("observation", epoch, "") !== undefined;
  }

  /** Notes that nodes did not answer when they were asked. False when their slot is closed: it is too late then. */
  noteSilence(epoch: number, slot: number, nodeIds: readonly bigint[]): boolean {
    if (this.isSlotClosed(epoch, slot)) return false;
    this.db.run("INSERT INTO silences VALUES (?, ?, ?)", epoch, slot, packIds(nodeIds));
    return true;
  }

  /** Nodes that did not answer in a slot. */
  silent(epoch: number, slot: number): Set<bigint> {
    const rows = this.db.all("SELECT nodes FROM silences WHERE epoch = ? AND slot = ?", epoch, slot);
    return new Set(rows.flatMap((row) => [...unpackIds(row["nodes"])]));
  }

  /** Nodes that were seen in a slot, ascending; undefined while it is not closed. */
  seenIn(epoch: number, slot: number): BigUint64Array | undefined {
    const row = this.db.get("SELECT nodes FROM slots WHERE epoch = ? AND slot = ?", epoch, slot);
    return row === undefined ? undefined : unpackIds(row["nodes"]);
  }

  // ─── BATCHES AND OBSERVATIONS ───

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

  /** Epochs of which there is evidence. */
  evidenceEpochs(): number[] {
    const tables = ["batches", "observations", "signed_reports"].map((table) => `SELECT epoch FROM ${table}`);
    return this.db.all(`${tables.join(" UNION ")} ORDER BY epoch`).map((row) => Number(row["epoch"]));
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

  /** An observation with its content. */
  observation(epoch: number, root: string): KeptObservation | undefined {
    const row = this.db.get("SELECT * FROM observations WHERE epoch = ? AND root = ?", epoch, root);
    return row === undefined ? undefined : toObservation(epoch, row);
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
    const begun = this.db.run("INSERT OR IGNORE INTO statements VALUES (?, ?, ?, ?, NULL)", kind, epoch, scope, hash);
    if (begun > 0) this.tally?.raise();
    const bound = this.statement(kind, epoch, scope);
    if (bound?.hash !== hash) throw new ContradictionError(kind, epoch, bound?.hash ?? "");
    if (bound.signature !== "") return bound.signature;
    const signature = await sign();
    const sql = "UPDATE statements SET signature = ? WHERE kind = ? AND epoch = ? AND scope = ?";
    this.db.run(sql, signature, kind, epoch, scope);
    return signature;
  }

  /** The statement made in a scope; without a signature only if the process was killed before it was made. */
  statement(kind: StatementKind, epoch: number, scope: string): Statement | undefined {
    const sql = "SELECT hash, signature FROM statements WHERE kind = ? AND epoch = ? AND scope = ?";
    const row = this.db.get(sql, kind, epoch, scope);
    if (row === undefined) return undefined;
    return { hash: text(row["hash"]), signature: typeof row["signature"] === "string" ? row["signature"] : "" };
  }

  /** Statements of a kind made in an epoch, by scope. */
  statements(kind: StatementKind, epoch: number): Map<string, Statement> {
    const rows = this.db.all("SELECT * FROM statements WHERE kind = ? AND epoch = ?", kind, epoch);
    return new Map(
      rows.map((row) => [
        text(row["scope"]),
        { hash: text(row["hash"]), signature: typeof row["signature"] === "string" ? row["signature"] : "" },
      ]),
    );
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

  // ─── REPORTS AND GAS ───

  /** Keeps the data file of a report that this member has checked. */
  putReport(reportHash: string, epoch: number, data: Uint8Array): void {
    this.db.run("INSERT OR IGNORE INTO reports VALUES (?, ?, ?)", reportHash, epoch, data);
  }

  /** Whether the data file of a report is kept. */
  hasReport(reportHash: string): boolean {
    return this.db.get("SELECT 1 FROM reports WHERE report_hash = ?", reportHash) !== undefined;
  }

  /** The data file of a report. */
  reportData(reportHash: string): Uint8Array | undefined {
    return this.db.get("SELECT data FROM reports WHERE report_hash = ?", reportHash)?.["data"] as
      Uint8Array | undefined;
  }

  /** Wei spent on gas on a day. */
  spentOn(day: number): bigint {
    return BigInt(text(this.db.get("SELECT wei FROM spending WHERE day = ?", day)?.["wei"] ?? "0"));
  }

  /** Notes wei that was, or may be, spent on a day. */
  spend(day: number, wei: bigint): void {
    this.db.run("INSERT OR REPLACE INTO spending VALUES (?, ?)", day, String(this.spentOn(day) + wei));
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

/** Node ids in 8 bytes each. */
function packIds(nodeIds: ArrayLike<bigint>): Uint8Array {
  const bytes = new Uint8Array(8 * nodeIds.length);
  const view = new DataView(bytes.buffer);
  for (let i = 0; i < nodeIds.length; i++) view.setBigUint64(8 * i, nodeIds[i] ?? 0n);
  return bytes;
}

function unpackIds(column: unknown): BigUint64Array {
  const bytes = column as Uint8Array;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const nodeIds = new BigUint64Array(bytes.length / 8);
  for (let i = 0; i < nodeIds.length; i++) nodeIds[i] = view.getBigUint64(8 * i);
  return nodeIds;
}
