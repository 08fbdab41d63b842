import type { PostedClaim, PostedRun } from "@millrace/jobs";

import type { Hearing } from "./Docket.js";

/** What a machine does at least: whatever takes longer than it says is noticed as it goes. */
const WORDS_PER_SECOND = 100_000;
const STEPS_PER_SECOND = 20_000_000;

/** What is known of an execution before its data are had: a claim says how large it is, and its bond is at stake. */
export function hearingOf(posted: PostedClaim | PostedRun, until: number): Hearing {
  const { claimId, claim } = posted;
  return { of: { claimId: claimId.toString() }, until, stake: claim.terms.bond, seconds: secondsOf(posted) };
}

function secondsOf(posted: PostedClaim | PostedRun): number {
  if ("log2" in posted) return (posted.checkpoints.length * 2 ** posted.log2) / STEPS_PER_SECOND;
  const { inWords, bodyWords, outWords } = posted.claim.header;
  return Number(inWords + bodyWords + outWords) / WORDS_PER_SECOND;
}
