import { UNSETTLED_BLOCKS } from "@millrace/sdk";

import type { IChunkGame } from "../../../../typechain-types/index.js";
import { type BranchFacts, BranchHistory } from "../BranchHistory.js";
import { type DemandFacts, DemandHistory } from "../DemandHistory.js";

/** Everything that was pointed at, opened, demanded and shown in the game about one claim, read from events as blocks come. */
export abstract class ClaimHistory<Game extends IChunkGame, Facts extends BranchFacts> {
  protected readonly branches = new BranchHistory<Facts>();
  readonly #demands = new DemandHistory();
  #nextBlock: number;

  constructor(
    readonly claimId: bigint,
    fromBlock: number,
  ) {
    this.#nextBlock = fromBlock;
  }

  /** Reads on up to a block, and the last ones again. */
  async readTo(game: Game, block: number): Promise<void> {
    if (block < this.#nextBlock) return;
    const from = Math.max(0, this.#nextBlock - UNSETTLED_BLOCKS);
    const shared: IChunkGame = game;
    const [pointed, opened, demanded, delivered] = await Promise.all([
      this.pointed(game, from, block),
      shared.queryFilter(shared.filters.BranchOpened(this.claimId), from, block),
      shared.queryFilter(shared.filters.ChunkDemanded(this.claimId), from, block),
      shared.queryFilter(shared.filters.ChunkDelivered(this.claimId), from, block),
    ]);
    this.branches.take(from, pointed, opened);
    this.#demands.take(from, demanded, delivered);
    this.#nextBlock = block + 1;
  }

  /** Every branch that was pointed at. */
  all(): Facts[] {
    return this.branches.all();
  }

  /** Branches that nobody has opened yet. */
  pending(): Facts[] {
    return this.branches.pending();
  }

  /** Every chunk that was demanded. */
  demands(): DemandFacts[] {
    return this.#demands.all();
  }

  /** What was pointed at in some blocks. */
  protected abstract pointed(game: Game, fromBlock: number, toBlock: number): Promise<Facts[]>;
}
