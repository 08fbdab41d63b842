import { MillraceError } from "@millrace/sdk";

import type { IResultClaims } from "../../../typechain-types/index.js";
import { attemptOf } from "./claimId.js";

/** A posted claim with its preimage, which every later call about it must repeat. */
export interface PostedClaim {
  readonly claimId: bigint;
  readonly taskId: bigint;
  readonly attempt: number;
  readonly claim: {
    readonly terms: {
      readonly programHash: string;
      readonly inputRoot: string;
      readonly provider: string;
      readonly buyer: string;
      readonly bond: bigint;
      readonly windowSeconds: bigint;
      readonly responseSeconds: bigint;
      readonly isPrivate: boolean;
    };
    readonly rewards: { readonly cap: bigint; readonly moveRefund: bigint };
    readonly header: {
      readonly sumRoot: string;
      readonly opDepth: bigint;
      readonly inWords: bigint;
      readonly bodyWords: bigint;
      readonly outWords: bigint;
    };
    readonly bodyRoot: string;
    readonly outputRoot: string;
  };
  readonly windowEndsAt: number;
  /** Block in which it was posted: nothing of its game is older. */
  readonly block: number;
}

/** Claims posted in a range of blocks, or the one with an id. */
export async function readClaim(
  claims: IResultClaims,
  { claimId, fromBlock, toBlock }: { claimId?: bigint; fromBlock: number; toBlock?: number },
): Promise<PostedClaim[]> {
  const events = await claims.queryFilter(claims.filters.ClaimPosted(claimId), fromBlock, toBlock ?? "latest");
  if (claimId !== undefined && events.length === 0) {
    throw new MillraceError("BAD_INPUT", `There is no claim ${claimId}.`, {
      hint: "A claim's number is its task's times 256, plus the attempt: npx hardhat job list shows both.",
    });
  }
  return events.map(({ args, blockNumber }) => {
    const { terms, rewards, header, bodyRoot, outputRoot } = args.claim;
    const { programHash, inputRoot, provider, buyer, bond, windowSeconds, responseSeconds, isPrivate } = terms;
    const { sumRoot, opDepth, inWords, bodyWords, outWords } = header;
    return {
      claimId: args.claimId,
      ...attemptOf(args.claimId),
      claim: {
        terms: { programHash, inputRoot, provider, buyer, bond, windowSeconds, responseSeconds, isPrivate },
        rewards: { cap: rewards.cap, moveRefund: rewards.moveRefund },
        header: { sumRoot, opDepth, inWords, bodyWords, outWords },
        bodyRoot,
        outputRoot,
      },
      windowEndsAt: Number(args.windowEndsAt),
      block: blockNumber,
    };
  });
}
