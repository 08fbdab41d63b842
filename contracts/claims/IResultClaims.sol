// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ProgramHeader, Region, Witness, WordAddress} from "../verifiers/TensorTypes.sol";
import {BranchKey, Claim, Reveal, Terms} from "./ClaimTypes.sol";
import {IChunkGame} from "./IChunkGame.sol";

/// @title IResultClaims
/// @notice Is the result of a tensor program right? A claim stands unless somebody proves a word of it wrong, or its
/// provider leaves a question open.
/// @dev The game of `IClaimGame` over the trees of a trace: a challenger points at a hash, and whoever knows them opens
/// it into up to 32 children, which must fold to it: hashes in pairs, words by leaves of eight.
/// `docs/disputes.md` walks through a game, `docs/claims-format.md` has every encoding.
///
/// Promises, beside those of `IClaimGame`:
/// - a provider whose trace is right and who opens in time what is pointed at is never slashed;
/// - a path has at most 8 openings.
///
/// Assumes of the verifier what `ITensorVerifier` promises.
interface IResultClaims is IChunkGame {
    // ─── EVENTS ───

    /// @notice Emitted when a claim is posted.
    /// @param claimId Claim.
    /// @param provider Who answers for it.
    /// @param claim The claim in full: later calls bring it.
    /// @param windowEndsAt Last second at which a path can begin.
    /// @param bondWei Bond of a branch, in the native coin.
    event ClaimPosted(
        uint256 indexed claimId,
        address indexed provider,
        Claim claim,
        uint48 windowEndsAt,
        uint256 bondWei
    );

    /// @notice Emitted when a branch is pointed at for the first time.
    /// @param claimId Claim.
    /// @param branchId Branch, as `branchIdOf` gives it.
    /// @param owner Who pointed.
    /// @param branch The node pointed at.
    /// @param answerBy Last second for the provider to open it.
    event BranchPointed(
        uint256 indexed claimId,
        bytes32 indexed branchId,
        address indexed owner,
        BranchKey branch,
        uint48 answerBy
    );

    /// @notice Emitted when a word is proven wrong, just before the slash.
    /// @param claimId Claim.
    /// @param region Region of the word.
    /// @param position Its position.
    /// @param lane Its lane.
    event WordProvenWrong(uint256 indexed claimId, Region region, uint64 position, uint16 lane);

    // ─── ERRORS ───

    /// @notice Thrown when a header is not the one that the terms name.
    /// @param programHash Hash of the header.
    /// @param expected Hash in the terms.
    error ResultClaims_OtherProgram(bytes32 programHash, bytes32 expected);

    /// @notice Thrown when a region is pointed at that has nothing to contest: the input, or an empty body.
    /// @param region The region.
    error ResultClaims_NothingToContest(Region region);

    /// @notice Thrown when hashes are not all the children of a branch.
    /// @param branchId Branch.
    /// @param count How many were shown.
    error ResultClaims_NotItsChildren(bytes32 branchId, uint256 count);

    /// @notice Thrown when a hash is not a child of a branch.
    /// @param parentId Branch.
    /// @param index Which child it was called.
    error ResultClaims_NotAChild(bytes32 parentId, uint8 index);

    /// @notice Thrown when a branch's children are words: the next step is `prove`.
    /// @param branchId Branch.
    error ResultClaims_EndOfPath(bytes32 branchId);

    /// @notice Thrown when a word is called wrong that is right.
    error ResultClaims_WordIsRight();

    /// @notice Thrown when hashes are not one for each branch above a branch.
    /// @param branchId Branch.
    /// @param count How many were shown.
    error ResultClaims_NotItsPath(bytes32 branchId, uint256 count);

    // ─── THE GAME ───

    /// @notice Posts a claim. It is open from now on.
    /// @dev Emits {ClaimPosted}. Reverts with `TensorProgram_BadHeader` for a header out of bounds: whoever accepts a
    /// task checks that first.
    ///
    /// Requirements:
    /// - the caller holds POST;
    /// - the id is new;
    /// - the terms name a provider, a window and a time to respond, and the header's hash.
    /// @param claimId Claim.
    /// @param terms What it answers for.
    /// @param header The program.
    /// @param bodyRoot Root of the body region; ignored if the program has none.
    /// @param outputRoot Root of the output region: the result.
    function post(
        uint256 claimId,
        Terms calldata terms,
        ProgramHeader calldata header,
        bytes32 bodyRoot,
        bytes32 outputRoot
    ) external;

    /// @notice Begins a path: asks the provider to open the root of a region.
    /// @dev Emits {BranchPointed}; nothing, and takes no bond, if somebody did before. What is sent above the bond
    /// comes back.
    ///
    /// Requirements:
    /// - the claim is open;
    /// - the region is the output, or a body that is not empty;
    /// - the caller committed to this pointer in an earlier block, not after the window, and the time for showing it
    ///   has not run out;
    /// - of a private job, the caller is the buyer or a checker it named;
    /// - the bond is sent.
    /// @param claimId Claim.
    /// @param claim The claim in full.
    /// @param region Region to contest.
    /// @param reveal The commitment, as `commit` describes it.
    function pointTop(uint256 claimId, Claim calldata claim, Region region, Reveal calldata reveal) external payable;

