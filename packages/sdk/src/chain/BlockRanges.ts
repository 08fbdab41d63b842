import { decodeError } from "../errors/decodeError.js";

/** Most blocks asked for at once: what public nodes allow. */
const BLOCKS_AT_ONCE = 2_000;

/** What was read of the blocks `first` to `last`, both included. */
export interface ReadRange<T> {
  readonly first: number;
  readonly last: number;
  readonly found: T;
}

/**
 * Reads many blocks in ranges that nodes of a chain allow. They refuse answers that are too long, each in its own way:
 * after each failure half as many blocks are asked for, down to a single one, so that whoever fills a few blocks with
 * events keeps nobody from those that come after. Of one reader all reads should go through one of these: what a node
 * answers with nothing at all is remembered for the next read.
 */
export class BlockRanges {
  #blocks = BLOCKS_AT_ONCE;

  /** A node refused so many blocks: at most half as many are asked for next. */
  refused(blocks: number): void {
    this.#blocks = Math.min(this.#blocks, Math.max(1, Math.floor(blocks / 2)));
  }

  /**
   * Reads the blocks `from` to `to`, both included, in ranges that follow each other; none if there is nothing to read.
   * Fails as `read` does for a single block, or when no node answers.
   */
  async *read<T>(
    from: number,
    to: number,
    read: (first: number, last: number) => Promise<T>,
  ): AsyncGenerator<ReadRange<T>, void> {
    for (let first = from; first <= to;) {
      const last = Math.min(to, first + this.#blocks - 1);
      let found: T;
      try {
        found = await read(first, last);
      } catch (error) {
        this.refused(last - first + 1);
        if (last === first || decodeError(error).code === "RPC_DOWN") throw error;
        continue;
      }
      this.#blocks = Math.min(BLOCKS_AT_ONCE, 2 * this.#blocks);
      yield { first, last, found };
      first = last + 1;
    }
  }
}
