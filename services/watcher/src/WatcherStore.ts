import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";

import type { GameName } from "./Suit.js";

/** How far a claim has got. `watching` claims are wrong and not yet decided. */
export type CaseStatus = "closed" | "right" | "seen" | "watching";

/** A claim: each game counts its own. */
export interface ClaimName {
  readonly game: GameName;
  readonly claimId: bigint;
}

/** A claim's name in one word. */
export const keyOf = ({ game, claimId }: ClaimName): string => `${game}:${claimId.toString()}`;

/** What a watcher must still know after a crash. Everything else stands on chain. */
export class WatcherStore {
  readonly #database: DatabaseSync;

  constructor(dataDir: string, file = "watcher.sqlite") {
    mkdirSync(dataDir, { recursive: true });
    this.#database = new DatabaseSync(join(dataDir, file));
    this.#database.exec(`
      PRAGMA journal_mode = WAL;
      PRAGMA synchronous = FULL;
      CREATE TABLE IF NOT EXISTS cursor (id INTEGER PRIMARY KEY CHECK (id = 1), next_block INTEGER NOT NULL);
      CREATE TABLE IF NOT EXISTS cases (
        game TEXT NOT NULL,
        claim_id TEXT NOT NULL,
        block INTEGER NOT NULL,
        status TEXT NOT NULL,
        outcome TEXT,
        PRIMARY KEY (game, claim_id)
      );
      CREATE TABLE IF NOT EXISTS spent (id INTEGER PRIMARY KEY CHECK (id = 1), wei TEXT NOT NULL);
    `);
  }

  nextBlock(fallback: number): number {
    const row = this.#database.prepare("SELECT next_block FROM cursor").get();
    return row === undefined ? fallback : Number(row["next_block"]);
  }

  /** New claims and how far blocks were read, together: a crash neither skips nor repeats one. */
  addClaims(claims: readonly (ClaimName & { readonly block: number })[], nextBlock: number): void {
    this.#database.exec("BEGIN");
    const insert = this.#database.prepare(
      "INSERT OR IGNORE INTO cases (game, claim_id, block, status) VALUES (?, ?, ?, 'seen')",
    );
    for (const { game, claimId, block } of claims) insert.run(game, claimId.toString(), block);
    this.#database.prepare("INSERT OR REPLACE INTO cursor (id, next_block) VALUES (1, ?)").run(nextBlock);
    this.#database.exec("COMMIT");
  }

  setStatus({ game, claimId }: ClaimName, status: CaseStatus, outcome: string | null = null): void {
    const update = this.#database.prepare("UPDATE cases SET status = ?, outcome = ? WHERE game = ? AND claim_id = ?");
    update.run(status, outcome, game, claimId.toString());
  }

  /** Claims that are not finished with, oldest first. */
  open(): (ClaimName & { block: number; status: CaseStatus })[] {
    const rows = this.#database.prepare(
      "SELECT game, claim_id, block, status FROM cases WHERE status IN ('seen', 'watching') ORDER BY block, claim_id",
    );
    return rows.all().map((row) => ({
      game: String(row["game"]) as GameName,
      claimId: BigInt(String(row["claim_id"])),
      block: Number(row["block"]),
      status: String(row["status"]) as CaseStatus,
    }));
  }

  /** Finished claims by outcome. */
  counts(): Record<string, number> {
    const rows = this.#database.prepare(
      "SELECT coalesce(outcome, status) AS name, count(*) AS n FROM cases GROUP BY name",
    );
    return Object.fromEntries(rows.all().map((row) => [String(row["name"]), Number(row["n"])]));
  }

  /** What was spent for good. */
  spent(): bigint {
    return BigInt(String(this.#database.prepare("SELECT wei FROM spent").get()?.["wei"] ?? "0"));
  }

  addSpent(wei: bigint): void {
    const sum = this.spent() + wei;
    this.#database.prepare("INSERT OR REPLACE INTO spent (id, wei) VALUES (1, ?)").run(sum.toString());
  }

  close(): void {
    this.#database.close();
  }
}
