import { UNSETTLED_BLOCKS } from "@millrace/sdk";

import type { IApprovalMarket } from "../../../../typechain-types/index.js";

/** A submission of a chunk, as the chain tells it. */
export interface ChunkSubmission {
  readonly chunk: number;
  readonly attempt: number;
  /** First, second or third. */
  readonly submission: number;
  readonly previewHash: string;
  readonly cipherRoot: string;
}

/** A chunk that was paid, with its key, or refunded. */
interface Settled {
  readonly chunk: number;
  readonly key?: string;
}

/** The block that has something. */
interface Placed {
  readonly block: number;
}

/** What became of the chunks of one task, read from events as blocks come. */
export class ChunkHistory {
  #submitted: readonly (ChunkSubmission & Placed)[] = [];
  #settled: readonly (Placed & Settled)[] = [];
  #nextBlock: number;

  constructor(
    readonly taskId: bigint,
    fromBlock: number,
  ) {
    this.#nextBlock = fromBlock;
  }

  /** First block that was not read. */
  get nextBlock(): number {
    return this.#nextBlock;
  }

  /** Reads on up to a block, and the last ones again: a key whose block was replaced has to be released once more. */
  async readTo(market: IApprovalMarket, block: number): Promise<void> {
    if (block < this.#nextBlock) return;
    const { ChunkSubmitted, ChunkPaid, ChunkRefunded } = market.filters;
    const from = Math.max(0, this.#nextBlock - UNSETTLED_BLOCKS);
    const [submitted, paid, refunded] = await Promise.all([
      market.queryFilter(ChunkSubmitted(this.taskId), from, block),
      market.queryFilter(ChunkPaid(this.taskId), from, block),
      market.queryFilter(ChunkRefunded(this.taskId), from, block),
    ]);
    const isKept = (fact: Placed): boolean => fact.block < from;
    this.#submitted = [
      ...this.#submitted.filter(isKept),
      ...submitted.map(({ args, blockNumber }) => {
        const { previewHash, cipherRoot } = args;
        const [chunk, attempt, submission] = [Number(args.chunk), Number(args.attempt), Number(args.submission)];
        return { chunk, attempt, submission, previewHash, cipherRoot, block: blockNumber };
      }),
    ];
    this.#settled = [
      ...this.#settled.filter(isKept),
      ...paid.map(({ args, blockNumber }) => ({ chunk: Number(args.chunk), key: args.key, block: blockNumber })),
      ...refunded.map(({ args, blockNumber }) => ({ chunk: Number(args.chunk), block: blockNumber })),
    ];
    this.#nextBlock = block + 1;
  }

  /** The last submission of a chunk, if there is any. */
  lastOf(chunk: number): ChunkSubmission | undefined {
    return this.#submitted.findLast((each) => each.chunk === chunk);
  }

  /** The key of a chunk that was paid. */
  keyOf(chunk: number): string | undefined {
    return this.#settled.find((each) => each.chunk === chunk)?.key;
  }

  /** Chunks that an attempt submitted and that are neither paid nor refunded. */
  inFlight(attempt: number): number[] {
    const settled = this.#settledChunks();
    return [...this.#lastAttempts()]
      .filter(([chunk, last]) => last === attempt && !settled.has(chunk))
      .map(([chunk]) => chunk);
  }

  /** The first chunk that an attempt has not begun and that is neither paid nor refunded. */
  nextOf(attempt: number, chunks: number): number | undefined {
    const settled = this.#settledChunks();
    const attempts = this.#lastAttempts();
    for (let chunk = 0; chunk < chunks; chunk++) {
      if (!settled.has(chunk) && attempts.get(chunk) !== attempt) return chunk;
    }
    return undefined;
  }

  #settledChunks(): ReadonlySet<number> {
    return new Set(this.#settled.map(({ chunk }) => chunk));
  }

  /** By chunk, in the order in which they were first submitted. */
  #lastAttempts(): ReadonlyMap<number, number> {
    return new Map(this.#submitted.map(({ chunk, attempt }) => [chunk, attempt]));
  }
}