    /// @notice Goes on: asks the provider to open a child of an opened branch.
    /// @dev Emits {BranchPointed}; nothing, and takes no bond, if somebody did before. What is sent above the bond
    /// comes back.
    ///
    /// Requirements:
    /// - the claim is open;
    /// - the parent is opened, its children are not words, and the time to point has not run out;
    /// - the child folds, with the siblings, to the parent;
    /// - of a private job, the caller is the buyer or a checker it named;
    /// - the bond is sent.
    /// @param claimId Claim.
    /// @param parent Branch that was opened.
    /// @param index Which of its children, from the left.
    /// @param child The child.
    /// @param siblings Its siblings up to the parent, bottom up.
    function point(
        uint256 claimId,
        BranchKey calldata parent,
        uint8 index,
        bytes32 child,
        bytes32[] calldata siblings
    ) external payable;

    /// @notice Answers: shows the children of a branch. Anyone may.
    /// @dev Emits {BranchOpened}; nothing if it is opened already.
    ///
    /// Requirements:
    /// - the claim is open;
    /// - the branch is pending and its time has not run out;
    /// - the children are as many as the height has, and fold to the branch: hashes in pairs; the 32 words of height 5
    /// by leaves of eight.
    /// @param claimId Claim.
    /// @param branch The branch.
    /// @param children Its children, left to right.
    function open(uint256 claimId, BranchKey calldata branch, bytes32[] calldata children) external;

    /// @notice Ends a claim whose provider left a branch unanswered. Those who pointed on its path share the reward,
    /// whoever calls.
    /// @dev Emits {BranchTimedOut} and {ClaimSlashed}.
    ///
    /// Requirements:
    /// - the claim is open;
    /// - the branch is pending and its time has run out;
    /// - the hashes are those of all the branches above it.
    /// @param claimId Claim.
    /// @param claim The claim in full.
    /// @param branch The branch.
    /// @param above Hashes of the opened branches above it, bottom up.
    function timeout(
        uint256 claimId,
        Claim calldata claim,
        BranchKey calldata branch,
        bytes32[] calldata above
    ) external;

    /// @notice Ends a claim by showing a word that is wrong, with or without a game before. The caller shares the
    /// reward with those who pointed on the path to that word.
    /// @dev Emits {WordProvenWrong} and {ClaimSlashed}. Reverts with an error of `ITensorVerifier` if the witness
    /// shows nothing.
    ///
    /// Requirements:
    /// - the claim is open;
    /// - the verifier has the code that jobs pinned;
    /// - the witness shows that the word differs from what it should be;
    /// - the caller committed to this proof in an earlier block.
    /// @param claimId Claim.
    /// @param claim The claim in full.
    /// @param target The word.
    /// @param witness The evidence.
    /// @param reveal The commitment, as `commit` describes it; the evidence is
    /// `keccak256(abi.encode(target, witness.shown, keccak256(words), keccak256(siblings)))`.
    function prove(
        uint256 claimId,
        Claim calldata claim,
        WordAddress calldata target,
        Witness calldata witness,
        Reveal calldata reveal
    ) external;

    /// @notice Pays out bonds of branches and fees of chunks. Bonds go to the provider if the claim is final, to their
    /// owner if it fell; fees go to the provider in every case.
    /// @dev Emits {BondsWithdrawn}.
    ///
    /// Requirements:
    /// - the claim has ended;
    /// - each is the account's and was not withdrawn before;
    /// - the recipient is the account, or the account calls.
    /// @param claimId Claim.
    /// @param claim The claim in full.
    /// @param branchIds Ids of branches and demands.
    /// @param account Whose they are.
    /// @param recipient Who is paid.
    /// @return bondsWei Their sum, in the native coin.
    function withdrawBonds(
        uint256 claimId,
        Claim calldata claim,
        bytes32[] calldata branchIds,
        address account,
        address recipient
    ) external returns (uint256 bondsWei);

    // ─── DATA ───

    /// @notice Demands a chunk of the input, which the provider said to hold, or of the result. A chunk has 256 words,
    /// or is the whole of a smaller region.
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
    function demand(uint256 claimId, Claim calldata claim, Region region, uint64 chunk) external payable;

    /// @notice Shows a demanded chunk. Anyone may.
    /// @dev Emits {ChunkDelivered}; nothing if it was shown before.
    ///
    /// Requirements:
    /// - the claim is open;
    /// - the chunk was demanded, and its time has not run out;
    /// - the words are all its words, and fold by leaves of eight, with the siblings, to the region's root.
    /// @param claimId Claim.
    /// @param claim The claim in full.
    /// @param region Input or output.
    /// @param chunk Index of the chunk.
    /// @param words Its words.
    /// @param siblings Siblings of the chunk, bottom up.
    function deliver(
        uint256 claimId,
        Claim calldata claim,
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
    function timeoutDemand(uint256 claimId, Claim calldata claim, Region region, uint64 chunk) external;

    // ─── READ ───

    /// @notice Id of a branch.
    /// @param claimId Claim.
    /// @param branch The node.
    /// @return branchId Its id.
    function branchIdOf(uint256 claimId, BranchKey calldata branch) external pure returns (bytes32 branchId);
}
