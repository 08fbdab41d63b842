import { createHash } from "node:crypto";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { MillraceError } from "@millrace/sdk";
import { Database } from "@millrace/sdk/database";

/** Lets go of what is held. */
type Release = () => Promise<void> | void;

/**
 * One process per key on a machine, whatever folders they use: two databases know nothing of each other's signatures.
 * The lock is the operating system's and goes with the process, however that ends.
 */
export class KeyLock {
  private constructor(
    /** Lets another process have it. */
    readonly release: Release,
  ) {}

  /** @throws MillraceError WRONG_STATE when another process has it */
  static async take(chainId: number, contract: string, key: string): Promise<KeyLock> {
    const name = `millrace-oracle-${chainId}-${contract}-${key}`.toLowerCase();
    try {
      return new KeyLock(process.platform === "linux" ? await holdName(name) : holdFile(name));
    } catch (cause) {
      const isHeld = cause instanceof MillraceError || (cause as NodeJS.ErrnoException).code === "EADDRINUSE";
      if (!isHeld) throw cause;
      throw new MillraceError("WRONG_STATE", `Another process on this machine signs with the key ${key}.`, {
        hint: "Two processes with one key contradict each other sooner or later, and that costs the bond.",
        cause,
      });
    }
  }
}

/**
 * A socket whose name is no file's: nobody cleans it up while it is held, as folders for temporary files are after days,
 * services with a folder of their own for such files meet it too, and nothing of it is left.
 */
async function holdName(name: string): Promise<Release> {
  // Names of sockets are 107 bytes at most.
  const path = `\0${createHash("sha256").update(name).digest("hex")}`;
  const server = createServer((socket) => socket.destroy()).unref();
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(path, resolve);
  });
  return () =>
    new Promise((resolve) =>
      server.close(() => {
        resolve();
      }),
    );
}

/** Where there are no such names: a locked file. */
function holdFile(name: string): Release {
  const file = join(tmpdir(), `${name}.lock.sqlite`);
  const db = new Database(file, "CREATE TABLE IF NOT EXISTS holder (pid INTEGER) STRICT;");
  return () => {
    db.close();
  };
}
