import type { IRunClaims } from "../../../../typechain-types/index.js";
import type { BranchFacts } from "../BranchHistory.js";
import { ClaimHistory } from "../games/ClaimHistory.js";
import { type Segment, segmentId } from "./encodings.js";

/** What is known of a segment that was pointed at; its children are the states after each of its parts. */
export interface SegmentFacts extends BranchFacts {
  readonly segment: Segment;
}

/** The game about one run; its branches are segments. */
export class RunHistory extends ClaimHistory<IRunClaims, SegmentFacts> {
  /** What is known of a segment; undefined if nobody pointed at it. */
  find(segment: Segment): SegmentFacts | undefined {
    return this.branches.find(segmentId(this.claimId, segment));
  }

  /** Ids of what an account pointed at first; of what anybody did, if none is given. */
  ids(account?: string): string[] {
    return this.branches.ownedBy(account).map(({ id }) => id);
  }

  protected override async pointed(claims: IRunClaims, fromBlock: number, toBlock: number): Promise<SegmentFacts[]> {
    const events = await claims.queryFilter(claims.filters.SegmentPointed(this.claimId), fromBlock, toBlock);
    return events.map(({ args, blockNumber }) => {
      const { above, log2, position, first, last } = args.segment;
      const segment = { above, log2: Number(log2), position, first, last };
      return { id: args.branchId, block: blockNumber, segment, owner: args.owner, answerBy: Number(args.answerBy) };
    });
  }
}
