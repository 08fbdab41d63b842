import type { Sentences } from "./Sentence.js";

/** Errors of claims, disputes and their verifiers. */
export const CLAIM_SENTENCES: Sentences = {
  ClaimGame_AlreadyPosted: ["Claim {claimId} is posted already.", "A result is submitted once."],
  ClaimGame_OtherClaim: [
    "What was brought along does not belong to claim {claimId}.",
    "Read the claim again: npx hardhat dispute show.",
  ],
  ResultClaims_OtherProgram: [
    "The program is {programHash:hex}, the order pins {expected:hex}.",
    "Use the bundle that the order names.",
  ],
  ClaimGame_NotOpen: [
    "Claim {claimId} is {state:ClaimState} and cannot be contested.",
    "npx hardhat dispute show tells how it ended.",
  ],
  ClaimGame_NotEnded: ["Claim {claimId} is still open.", "Wait until its window is over and nothing is pending."],
  ClaimGame_WindowOver: ["The challenge window ended at {windowEndsAt:time}.", "Only branches on open paths go on."],
  ClaimGame_PointTooLate: ["Pointing at this branch was possible until {pointBy:time}.", "Point at another one."],
  ClaimGame_AnswerTooLate: ["The answer was due by {answerBy:time}.", "It is too late: the branch can be timed out."],
  ClaimGame_NotOverdue: ["The branch {branchId:hex} can still be answered.", "Wait until its time is over."],
  ClaimGame_NotPointedAt: ["Nobody pointed at the branch {branchId:hex}.", "Point at it first."],
  ClaimGame_NotOpened: ["The branch {branchId:hex} was not opened yet.", "Wait for the provider's answer."],
  ResultClaims_EndOfPath: [
    "The branch {branchId:hex} ends its path: its words are shown.",
    "Prove the wrong word now.",
  ],
  ClaimGame_BondTooSmall: [
    "The bond sent is {sentWei:eth}, {bondWei:eth} are needed.",
    "Send the whole bond; it comes back if the claim falls.",
  ],
  ClaimGame_NoBond: ["{account:hex} has no bond on the branch {branchId:hex}.", "It may be paid back already."],
  ResultClaims_NothingToContest: [
    "The {region:Region} region has nothing that could be pointed at.",
    "The order gives the input; a tree of one opening is proven directly.",
  ],
  ClaimGame_NotYours: [
    "The bonds of {recipient:hex} cannot be withdrawn by {account:hex}.",
    "Use the key that they belong to.",
  ],
  ResultClaims_WordIsRight: [
    "The word is right: recomputing it gives what the provider claims.",
    "Nothing is proven and nothing changed; npx hardhat dispute open finds out whether another word is wrong.",
  ],
  ClaimGame_NotCommitted: [
    "{account:hex} did not commit to this in an earlier block.",
    "Commit to it first, and show it from the next block on: npx hardhat dispute open does both.",
  ],
  ClaimGame_NotEntitled: [
    "Claim {claimId} is of a private job, and {account:hex} is no checker of its buyer.",
    "The buyer can name you.",
  ],
  ClaimGame_TooManyDemands: [
    "The provider is asked for {most} chunks already.",
    "Wait until it has shown one, or its time is over.",
  ],
  ClaimGame_OtherVerifier: [
    "The verifier has the code {codeHash:hex}, jobs pinned {pinned:hex}.",
    "Nothing can be proven with it; timeouts still work.",
  ],
  ClaimGame_BadRewardRule: ["The reward rule is out of bounds.", "Choose a refund within MAX_MOVE_REFUND."],
  ResultClaims_NotItsPath: [
    "{count} hashes are not those of all branches above {branchId:hex}.",
    "Give one for each, from the bottom up.",
  ],
  ChunkGame_NothingToDemand: [
    "Words of the {region:Region} are not demanded in chunks.",
    "Demand the input or the output; what lies between is opened by the game: npx hardhat dispute open.",
  ],
  ChunkGame_NoSuchChunk: ["The {region:Region} has no chunk {chunk}.", "Chunks are counted from 0."],
  ChunkGame_NotTheChunk: [
    "These words are not chunk {chunk} of the {region:Region}.",
    "Take them from the committed trace, or from the run's memory.",
  ],
  ClaimGame_BadTerms: ["The claim's terms are out of bounds.", "Look at the order's windows and its program."],
  ClaimGame_BadBond: ["A branch bond of {bondWei:eth} is out of bounds.", "Choose one within its bounds."],
  RunClaims_OtherProgram: [
    "The program is {programHash:hex}, the order pins {expected:hex}.",
    "Use the program that the order names.",
  ],
  RunClaims_OtherMachine: [
    "The program is for a machine with the code {codeHash:hex}, this market's has {pinned:hex}.",
    "Make the program again: npx hardhat job open --elf.",
  ],
  RunClaims_TooManySteps: ["A program that may do {maxSteps} steps cannot be disputed.", "Let it do at most {limit}."],
  RunClaims_BadCheckpoints: [
    "{count} checkpoints, each 2^{log2} steps apart, are out of bounds.",
    "Commit to the run anew: the node agent chooses them.",
  ],
  RunClaims_NotAtTheEnd: [
    "The last checkpoint is {checkpoint:hex}, the final state {finalHash:hex}.",
    "Let the last checkpoint be the final state's hash.",
  ],
  RunClaims_NotASegment: [
    "The two states are not neighbours number {index} of what was committed to.",
    "Read the game again, and point with npx hardhat dispute open.",
  ],
  RunClaims_EndOfPath: ["The segment {branchId:hex} ends its path: its steps are shown.", "Prove the wrong step now."],
  RunClaims_NotAPath: [
    "{count} segments are no path to there.",
    "Bring all from the checkpoints down to the one that is meant.",
  ],
  SegmentTree_PathTooLong: ["A path of {count} segments goes on below single steps.", "Bring only those of the game."],
  RunClaims_NotProvider: [
    "{account:hex} does not answer for claim {claimId}.",
    "Use the key of its provider, its operator or the node's agent.",
  ],
  RunClaims_BadOpening: [
    "{count} states do not open the segment.",
    "Show the state after each of its children; the last is the segment's own.",
  ],
  RunClaims_StepIsRight: [
    "The step is right: doing it gives what the provider claims.",
    "Nothing is proven and nothing changed.",
  ],
  Rv32Verifier_BadDepth: ["A memory of depth {depth} is no job's.", "Choose 10 to 26: 32 KiB to 2 GiB."],
  Rv32Verifier_NoSteps: ["The program may do no step.", "Let it do at least one."],
  Rv32Verifier_NotFinal: [
    "The machine goes on after step {step}.",
    "Run it until it exits, traps or has used up its steps.",
  ],
  Rv32Verifier_OtherOutput: [
    "The output {outputRoot:hex} is not in the final state's memory.",
    "Take its root from that state.",
  ],
  Rv32Machine_BadState: ["A state has {length} bytes, not 176.", "Make the witness with npx hardhat dispute open."],
  Rv32Machine_TooDeep: ["A memory of depth {depth} is more than 32 bits address.", "Choose at most 27."],
  Rv32Machine_BadProof: [
    "The leaf {leafIndex} is not in the state's memory.",
    "Make the witness from the state before the step.",
  ],
  TensorProgram_BadHeader: ["The program's header is malformed.", "Build the bundle anew."],
  TensorVerifier_BadOperator: ["The proof's operator is malformed.", "Make the proof with npx hardhat dispute prove."],
  TensorVerifier_NotInProgram: [
    "The proof's operator is not part of the claimed program.",
    "Make the proof from the bundle that the order names.",
  ],
  TensorVerifier_NotInTrace: [
    "The proof's words are not those that the provider committed to.",
    "Make the proof from the provider's published trace.",
  ],
  TensorVerifier_WitnessLength: [
    "The proof is malformed: a part has the wrong length.",
    "Make it with npx hardhat dispute prove.",
  ],
  TensorVerifier_OtherOperator: [
    "Word {word} belongs to another operator than the one given.",
    "Name the right operator.",
  ],
  TensorVerifier_OutsideTree: ["Position {position} is outside of the tree.", "Name a word of the trace."],
  TensorVerifier_InputIsGiven: [
    "Input words come from the order and cannot be wrong.",
    "Prove a word of body or output.",
  ],
  TensorVerifier_NoSuchLane: ["A word has no lane {lane} at {laneBits} bits.", "Name an existing lane."],
  TensorVerifier_TooLittleGas: [
    "The proof needs {needed} gas and has {available}.",
    "Raise the gas limit of the transaction.",
  ],
  TensorVerifier_KernelFailed: [
    "The kernel {kernel:hex} failed, so this word has no right answer.",
    "Nobody is slashed for it; choose another word.",
  ],
  TensorVerifier_NotTheKernel: [
    "{kernel:hex} is not the kernel that the program names.",
    "Use the kernel's address of the deployment record.",
  ],
  KernelRegistry_NoCode: ["There is no contract at {kernel:hex}.", "Deploy the kernel first."],
  KernelRegistry_ForbiddenOpcode: [
    "The kernel uses a forbidden instruction ({opcode:opcode} at byte {offset}).",
    "A kernel may only compute: no storage, calls, environment, time or gas.",
  ],
  KernelRegistry_DelegatedCode: [
    "{kernel:hex} is a delegated account, no contract.",
    "Deploy the kernel as a contract.",
  ],
};
