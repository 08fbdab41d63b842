import { LEAF_BYTES, layoutOf } from "@millrace/rv32";
import type { Region } from "@millrace/tensor";

import type { IRunClaims } from "../../../../typechain-types/index.js";
import type { PostedRun } from "../runs/readRun.js";
import { REGION_LEVELS, regionTree } from "../runs/regionTree.js";
import { RunHistory } from "../runs/RunHistory.js";
import { ClaimChunks } from "./ClaimChunks.js";

/** Demands for input or output of a run. */
export class RunChunks extends ClaimChunks<PostedRun, IRunClaims> {
  protected readonly kind = "runs";

  constructor(game: IRunClaims, posted: PostedRun) {
    super(game, posted, new RunHistory(posted.claimId, posted.block));
  }

  maxBytes(): number {
    return layoutOf(this.#depth).regionBytes;
  }

  isWhole(region: Region, bytes: Uint8Array): boolean {
    return regionTree({ depth: this.#depth }, bytes).root === this.rootOf(region);
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

  get #depth(): number {
    return Number(this.posted.claim.program.depth);
  }
}
