// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {MachineProgram} from "../verifiers/MachineTypes.sol";
import {Region} from "../verifiers/TensorTypes.sol";
import {Reveal, Terms} from "./ClaimTypes.sol";
import {IChunkGame} from "./IChunkGame.sol";
import {Ends, Run, RunClaim, Segment, StepProof} from "./RunTypes.sol";

/// @title IRunClaims
/// @notice Is a machine's run right? `IClaimGame` over the states of a program that ran step by step.
/// @dev A claim is a list of checkpoints: hashes of the machine's state after equal numbers of steps. The state before
/// the first step follows from the job, the last one is shown to be final. So if any state in between is wrong, there
/// is a first wrong checkpoint, and the segment before it begins right and ends wrong. Who points at it asks for the
/// states within; among these there is again a first wrong one. A segment of one step is decided by doing the step.
///
/// An opening is new information, so only the provider, its operator or the node's agent may open. A machine that has
/// stopped stays as it is, so every segment has all its children.
///
/// Which machine it is, this contract does not know: it asks an `IMachineVerifier`, whose code all jobs pin.
///
/// Promises, beside those of `IClaimGame`:
/// - the first state is the job's, not the provider's; the output is the last state's;
/// - a run whose states are right can not be proven wrong; of one that ends wrong, one step always can.
interface IRunClaims is IChunkGame {
    // ─── EVENTS ───

    /// @notice Emitted when a claim is posted.
    /// @param claimId Claim.
    /// @param provider Who answers for it.
    /// @param claim The claim in full: later calls bring it.
    /// @param checkpoints Its checkpoints.
    /// @param windowEndsAt Last second at which a path can begin.
    /// @param bondWei Bond of a branch, in the native coin.
    event RunPosted(
        uint256 indexed claimId,
        address indexed provider,
        RunClaim claim,
        bytes32[] checkpoints,
        uint48 windowEndsAt,
        uint256 bondWei
    );

    /// @notice Emitted when a segment is pointed at for the first time.
    /// @param claimId Claim.
    /// @param branchId Segment, as `segmentIdOf` gives it.
    /// @param owner Who pointed.
    /// @param segment The segment pointed at.
    /// @param answerBy Last second for the provider to open it.
    event SegmentPointed(
        uint256 indexed claimId,
        bytes32 indexed branchId,
        address indexed owner,
        Segment segment,
        uint48 answerBy
    );

    /// @notice Emitted when a step is proven wrong, just before the slash.
    /// @param claimId Claim.
    /// @param step How many steps were done before it.
    event StepProvenWrong(uint256 indexed claimId, uint64 step);

    // ─── ERRORS ───

    /// @notice Thrown when a program is not the one that the terms name.
    /// @param programHash Hash of the program.
    /// @param expected Hash in the terms.
    error RunClaims_OtherProgram(bytes32 programHash, bytes32 expected);

    /// @notice Thrown when a program is for another verifier than this game's.
    /// @param codeHash Code hash in the program.
    /// @param pinned Code hash of this game's verifier.
    error RunClaims_OtherMachine(bytes32 codeHash, bytes32 pinned);

    /// @notice Thrown when a program may do more steps than a game can decide.
    /// @param maxSteps What it may do.
    /// @param limit What a game can decide.
    error RunClaims_TooManySteps(uint64 maxSteps, uint64 limit);

    /// @notice Thrown when checkpoints are none, too many or too few, more than one is of the final state, or they are
    /// at a distance that can not be divided into steps.
    /// @param count How many.
    /// @param log2 Their distance.
    error RunClaims_BadCheckpoints(uint256 count, uint8 log2);

    /// @notice Thrown when the last checkpoint is not the final state's hash.
    /// @param checkpoint The checkpoint.
    /// @param finalHash Hash of the final state.
    error RunClaims_NotAtTheEnd(bytes32 checkpoint, bytes32 finalHash);

    /// @notice Thrown when a segment does not lie between two neighbouring states of what was committed to.
    /// @param index Which one it was called.
    error RunClaims_NotASegment(uint256 index);

    /// @notice Thrown when a segment's children are single steps: the next call is `prove`.
    /// @param branchId Segment.
    error RunClaims_EndOfPath(bytes32 branchId);

    /// @notice Thrown when a path is none, or does not end where it must.
    /// @param count Segments on it.
    error RunClaims_NotAPath(uint256 count);

    /// @notice Thrown when someone else than the provider, its operator or the node's agent opens.
    /// @param account Who.
    /// @param claimId Claim.
    error RunClaims_NotProvider(address account, uint256 claimId);

