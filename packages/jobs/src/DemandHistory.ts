/** What is known of a chunk that was demanded. */
export interface DemandFacts {
  readonly demandId: string;
  readonly account: string;
  readonly region: number;
  readonly chunk: number;
  readonly answerBy: number;
  /** Its words, once they were shown. */
  words?: readonly string[];
}

/** `ChunkDemanded` of either game. */
interface Demanded {
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
  readonly args: { readonly demandId: string; readonly words: readonly string[] };
}

/** The chunks that were demanded in the game about one claim, and those that were shown. */
export class DemandHistory {
  readonly #demands = new Map<string, DemandFacts>();

  take(demanded: readonly Demanded[], delivered: readonly Delivered[]): void {
    for (const { args } of demanded) {
      const { demandId, account } = args;
      const [region, chunk, answerBy] = [Number(args.region), Number(args.chunk), Number(args.answerBy)];
      this.#demands.set(demandId, { demandId, account, region, chunk, answerBy });
    }
    for (const { args } of delivered) {
      const facts = this.#demands.get(args.demandId);
      if (facts !== undefined) facts.words = [...args.words];
    }
  }

  all(): DemandFacts[] {
    return [...this.#demands.values()];
  }
}
