/** What agents, watchers and tasks share about jobs: orders, bundles, results, and the way from a wrong one to its proof. */

export { acceptance } from "./acceptance.js";
export { bondToSend, feeToSend } from "./bondToSend.js";
export { checkClaim, type Verdict } from "./checkClaim.js";
export { branchIdOf, committedAt, type Evidence, finishDigest, finishDigestOf, firstDigest } from "./commitments.js";
export { type Computation, honestComputation } from "./Computation.js";
export { directProof } from "./directProof.js";
export {
  afterCommitting,
  type CommitMove,
  type Reveal,
  revealOf,
  type TooLateMove,
  type WaitMove,
} from "./committing.js";
export { assertJob, bundleOf, fetchBundle } from "./fetchBundle.js";
export { type DataTerms, fetchFiles, fetchJobFile, type JobFiles } from "./fetchFiles.js";
export { fetchBytes, type FetchOptions } from "./fetchBytes.js";
export { fetchResult, type Result } from "./fetchResult.js";
export { kernelPathsSchema, type Kernels, loadKernels } from "./loadKernels.js";
export type { DemandFacts } from "./DemandHistory.js";
export type { BranchKey } from "./BranchKey.js";
export { type Game, GameHistory } from "./GameHistory.js";
export { type Hand, handOf } from "./Hand.js";
export { nodeEndpoint } from "./nodeEndpoint.js";
export { type Move, nextMove, proofMove } from "./nextMove.js";
export { publishedProof } from "./publishedProof.js";
export { readClaim, type PostedClaim } from "./readClaim.js";
export { plainLeaseOrder, readLeaseOrder } from "./readLeaseOrder.js";
export { readNodeDetails } from "./readNodeDetails.js";
export { readOrder } from "./readOrder.js";
export { noTask } from "./noTask.js";
export { readTraits } from "./readTraits.js";
export { serveBundles } from "./serveBundles.js";
export { submissionOf, type Submission } from "./submissionOf.js";
export { TraceCache } from "./TraceCache.js";
export { attemptOf, claimIdOf } from "./claimId.js";
export { areWordsHidden } from "./checks/areWordsHidden.js";
export { type CheckOpening, openingsOf } from "./checks/openingsOf.js";
export { saltedTree } from "./checks/saltedTree.js";
export { runWords, saltedRun, type StepOpening, stepOpenings } from "./checks/stepOpenings.js";
export { witnessOptions } from "./witnessOptions.js";
export { type ChunkDescription, readDescription } from "./approval/chunkDescription.js";
export { type ChunkHashes, chunkHashes, type ChunkParts } from "./approval/chunkHashes.js";
export { ChunkHistory, type ChunkSubmission } from "./approval/ChunkHistory.js";
export { sealChunk, unsealChunk } from "./approval/chunkSeal.js";
export { type ChunkPlace, chunkUrl, fetchChunk, fetchPreview } from "./approval/fetchChunk.js";
export { bondBatches } from "./games/bondBatches.js";
export { chunkOf, chunkWords } from "./games/chunks.js";
export type { ChunkDesk } from "./games/ChunkDesk.js";
export type { Contest, ContestMove } from "./games/Contest.js";
export type { Defence, Question } from "./games/Defence.js";
export { type Published, publishedOutput, type Whereabouts } from "./games/publishedOutput.js";
export { ResultChunks } from "./games/ResultChunks.js";
export { ResultContest } from "./games/ResultContest.js";
export { ResultDefence } from "./games/ResultDefence.js";
export { type Retrieval, retrievalOf } from "./games/retrieve.js";
export { RunChunks } from "./games/RunChunks.js";
export { RunContest } from "./games/RunContest.js";
export { type ClaimedRun, RunDefence } from "./games/RunDefence.js";
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
export { readEnd } from "./runs/readEnd.js";
export {
  encodeMachineBundle,
  type EncodedMachineBundle,
  fetchMachineBundle,
  type MachineBundle,
  machineBundleOf,
  machineOf,
  writeMachineBundle,
} from "./runs/machineBundle.js";
export { type EndedRun, ExecutionPool } from "./runs/ExecutionPool.js";
export {
  firstWrongCheckpoint,
  nextRunMove,
  playedRunMove,
  type RunKnowledge,
  type RunMove,
  type States,
  stepsWithin,
} from "./runs/nextRunMove.js";
export { readMachineProgram } from "./runs/readMachineProgram.js";
export { regionTree } from "./runs/regionTree.js";
export { type RunValues, runValues } from "./runs/runValues.js";
export { type PostedRun, readRun, type RunClaimValues } from "./runs/readRun.js";
export { RunHistory, type SegmentFacts } from "./runs/RunHistory.js";
