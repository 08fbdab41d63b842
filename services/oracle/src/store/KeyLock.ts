import { tmpdir } from "node:os";
import { join } from "node:path";

import { MillraceError } from "@millrace/sdk";

import { Database } from "@millrace/sdk/database";

/**
 * One process per key on a machine, whatever folders they use: two databases know nothing of each other's signatures.
 * The lock is the operating system's and goes with the process, however that ends.
 */
export class KeyLock {
  private constructor(private readonly db: Database) {}

  /** @throws MillraceError WRONG_STATE when another process has it */
  static take(chainId: number, contract: string, key: string, folder = tmpdir()): KeyLock {
    const file = join(folder, `millrace-oracle-${chainId}-${contract}-${key}.lock.sqlite`.toLowerCase());
    try {
      return new KeyLock(new Database(file, "CREATE TABLE IF NOT EXISTS holder (pid INTEGER) STRICT;"));
    } catch (cause) {
      throw new MillraceError("WRONG_STATE", `Another process on this machine signs with the key ${key}.`, {
        hint: "Two processes with one key contradict each other sooner or later, and that costs the bond.",
        cause,
      });
    }
  }

  release(): void {
    this.db.close();
  }
}
