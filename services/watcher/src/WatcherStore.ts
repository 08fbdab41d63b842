import { join } from "node:path";

import { Database, text } from "@millrace/sdk/database";

import type { GameName } from "./Suit.js";

const SCHEMA = `
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
`;

/** How far a claim has got. `watching` claims are wrong and not yet decided. */
export type CaseStatus = "closed" | "right" | "seen" | "watching";

/** A claim: each game counts its own. */
export interface ClaimName {
  readonly game: GameName;
  readonly claimId: bigint;
}

/** A claim as it was posted: the same name in another block is another claim. */
export interface PostedName extends ClaimName {
  readonly block: number;
}

/** A claim that is not finished with. */
export interface OpenClaim extends PostedName {
  readonly status: CaseStatus;
}

/** A claim's name in one word. */
export const keyOf = ({ game, claimId }: ClaimName): string => `${game}:${claimId.toString()}`;

/** What a watcher must still know after a crash. Everything else stands on chain. */
export class WatcherStore {
  readonly #db: Database;

  constructor(dataDir: string, file = "watcher.sqlite") {
    this.#db = new Database(join(dataDir, file), SCHEMA);
  }

  close(): void {
    this.#db.close();
  }

  /** Binds the data to a chain, or checks that they are of it. @throws MillraceError WRONG_STATE */
  bindTo(identity: Readonly<Record<string, string>>): void {
    this.#db.bindTo(identity, "Use another dataDir: blocks that were read of one chain are not those of another.");
  }

  nextBlock(fallback: number): number {
    const row = this.#db.get("SELECT next_block FROM cursor");
    return row === undefined ? fallback : Number(row["next_block"]);
  }

  /**
   * New claims and how far blocks were read, together: a crash neither skips nor repeats one. One that stands in another
   * block now may be another claim, and is new.
   */
  addClaims(claims: readonly PostedName[], nextBlock: number): void {
    const insert = `
      INSERT INTO cases (game, claim_id, block, status) VALUES (?, ?, ?, 'seen')
      ON CONFLICT (game, claim_id) DO UPDATE SET block = excluded.block, status = 'seen', outcome = NULL
      WHERE block <> excluded.block
    `;
    this.#db.transaction(() => {
      for (const { game, claimId, block } of claims) this.#db.run(insert, game, claimId.toString(), block);
      this.#db.run("INSERT OR REPLACE INTO cursor (id, next_block) VALUES (1, ?)", nextBlock);
    });
  }

  /** How far a claim has got. What was found of one whose block was replaced says nothing of the one in its place. */
  setStatus({ game, claimId, block }: PostedName, status: CaseStatus, outcome: string | null = null): void {
    const update = "UPDATE cases SET status = ?, outcome = ? WHERE game = ? AND claim_id = ? AND block = ?";
    this.#db.run(update, status, outcome, game, claimId.toString(), block);
  }

  /** Claims that are not finished with, oldest first. */
  open(): OpenClaim[] {
    const rows = this.#db.all(
      "SELECT game, claim_id, block, status FROM cases WHERE status IN ('seen', 'watching') ORDER BY block, claim_id",
    );
    return rows.map((row) => ({
      game: String(row["game"]) as GameName,
      claimId: BigInt(String(row["claim_id"])),
      block: Number(row["block"]),
      status: String(row["status"]) as CaseStatus,
    }));
  }

  /** Finished claims by outcome. */
  counts(): Record<string, number> {
    const rows = this.#db.all("SELECT coalesce(outcome, status) AS name, count(*) AS n FROM cases GROUP BY name");
    return Object.fromEntries(rows.map((row) => [String(row["name"]), Number(row["n"])]));
  }

  /** What was spent for good. */
  spent(): bigint {
    const row = this.#db.get("SELECT wei FROM spent");
    return row === undefined ? 0n : BigInt(text(row["wei"]));
  }

  addSpent(wei: bigint): void {
    const sum = this.spent() + wei;
    this.#db.run("INSERT OR REPLACE INTO spent (id, wei) VALUES (1, ?)", sum.toString());
  }
}
