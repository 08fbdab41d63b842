import { UNSETTLED_BLOCKS } from "@millrace/sdk";

import type { IRunClaims } from "../../../../typechain-types/index.js";
import { type BranchFacts, BranchHistory } from "../BranchHistory.js";
import { type DemandFacts, DemandHistory } from "../DemandHistory.js";
import { type Segment, segmentId } from "./encodings.js";

/** What is known of a segment that was pointed at; its children are the states after each of its parts. */
export interface SegmentFacts extends BranchFacts {
  readonly segment: Segment;
}

/** Everything that was pointed at and opened in the game about one run, read from events as blocks come. */
export class RunHistory {
  readonly #segments = new BranchHistory<SegmentFacts>();
  readonly #demands = new DemandHistory();
  #nextBlock: number;

  constructor(
    readonly claimId: bigint,
    fromBlock: number,
  ) {
    this.#nextBlock = fromBlock;
  }

  /** Reads on up to a block, and the last ones again. */
  async readTo(claims: IRunClaims, block: number): Promise<void> {
    if (block < this.#nextBlock) return;
    const from = Math.max(0, this.#nextBlock - UNSETTLED_BLOCKS);
    const [pointed, opened, demanded, delivered] = await Promise.all([
      claims.queryFilter(claims.filters.SegmentPointed(this.claimId), from, block),
      claims.queryFilter(claims.filters.BranchOpened(this.claimId), from, block),
      claims.queryFilter(claims.filters.ChunkDemanded(this.claimId), from, block),
      claims.queryFilter(claims.filters.ChunkDelivered(this.claimId), from, block),
    ]);
    const segments = pointed.map(({ args, blockNumber }): SegmentFacts => {
      const { above, log2, position, first, last } = args.segment;
      const segment = { above, log2: Number(log2), position, first, last };
      return { id: args.branchId, block: blockNumber, segment, owner: args.owner, answerBy: Number(args.answerBy) };
    });
    this.#segments.take(from, segments, opened);
    this.#demands.take(from, demanded, delivered);
    this.#nextBlock = block + 1;
  }

  /** What is known of a segment; undefined if nobody pointed at it. */
  find(segment: Segment): SegmentFacts | undefined {
    return this.#segments.find(segmentId(this.claimId, segment));
  }

  /** Every segment that was pointed at. */
  all(): SegmentFacts[] {
    return this.#segments.all();
  }

  /** Every chunk that was demanded. */
  demands(): DemandFacts[] {
    return this.#demands.all();
  }

  /** Segments that nobody has opened yet. */
  pending(): SegmentFacts[] {
    return this.#segments.pending();
  }

  /** Ids of what an account pointed at first; of what anybody did, if none is given. */
  ids(account?: string): string[] {
    return this.#segments.ownedBy(account).map(({ id }) => id);
  }
}
