import type { PostedClaim } from "@millrace/jobs";
import type { Contracts } from "@millrace/sdk";

interface ShownBranch {
  readonly region: number;
  readonly height: number;
  readonly position: number;
  readonly hash: string;
  readonly owner: string;
  readonly answerBy: number;
  readonly isOpened: boolean;
}

/** Every branch of a claim that somebody pointed at, in that order. */
export async function readGame(claims: Contracts["claims"], { claimId, block }: PostedClaim): Promise<ShownBranch[]> {
  const [pointed, opened] = await Promise.all([
    claims.queryFilter(claims.filters.BranchPointed(claimId), block),
    claims.queryFilter(claims.filters.BranchOpened(claimId), block),
  ]);
  const answered = new Set(opened.map(({ args }) => args.branchId));
  return pointed.map(({ args: { branchId, branch, owner, answerBy } }) => ({
    region: Number(branch.region),
    height: Number(branch.height),
    position: Number(branch.position),
    hash: branch.hash,
    owner,
    answerBy: Number(answerBy),
    isOpened: answered.has(branchId),
  }));
}