    /// @notice Thrown when an opening does not show as many states as there are within a segment, or another last one.
    /// @param count How many were shown.
    error RunClaims_BadOpening(uint256 count);

    /// @notice Thrown when a step is called wrong that is right.
    error RunClaims_StepIsRight();

    // ─── THE GAME ───

    /// @notice Posts a claim. It is open from now on.
    /// @dev Emits {RunPosted}. Reverts with an error of the verifier unless the last state is final and shows the
    /// output.
    ///
    /// Requirements:
    /// - the caller holds POST;
    /// - the id is new;
    /// - the terms name a provider, a window and a time to respond, and the program's hash;
    /// - the program passes `checkProgram`;
    /// - 17 to 256 checkpoints, or fewer if they are 32 steps apart; the last one the final state's, the others before
    /// it.
    /// @param claimId Claim.
    /// @param terms What it answers for.
    /// @param nodeId Whose agent may answer beside the provider.
    /// @param program What was run.
    /// @param run What is claimed.
    function post(
        uint256 claimId,
        Terms calldata terms,
        uint64 nodeId,
        MachineProgram calldata program,
        Run calldata run
    ) external;

    /// @notice Begins a path: asks the provider to open the segment before a checkpoint.
    /// @dev Emits {SegmentPointed}; nothing, and takes no bond, if somebody did before. What is sent above the bond
    /// comes back.
    ///
    /// Requirements:
    /// - the claim is open;
    /// - the caller committed to this pointer in an earlier block, not after the window, and the time for showing it
    ///   has not run out;
    /// - of a private job, the caller is the buyer or a checker it named;
    /// - the ends are neighbours among genesis and checkpoints;
    /// - the bond is sent.
    /// @param claimId Claim.
    /// @param claim The claim in full.
    /// @param index Which checkpoint, from 0.
    /// @param ends State before the segment, and the checkpoint.
    /// @param siblings Siblings of the pair, bottom up.
    /// @param reveal The commitment to this first pointer.
    function pointTop(
        uint256 claimId,
        RunClaim calldata claim,
        uint256 index,
        Ends calldata ends,
        bytes32[] calldata siblings,
        Reveal calldata reveal
    ) external payable;

    /// @notice Goes on: asks the provider to open a child of an opened segment.
    /// @dev Emits {SegmentPointed}; nothing, and takes no bond, if somebody did before. What is sent above the bond
    /// comes back.
    ///
    /// Requirements:
    /// - the claim is open;
    /// - of a private job, the caller is the buyer or a checker it named;
    /// - the parent is opened, its children are not single steps, and the time to point has not run out;
    /// - the ends are neighbours in the opening;
    /// - the bond is sent.
    /// @param claimId Claim.
    /// @param parent Segment that was opened.
    /// @param index Which of its children, from 0.
    /// @param ends States before and after the child.
    /// @param siblings Siblings of the pair, bottom up.
    function point(
        uint256 claimId,
        Segment calldata parent,
        uint256 index,
        Ends calldata ends,
        bytes32[] calldata siblings
    ) external payable;

    /// @notice Answers: shows the states within a segment.
    /// @dev Emits {BranchOpened} with these and the last; nothing if it is opened already.
    ///
    /// Requirements:
    /// - the claim is open;
    /// - the caller is its provider, the provider's operator or the node's agent;
    /// - the segment is pending and its time has not run out;
    /// - as many states as it has children, the last one the segment's last.
    /// @param claimId Claim.
    /// @param claim The claim in full.
    /// @param segment The segment.
    /// @param states States after each of its children.
    function open(
        uint256 claimId,
        RunClaim calldata claim,
        Segment calldata segment,
        bytes32[] calldata states
    ) external;

    /// @notice Ends a claim whose provider left a segment unanswered. Those who pointed on its path share the reward,
    /// whoever calls.
    /// @dev Emits {BranchTimedOut} and {ClaimSlashed}.
    ///
    /// Requirements:
    /// - the claim is open;
    /// - the segment is pending and its time has run out.
    /// @param claimId Claim.
    /// @param claim The claim in full.
    /// @param step A step in the segment.
    /// @param path Ends of the segments that hold it, from the checkpoints down to the one that waits.
    function timeout(uint256 claimId, RunClaim calldata claim, uint64 step, Ends[] calldata path) external;

