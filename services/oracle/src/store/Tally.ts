import { closeSync, constants, fsyncSync, openSync, readSync, writeSync } from "node:fs";

import { MillraceError } from "@millrace/sdk";

/** The count and its complement: a file of anything else is damaged. */
const BYTES = 16;
const MASK = 2n ** 64n - 1n;

/**
 * How many statements were begun, in a file of its own. SQLite takes a journal whose end is damaged for one that ended
 * earlier, and would forget without a word what was signed last; then there are fewer statements than this file says.
 */
export class Tally {
  private readonly fd: number;
  /** What the file says. */
  private written: number | undefined;

  /**
   * @param count statements in the database
   * @throws MillraceError WRONG_STATE when there are fewer than were begun
   */
  constructor(
    readonly file: string,
    private count: number,
  ) {
    this.fd = openSync(file, constants.O_RDWR | constants.O_CREAT, 0o600);
    const begun = this.read();
    if (begun > count) {
      closeSync(this.fd);
      throw damaged(file, `${begun} statements were begun, ${count} are left`);
    }
    this.write(count);
  }

  /** Notes that so many more are begun; they, and those for which the disk had no room before, are on it when this returns. */
  raise(begun: number): void {
    this.count += begun;
    if (this.count !== this.written) this.write(this.count);
  }

  close(): void {
    closeSync(this.fd);
  }

  private read(): number {
    const bytes = Buffer.alloc(BYTES);
    const length = readSync(this.fd, bytes, 0, BYTES, 0);
    if (length === 0) return 0;
    const count = bytes.readBigUInt64BE(0);
    if (length === BYTES && (bytes.readBigUInt64BE(8) ^ count) === MASK) return Number(count);
    closeSync(this.fd);
    throw damaged(this.file, "it is no count");
  }

  private write(count: number): void {
    const bytes = Buffer.alloc(BYTES);
    bytes.writeBigUInt64BE(BigInt(count), 0);
    bytes.writeBigUInt64BE(BigInt(count) ^ MASK, 8);
    const written = writeSync(this.fd, bytes, 0, BYTES, 0);
    if (written !== BYTES) throw new Error(`the disk took ${written} of ${BYTES} bytes of ${this.file}`);
    fsyncSync(this.fd);
    this.written = count;
  }
}

function damaged(file: string, what: string): MillraceError {
  return new MillraceError("WRONG_STATE", `The database of ${file} is damaged: ${what}.`, {
    hint: "What was signed cannot be known: rotate the key rather than start afresh with the same one.",
  });
}
