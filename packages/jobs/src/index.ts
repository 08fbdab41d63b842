/** What agents, watchers and tasks share about jobs: orders, bundles, results, and the way from a wrong one to its proof. */

export { acceptance } from "./acceptance.js";
export { bondToSend, feeToSend } from "./bondToSend.js";
export { checkClaim, type Verdict } from "./checkClaim.js";
export {
  branchIdOf,
  committedAt,
  demandIdOf,
  type Evidence,
  finishDigest,
  finishDigestOf,
  firstDigest,
} from "./commitments.js";
export { directProof } from "./directProof.js";
export { fetchBundle } from "./fetchBundle.js";
export { fetchBytes, type FetchOptions } from "./fetchBytes.js";
export { fetchResult, type Result } from "./fetchResult.js";
export { kernelAddresses } from "./kernelAddresses.js";
export { type BranchKey, type DemandFacts, type Game, GameHistory } from "./GameHistory.js";
export { type Hand, handOf } from "./Hand.js";
export { nodeEndpoint } from "./nodeEndpoint.js";
export { type Move, nextMove, proofMove, type Reveal } from "./nextMove.js";
export { readClaim, type PostedClaim } from "./readClaim.js";
export { plainLeaseOrder, readLeaseOrder } from "./readLeaseOrder.js";
export { readNodeDetails } from "./readNodeDetails.js";
export { readOrder } from "./readOrder.js";
export { readTraits } from "./readTraits.js";
export { serveBundles } from "./serveBundles.js";
export { submissionOf, type Submission } from "./submissionOf.js";
export { attemptOf, claimIdOf } from "./claimId.js";
export { type CheckOpening, openingsOf } from "./checks/openingsOf.js";
export { saltedTree } from "./checks/saltedTree.js";
export {
  encodeEnd,
  encodeStep,
  type Ends,
  machineProgramHash,
  programValues,
  type ProgramValues,
  type Segment,
  segmentId,
  stepEvidence,
} from "./runs/encodings.js";
export {
  firstWrongCheckpoint,
  nextRunMove,
  type RunKnowledge,
  type RunMove,
  type States,
  stepsWithin,
} from "./runs/nextRunMove.js";
export { type PostedRun, readRun, type RunClaimValues } from "./runs/readRun.js";
export { RunHistory, type SegmentFacts } from "./runs/RunHistory.js";
