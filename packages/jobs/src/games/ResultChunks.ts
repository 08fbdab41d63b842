import { Region, TraceTree, WORD_BYTES } from "@millrace/tensor";
import type { ContractTransaction } from "ethers";

import type { IResultClaims } from "../../../../typechain-types/index.js";
import type { DemandFacts } from "../DemandHistory.js";
import { GameHistory } from "../GameHistory.js";
import type { PostedClaim } from "../readClaim.js";
import type { ChunkDesk } from "./ChunkDesk.js";

/** Demands for input or output of a tensor program. */
export class ResultChunks implements ChunkDesk {
  readonly #history: GameHistory;

  constructor(
    readonly game: IResultClaims,
    private readonly posted: PostedClaim,
  ) {
    this.#history = new GameHistory(posted.claimId, posted.block);
  }

  get claimId(): bigint {
    return this.posted.claimId;
  }

  get buyer(): string {
    return this.posted.claim.terms.buyer;
  }

  get windowEndsAt(): number {
    return this.posted.windowEndsAt;
  }

  get isPrivate(): boolean {
    return this.posted.claim.terms.isPrivate;
  }

  get place(): string {
    return `tasks/${this.posted.taskId}/${this.posted.attempt}`;
  }

  maxBytes(region: Region): number {
    return this.#wordsOf(region) * WORD_BYTES;
  }

  isWhole(region: Region, bytes: Uint8Array): boolean {
    return bytes.length === this.maxBytes(region) && TraceTree.build(bytes).root === this.rootOf(region);
  }

  rootOf(region: Region): string {
    const { terms, outputRoot } = this.posted.claim;
    return region === Region.Input ? terms.inputRoot : outputRoot;
  }

  depthOf(region: Region): number {
    return TraceTree.depthOf(this.#wordsOf(region));
  }

  usedBytes(region: Region): number {
    return this.#wordsOf(region) * WORD_BYTES;
  }

  async demands(block: number): Promise<DemandFacts[]> {
    await this.#history.readTo(this.game, block);
    return this.#history.demands();
  }

  demand(region: Region, chunk: number, value: bigint): Promise<ContractTransaction> {
    return this.game.demand.populateTransaction(this.claimId, this.posted.claim, region, chunk, { value });
  }

  timeout(region: Region, chunk: number): Promise<ContractTransaction> {
    return this.game.timeoutDemand.populateTransaction(this.claimId, this.posted.claim, region, chunk);
  }

  #wordsOf(region: Region): number {
    const { inWords, outWords } = this.posted.claim.header;
    return Number(region === Region.Input ? inWords : outWords);
  }
}
