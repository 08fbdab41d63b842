import { MillraceError } from "@millrace/sdk";

import type { IRunClaims } from "../../../../typechain-types/index.js";
import { attemptOf } from "../claimId.js";
import type { PostedClaim } from "../readClaim.js";
import type { ProgramValues } from "./encodings.js";

/** The preimage of a claim about a run, which every later call about it must repeat. */
export interface RunClaimValues {
  readonly terms: PostedClaim["claim"]["terms"];
  readonly rewards: PostedClaim["claim"]["rewards"];
  readonly nodeId: bigint;
  readonly program: ProgramValues;
  readonly genesis: string;
  readonly checkpointRoot: string;
  readonly checkpointCount: bigint;
  readonly log2: bigint;
  readonly outputRoot: string;
}

/** A posted claim about a run. */
export interface PostedRun {
  readonly claimId: bigint;
  readonly taskId: bigint;
  readonly attempt: number;
  readonly claim: RunClaimValues;
  readonly provider: string;
  readonly buyer: string;
  readonly genesis: string;
  readonly log2: number;
  readonly checkpoints: readonly string[];
  readonly outputRoot: string;
  readonly windowEndsAt: number;
  readonly responseSeconds: number;
  /** Block in which it was posted: nothing of its game is older. */
  readonly block: number;
}

/** Claims posted in a range of blocks, or the one with an id. */
export async function readRun(
  claims: IRunClaims,
  { claimId, fromBlock, toBlock }: { claimId?: bigint; fromBlock: number; toBlock?: number },
): Promise<PostedRun[]> {
  const events = await claims.queryFilter(claims.filters.RunPosted(claimId), fromBlock, toBlock ?? "latest");
  if (claimId !== undefined && events.length === 0) {
    throw new MillraceError("BAD_INPUT", `There is no claim ${claimId} about a run.`, {
      hint: "A claim's number is its task's times 256, plus the attempt: npx hardhat job list shows both.",
    });
  }
  return events.map(({ args, blockNumber }) => {
    const { nodeId, genesis, checkpointRoot, checkpointCount, log2, outputRoot } = args.claim;
    const { programHash, inputRoot, provider, buyer, bond, windowSeconds, responseSeconds, isPrivate } =
      args.claim.terms;
    const terms = { programHash, inputRoot, provider, buyer, bond, windowSeconds, responseSeconds, isPrivate };
    const { cap, moveRefund } = args.claim.rewards;
    const { codeHash, imageRoot, maxSteps, entry, depth } = args.claim.program;
    const rewards = { cap, moveRefund };
    const program = { codeHash, imageRoot, maxSteps, entry, depth };
    const claim = { terms, rewards, nodeId, program, genesis, checkpointRoot, checkpointCount, log2, outputRoot };
    return {
      claimId: args.claimId,
      ...attemptOf(args.claimId),
      claim,
      provider: terms.provider,
      buyer: terms.buyer,
      genesis,
      log2: Number(log2),
      checkpoints: [...args.checkpoints],
      outputRoot,
      windowEndsAt: Number(args.windowEndsAt),
      responseSeconds: Number(terms.responseSeconds),
      block: blockNumber,
    };
  });
}
