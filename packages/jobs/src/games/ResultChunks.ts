import { Region, TraceTree, WORD_BYTES } from "@millrace/tensor";

import type { IResultClaims } from "../../../../typechain-types/index.js";
import { GameHistory } from "../GameHistory.js";
import type { PostedClaim } from "../readClaim.js";
import { ClaimChunks } from "./ClaimChunks.js";

/** Demands for input or output of a tensor program. */
export class ResultChunks extends ClaimChunks<PostedClaim, IResultClaims> {
  protected readonly kind = "tasks";

  constructor(game: IResultClaims, posted: PostedClaim) {
    super(game, posted, new GameHistory(posted.claimId, posted.block));
  }

  maxBytes(region: Region): number {
    return this.#wordsOf(region) * WORD_BYTES;
  }

  isWhole(region: Region, bytes: Uint8Array): boolean {
    return bytes.length === this.maxBytes(region) && TraceTree.build(bytes).root === this.rootOf(region);
  }

  depthOf(region: Region): number {
    return TraceTree.depthOf(this.#wordsOf(region));
  }

  usedBytes(region: Region): number {
    return this.maxBytes(region);
  }

  #wordsOf(region: Region): number {
    const { inWords, outWords } = this.posted.claim.header;
    return Number(region === Region.Input ? inWords : outWords);
  }
}
