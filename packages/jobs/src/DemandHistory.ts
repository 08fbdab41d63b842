/** What is known of a chunk that was demanded. */
export interface DemandFacts {
  readonly demandId: string;
  /** Block in which it was demanded. */
  readonly block: number;
  readonly account: string;
  readonly region: number;
  readonly chunk: number;
  readonly answerBy: number;
  /** Its words, once they were shown, and the block that has them. */
  words?: readonly string[] | undefined;
  shownIn?: number;
}

/** `ChunkDemanded` of either game. */
interface Demanded {
  readonly blockNumber: number;
  readonly args: {
    readonly demandId: string;
    readonly account: string;
    readonly region: bigint;
    readonly chunk: bigint;
    readonly answerBy: bigint;
  };
}

/** `ChunkDelivered` of either game. */
interface Delivered {
  readonly blockNumber: number;
  readonly args: { readonly demandId: string; readonly words: readonly string[] };
}

/** The chunks that were demanded in the game about one claim, and those that were shown. */
export class DemandHistory {
  readonly #demands = new Map<string, DemandFacts>();

  /** Takes what was read of the blocks from one on, in the place of what was known of them. */
  take(fromBlock: number, demanded: readonly Demanded[], delivered: readonly Delivered[]): void {
    for (const facts of this.all()) {
      if (facts.block >= fromBlock) this.#demands.delete(facts.demandId);
      else if ((facts.shownIn ?? 0) >= fromBlock) facts.words = undefined;
    }
    for (const { args, blockNumber: block } of demanded) {
      const { demandId, account } = args;
      const [region, chunk, answerBy] = [Number(args.region), Number(args.chunk), Number(args.answerBy)];
      this.#demands.set(demandId, { demandId, block, account, region, chunk, answerBy });
    }
    for (const { args, blockNumber } of delivered) {
      const facts = this.#demands.get(args.demandId);
      if (facts === undefined) continue;
      facts.words = [...args.words];
      facts.shownIn = blockNumber;
    }
  }

  all(): DemandFacts[] {
    return [...this.#demands.values()];
  }
}
