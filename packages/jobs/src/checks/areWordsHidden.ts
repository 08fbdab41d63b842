import { type Contracts, memberOf } from "@millrace/sdk";

import type { PostedClaim } from "../readClaim.js";

const OPEN = memberOf("ClaimState", "open");

/**
 * Whether an honest provider still keeps the words of a claim to itself: its checkers are drawn, or may yet be, and not
 * all have committed to words of their own. Whoever got the words before that could vouch without executing anything.
 */
export async function areWordsHidden(
  { beacon, checks, claims, seats }: Pick<Contracts, "beacon" | "checks" | "claims" | "seats">,
  { claimId, claim, windowEndsAt }: Pick<PostedClaim, "claim" | "claimId" | "windowEndsAt">,
  now: number,
): Promise<boolean> {
  if ((await claims.stateOf(claimId)) !== OPEN) return false;
  const check = await checks.checkOf(claimId);
  if (check.count > 0n) {
    const everybody = (1n << check.count) - 1n;
    return check.committed !== everybody && BigInt(now) <= check.commitBy;
  }
  const { drawBy, pickAt } = await checks.drawnFor(claimId, claim);
  if (BigInt(now) > drawBy) return false;
  const postedAt = BigInt(windowEndsAt) - claim.terms.windowSeconds;
  if ((await seats.seatCountBefore(postedAt)) === 0n) return false;
  // Who is drawn is asked once the value is known: before it that is nobody, and a value that is recorded between the two
  // answers would make it look as if it stayed so.
  if (BigInt(await beacon.valueAt(pickAt)) === 0n) return true;
  return (await checks.drawnFor(claimId, claim)).seats.length > 0;
}
