import { Database, text } from "@millrace/sdk/database";

import { DUTY_SCHEMA } from "../duties/DutyStore.js";
import { ENDPOINT_SCHEMA } from "../probe/NodeEndpoints.js";
import { EVIDENCE_SCHEMA, EvidenceStore } from "./EvidenceStore.js";
import { REPORT_SCHEMA, ReportStore } from "./ReportStore.js";
import { SLOT_SCHEMA, SlotStore } from "./SlotStore.js";
import { STATEMENT_SCHEMA, StatementStore } from "./StatementStore.js";

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS attended (epoch INTEGER PRIMARY KEY) STRICT;
  CREATE TABLE IF NOT EXISTS spending (day INTEGER PRIMARY KEY, wei TEXT NOT NULL) STRICT;
  ${SLOT_SCHEMA}
  ${EVIDENCE_SCHEMA}
  ${STATEMENT_SCHEMA}
  ${REPORT_SCHEMA}
  ${DUTY_SCHEMA}
  ${ENDPOINT_SCHEMA}
`;

/** What a member must not forget, in one file. */
export class Store {
  readonly db: Database;
  readonly slots: SlotStore;
  readonly evidence: EvidenceStore;
  readonly statements: StatementStore;
  readonly reports: ReportStore;

  constructor(file: string) {
    this.db = new Database(file, SCHEMA);
    try {
      this.statements = new StatementStore(this.db, file);
    } catch (error) {
      this.db.close();
      throw error;
    }
    this.slots = new SlotStore(this.db, this.statements);
    this.evidence = new EvidenceStore(this.db);
    this.reports = new ReportStore(this.db);
  }

  close(): void {
    this.db.close();
    this.statements.close();
  }

  /** Binds the file to a chain, contract and key, or checks that it is bound to them. @throws MillraceError */
  identify(identity: Readonly<Record<string, string>>): void {
    this.db.bindTo(identity, "Use a database of its own for each chain, contract and key.");
  }

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
      for (const part of [this.slots, this.evidence, this.statements]) part.prune(beforeEpoch);
      this.reports.prune(Math.min(beforeEpoch, newestReport));
    });
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
