import { LEAF_BYTES, layoutOf } from "@millrace/rv32";
import { Region } from "@millrace/tensor";
import type { ContractTransaction } from "ethers";

import type { IRunClaims } from "../../../../typechain-types/index.js";
import type { DemandFacts } from "../DemandHistory.js";
import type { PostedRun } from "../runs/readRun.js";
import { REGION_LEVELS, regionTree } from "../runs/regionTree.js";
import { RunHistory } from "../runs/RunHistory.js";
import type { ChunkDesk } from "./ChunkDesk.js";

/** Demands for input or output of a run. */
export class RunChunks implements ChunkDesk {
  readonly #history: RunHistory;

  constructor(
    readonly game: IRunClaims,
    private readonly posted: PostedRun,
  ) {
    this.#history = new RunHistory(posted.claimId, posted.block);
  }

  get claimId(): bigint {
    return this.posted.claimId;
  }

  get buyer(): string {
    return this.posted.buyer;
  }

  get windowEndsAt(): number {
    return this.posted.windowEndsAt;
  }

  get isPrivate(): boolean {
    return this.posted.claim.terms.isPrivate;
  }

  get place(): string {
    return `runs/${this.posted.taskId}/${this.posted.attempt}`;
  }

  maxBytes(): number {
    return layoutOf(this.#depth).regionBytes;
  }

  isWhole(region: Region, bytes: Uint8Array): boolean {
    return regionTree({ depth: this.#depth }, bytes).root === this.rootOf(region);
  }

  rootOf(region: Region): string {
    return region === Region.Input ? this.posted.claim.terms.inputRoot : this.posted.outputRoot;
  }

  depthOf(): number {
    return this.#depth - REGION_LEVELS;
  }

  /** Most of the quarter is zero: how much is not says the length that it begins with. */
  usedBytes(_: Region, first: Uint8Array | undefined): number | undefined {
    if (first === undefined) return undefined;
    const length = new DataView(first.buffer, first.byteOffset, first.byteLength).getUint32(0, true);
    return Math.min(LEAF_BYTES + length, 2 ** this.depthOf() * LEAF_BYTES);
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

  get #depth(): number {
    return Number(this.posted.claim.program.depth);
  }
}