    /// @notice Ends a claim by doing a step that ends in another state than it says. The caller shares the reward with
    /// those who pointed on the path to that step.
    /// @dev Emits {StepProvenWrong} and {ClaimSlashed}. Reverts with an error of the verifier if the witness does not
    /// belong to the state.
    ///
    /// Requirements:
    /// - the claim is open;
    /// - the verifier has the code that jobs pinned;
    /// - the path ends in an opened segment whose children are steps, and the states before and after the step are
    ///   neighbours in it;
    /// - the step from the first state ends in another than the last one;
    /// - the caller committed to this proof in an earlier block.
    /// @param claimId Claim.
    /// @param claim The claim in full.
    /// @param proof Where the step is.
    /// @param witness What the step is computed from, in the machine's encoding.
    /// @param reveal The commitment; its evidence is `keccak256(abi.encode(step, next))`, with the hash of the state
    /// that is right after the step: who has not done the step cannot know it.
    function prove(
        uint256 claimId,
        RunClaim calldata claim,
        StepProof calldata proof,
        bytes calldata witness,
        Reveal calldata reveal
    ) external;

    /// @notice Pays out bonds of segments and fees of chunks. Bonds go to the provider if the claim is final, to their
    /// owner if it fell; fees go to the provider in every case.
    /// @dev Emits {BondsWithdrawn}.
    ///
    /// Requirements:
    /// - the claim has ended;
    /// - each is the account's and was not withdrawn before;
    /// - the recipient is the account, or the account calls.
    /// @param claimId Claim.
    /// @param claim The claim in full.
    /// @param branchIds Ids of segments and demands.
    /// @param account Whose they are.
    /// @param recipient Who is paid.
    /// @return bondsWei Their sum, in the native coin.
    function withdrawBonds(
        uint256 claimId,
        RunClaim calldata claim,
        bytes32[] calldata branchIds,
        address account,
        address recipient
    ) external returns (uint256 bondsWei);

    // ─── DATA ───

    /// @notice Demands a chunk of the input, which the provider said to hold, or of the output: 256 leaves of 32 bytes.
    /// @dev Emits {ChunkDemanded}; nothing, and takes no fee, if somebody did before. What is sent above the fee comes
    /// back.
    ///
    /// Requirements:
    /// - the claim is open and its window is not over;
    /// - the region is input or output, and has such a chunk;
    /// - of a private job, the caller is the buyer or a checker it named;
    /// - fewer than `MAX_DEMANDS` wait for the provider: of the buyer's if the buyer calls, else of all others';
    /// - the fee is sent.
    /// @param claimId Claim.
    /// @param claim The claim in full.
    /// @param region Input or output.
    /// @param chunk Index of the chunk.
    function demand(uint256 claimId, RunClaim calldata claim, Region region, uint64 chunk) external payable;

    /// @notice Shows a demanded chunk. Anyone may.
    /// @dev Emits {ChunkDelivered}; nothing if it was shown before.
    ///
    /// Requirements:
    /// - the claim is open;
    /// - the chunk was demanded, and its time has not run out;
    /// - the words are all its words, and fold with the siblings to the region's root.
    /// @param claimId Claim.
    /// @param claim The claim in full.
    /// @param region Input or output.
    /// @param chunk Index of the chunk.
    /// @param words Its words.
    /// @param siblings Siblings of the chunk, bottom up.
    function deliver(
        uint256 claimId,
        RunClaim calldata claim,
        Region region,
        uint64 chunk,
        bytes32[] calldata words,
        bytes32[] calldata siblings
    ) external;

    /// @notice Ends a claim whose provider did not show a demanded chunk. Who demanded it has the reward.
    /// @dev Emits {BranchTimedOut} and {ClaimSlashed}.
    ///
    /// Requirements:
    /// - the claim is open;
    /// - the chunk was demanded and its time has run out.
    /// @param claimId Claim.
    /// @param claim The claim in full.
    /// @param region Input or output.
    /// @param chunk Index of the chunk.
    function timeoutDemand(uint256 claimId, RunClaim calldata claim, Region region, uint64 chunk) external;

    // ─── READ ───

    /// @notice Reverts unless a job can run a program: it is for this game's verifier, and its limits are within the
    /// game's and the machine's.
    /// @param program The program.
    /// @return programHash What an order's `programHash` is for it.
    function checkProgram(MachineProgram calldata program) external view returns (bytes32 programHash);

    /// @notice Root over a segment's opening, as `point` and `prove` need it.
    /// @param branchId Segment.
    /// @return root Zero if it is not opened.
    function openingOf(bytes32 branchId) external view returns (bytes32 root);

    /// @notice Id of a segment in the game.
    /// @param claimId Claim.
    /// @param segment The segment.
    /// @return branchId Its id.
    function segmentIdOf(uint256 claimId, Segment calldata segment) external pure returns (bytes32 branchId);
}
