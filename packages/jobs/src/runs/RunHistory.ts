import type { IRunClaims } from "../../../../typechain-types/index.js";
import { type DemandFacts, DemandHistory } from "../DemandHistory.js";
import { type Segment, segmentId } from "./encodings.js";

/** What is known of a segment that was pointed at. */
export interface SegmentFacts {
  readonly id: string;
  readonly segment: Segment;
  readonly owner: string;
  /** Last second for the provider to open it. */
  readonly answerBy: number;
  /** States after each of its children. */
  opened?: { readonly states: readonly string[]; readonly pointBy: number };
}

/** Everything that was pointed at and opened in the game about one run, read from events as blocks come. */
export class RunHistory {
  readonly #segments = new Map<string, SegmentFacts>();
  readonly #demands = new DemandHistory();
  #nextBlock: number;

  constructor(
    readonly claimId: bigint,
    fromBlock: number,
  ) {
    this.#nextBlock = fromBlock;
  }

  /** Reads on up to a block. */
  async readTo(claims: IRunClaims, block: number): Promise<void> {
    if (block < this.#nextBlock) return;
    const [pointed, opened, demanded, delivered] = await Promise.all([
      claims.queryFilter(claims.filters.SegmentPointed(this.claimId), this.#nextBlock, block),
      claims.queryFilter(claims.filters.BranchOpened(this.claimId), this.#nextBlock, block),
      claims.queryFilter(claims.filters.ChunkDemanded(this.claimId), this.#nextBlock, block),
      claims.queryFilter(claims.filters.ChunkDelivered(this.claimId), this.#nextBlock, block),
    ]);
    for (const { args } of pointed) {
      const { above, log2, position, first, last } = args.segment;
      const segment = { above, log2: Number(log2), position, first, last };
      const facts = { id: args.branchId, segment, owner: args.owner, answerBy: Number(args.answerBy) };
      this.#segments.set(args.branchId, facts);
    }
    for (const { args } of opened) {
      const facts = this.#segments.get(args.branchId);
      if (facts !== undefined) facts.opened = { states: [...args.children], pointBy: Number(args.pointBy) };
    }
    this.#demands.take(demanded, delivered);
    this.#nextBlock = block + 1;
  }

  /** What is known of a segment; undefined if nobody pointed at it. */
  find(segment: Segment): SegmentFacts | undefined {
    return this.#segments.get(segmentId(this.claimId, segment));
  }

  /** Every segment that was pointed at. */
  all(): SegmentFacts[] {
    return [...this.#segments.values()];
  }

  /** Every chunk that was demanded. */
  demands(): DemandFacts[] {
    return this.#demands.all();
  }

  /** Segments that nobody has opened yet. */
  pending(): SegmentFacts[] {
    return [...this.#segments.values()].filter(({ opened }) => opened === undefined);
  }

  /** Ids of what an account pointed at first; of what anybody did, if none is given. */
  ids(account?: string): string[] {
    const all = [...this.#segments.values()];
    return all.filter(({ owner }) => account === undefined || owner === account).map(({ id }) => id);
  }
}
