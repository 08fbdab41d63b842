import { UNSETTLED_BLOCKS } from "@millrace/sdk";

import type { IResultClaims } from "../../../typechain-types/index.js";
import { type BranchFacts, BranchHistory } from "./BranchHistory.js";
import type { BranchKey } from "./BranchKey.js";
import { branchIdOf } from "./commitments.js";
import { type DemandFacts, DemandHistory } from "./DemandHistory.js";

/** What is known of a branch that was pointed at. */
interface KeyedFacts extends BranchFacts {
  readonly key: BranchKey;
}

/** The part of a game's history that a player needs. */
export interface Game {
  branch(key: BranchKey): KeyedFacts | undefined;
  ownedBy(account: string): BranchKey[];
}

/** Everything that was pointed at and opened in the game about one claim, read from events as blocks come. */
export class GameHistory implements Game {
  readonly #branches = new BranchHistory<KeyedFacts>();
  readonly #demands = new DemandHistory();
  #nextBlock: number;

  constructor(
    readonly claimId: bigint,
    fromBlock: number,
  ) {
    this.#nextBlock = fromBlock;
  }

  /** Reads on up to a block, and the last ones again. */
  async readTo(claims: IResultClaims, block: number): Promise<void> {
    if (block < this.#nextBlock) return;
    const from = Math.max(0, this.#nextBlock - UNSETTLED_BLOCKS);
    const [pointed, opened, demanded, delivered] = await Promise.all([
      claims.queryFilter(claims.filters.BranchPointed(this.claimId), from, block),
      claims.queryFilter(claims.filters.BranchOpened(this.claimId), from, block),
      claims.queryFilter(claims.filters.ChunkDemanded(this.claimId), from, block),
      claims.queryFilter(claims.filters.ChunkDelivered(this.claimId), from, block),
    ]);
    const branches = pointed.map(({ args, blockNumber }): KeyedFacts => {
      const { region, height, position, hash } = args.branch;
      const key = { region: Number(region), height: Number(height), position: Number(position), hash };
      return { id: args.branchId, block: blockNumber, key, owner: args.owner, answerBy: Number(args.answerBy) };
    });
    this.#branches.take(from, branches, opened);
    this.#demands.take(from, demanded, delivered);
    this.#nextBlock = block + 1;
  }

  branch(key: BranchKey): KeyedFacts | undefined {
    return this.#branches.find(branchIdOf(this.claimId, key));
  }

  ownedBy(account: string): BranchKey[] {
    return this.#branches.ownedBy(account).map(({ key }) => key);
  }

  /** Every chunk that was demanded. */
  demands(): DemandFacts[] {
    return this.#demands.all();
  }

  /** Every branch that was pointed at. */
  all(): KeyedFacts[] {
    return this.#branches.all();
  }

  /** Branches that nobody has opened yet. */
  pending(): KeyedFacts[] {
    return this.#branches.pending();
  }
}
