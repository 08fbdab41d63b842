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

/** What became of the chunks of one task, read from events as blocks come. */
export class ChunkHistory {
  readonly #last = new Map<number, ChunkSubmission>();
  readonly #keys = new Map<number, string>();
  readonly #settled = new Set<number>();
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

  /** Reads on up to a block. */
  async readTo(market: IApprovalMarket, block: number): Promise<void> {
    if (block < this.#nextBlock) return;
    const { ChunkSubmitted, ChunkPaid, ChunkRefunded } = market.filters;
    const [submitted, paid, refunded] = await Promise.all([
      market.queryFilter(ChunkSubmitted(this.taskId), this.#nextBlock, block),
      market.queryFilter(ChunkPaid(this.taskId), this.#nextBlock, block),
      market.queryFilter(ChunkRefunded(this.taskId), this.#nextBlock, block),
    ]);
    for (const { args } of submitted) {
      const { previewHash, cipherRoot } = args;
      const [chunk, attempt, submission] = [Number(args.chunk), Number(args.attempt), Number(args.submission)];
      this.#last.set(chunk, { chunk, attempt, submission, previewHash, cipherRoot });
    }
    for (const { args } of paid) this.#keys.set(Number(args.chunk), args.key);
    for (const { args } of [...paid, ...refunded]) this.#settled.add(Number(args.chunk));
    this.#nextBlock = block + 1;
  }

  /** The last submission of a chunk, if there is any. */
  lastOf(chunk: number): ChunkSubmission | undefined {
    return this.#last.get(chunk);
  }

  /** The key of a chunk that was paid. */
  keyOf(chunk: number): string | undefined {
    return this.#keys.get(chunk);
  }

  /** Chunks that an attempt submitted and that are neither paid nor refunded. */
  inFlight(attempt: number): number[] {
    return [...this.#last.values()]
      .filter((last) => last.attempt === attempt && !this.#settled.has(last.chunk))
      .map(({ chunk }) => chunk);
  }

  /** The first chunk that an attempt has not begun and that is neither paid nor refunded. */
  nextOf(attempt: number, chunks: number): number | undefined {
    for (let chunk = 0; chunk < chunks; chunk++) {
      if (!this.#settled.has(chunk) && this.#last.get(chunk)?.attempt !== attempt) return chunk;
    }
    return undefined;
  }
}
