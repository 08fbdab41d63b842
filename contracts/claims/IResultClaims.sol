// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ProgramHeader, Region, Witness, WordAddress} from "../verifiers/TensorTypes.sol";
import {BranchKey, Claim, Terms} from "./ClaimTypes.sol";
import {IClaimGame} from "./IClaimGame.sol";

/// @title IResultClaims
/// @notice Is the result of a tensor program right? A claim stands unless somebody proves a word of it wrong, or its
/// provider leaves a question open.
/// @dev The game of `IClaimGame` over the trees of a trace: a challenger points at a hash, and whoever knows them opens
/// it into up to 32 children, which must fold to it.
/// `docs/disputes.md` walks through a game, `docs/claims-format.md` has every encoding.
///
/// Promises, beside those of `IClaimGame`:
/// - a provider whose trace is right and who opens in time what is pointed at is never slashed;
/// - a path has at most 8 openings.
///
/// Assumes of the verifier what `ITensorVerifier` promises.
interface IResultClaims is IClaimGame {
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
    /// - the claim is open and its window is not over;
    /// - the region is the output, or a body that is not empty;
    /// - the bond is sent.
    /// @param claimId Claim.
    /// @param claim The claim in full.
    /// @param region Region to contest.
    function pointTop(uint256 claimId, Claim calldata claim, Region region) external payable;

    /// @notice Goes on: asks the provider to open a child of an opened branch.
    /// @dev Emits {BranchPointed}; nothing, and takes no bond, if somebody did before. What is sent above the bond
    /// comes back.
    ///
    /// Requirements:
    /// - the claim is open;
    /// - the parent is opened, its children are not words, and the time to point has not run out;
    /// - the child folds, with the siblings, to the parent;
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
    /// - the children are as many as the height has, and fold to the branch.
    /// @param claimId Claim.
    /// @param branch The branch.
    /// @param children Its children, left to right.
    function open(uint256 claimId, BranchKey calldata branch, bytes32[] calldata children) external;

    /// @notice Ends a claim whose provider left a branch unanswered. The caller is rewarded as the reporter.
    /// @dev Emits {BranchTimedOut} and {ClaimSlashed}.
    ///
    /// Requirements:
    /// - the claim is open;
    /// - the branch is pending and its time has run out.
    /// @param claimId Claim.
    /// @param claim The claim in full.
    /// @param branch The branch.
    function timeout(uint256 claimId, Claim calldata claim, BranchKey calldata branch) external;

    /// @notice Ends a claim by showing a word that is wrong; with or without a game before. The caller is rewarded as
    /// the reporter.
    /// @dev Emits {WordProvenWrong} and {ClaimSlashed}. Reverts with an error of `ITensorVerifier` if the witness
    /// shows nothing.
    ///
    /// Requirements:
    /// - the claim is open;
    /// - the witness shows that the word is wrong.
    /// @param claimId Claim.
    /// @param claim The claim in full.
    /// @param target The word.
    /// @param witness The evidence.
    function prove(
        uint256 claimId,
        Claim calldata claim,
        WordAddress calldata target,
        Witness calldata witness
    ) external;

    /// @notice Pays out bonds of branches of a claim that ended: to the provider if it is final, else to those who
    /// pointed.
    /// @dev Emits {BondsWithdrawn}. Anyone may call it for an account; only the account itself may name another
    /// recipient.
    ///
    /// Requirements:
    /// - the claim is final or slashed;
    /// - each branch was pointed at, its bond is the account's and was not withdrawn.
    /// @param claimId Claim.
    /// @param claim The claim in full.
    /// @param branches The branches; gas is linear in their number, which the caller chooses.
    /// @param account Whose bonds they are.
    /// @param recipient Who is paid.
    /// @return bondsWei What was paid, in the native coin.
    function withdrawBonds(
        uint256 claimId,
        Claim calldata claim,
        BranchKey[] calldata branches,
        address account,
        address recipient
    ) external returns (uint256 bondsWei);

    // ─── READ ───

    /// @notice Id of a branch.
    /// @param claimId Claim.
    /// @param branch The node.
    /// @return branchId Its id.
    function branchIdOf(uint256 claimId, BranchKey calldata branch) external pure returns (bytes32 branchId);
}
