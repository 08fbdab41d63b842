// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {RunClaim} from "../claims/RunTypes.sol";
import {ICheckGame} from "./ICheckGame.sol";

/// @title IRunChecks
/// @notice Checks of runs of machines: see `ICheckGame`.
/// @dev A run's checkpoints are posted, so knowing them shows nothing. The words are the hashes of the states *one step
/// after* each checkpoint but the last: nobody posts them, who has a checkpoint's state, with the memory under it, does
/// one step more to have one, and nobody has that state who did not do all steps before it. Each drawn one is shown by
/// the step itself, from the checkpoint that the provider posted to the word in the checker's tree. Of a run of a
/// single segment, which `IRunClaims.post` allows for no more than 32 steps, the word is the state after the first
/// step.
///
/// Nobody is convicted of having vouched for a run: what the game shows of it are states that its provider chose, and a
/// provider that has the right ones can show wrong ones. A wrong step between two checkpoints does not say that either
/// of these is wrong, and they are all that a checker vouches for.
interface IRunChecks is ICheckGame {
    // ─── TYPES ───

    /// @notice One step that is done, from a checkpoint of the claim.
    /// @param witness What it is computed from, in the machine's encoding
    /// @param last Checkpoint after the one that it begins at
    /// @param siblings Siblings of the pair of both in the tree over the claim's checkpoints, bottom up
    /// @param saltedSiblings Siblings of the leaf of the state after the step in the checker's tree, bottom up
    struct StepOpening {
        bytes witness;
        bytes32 last;
        bytes32[] siblings;
        bytes32[] saltedSiblings;
    }

    // ─── ERRORS ───

    /// @notice Thrown when a step does not begin at the drawn checkpoint, or the state after it is not in the checker's
    /// tree.
    /// @param index Which opening
    /// @param position Position of the word
    error RunChecks_NotInTrees(uint256 index, uint256 position);

    // ─── ANYONE ───

    /// @notice Draws the checkers of a claim, if it was picked.
    /// @dev Emits {CheckDrawn}. Fewer places than the sampling says if seats are few: see `ICheckSeats.drawn`.
    ///
    /// Requirements:
    /// - the claim is the one that was posted, is open, and can be checked;
    /// - it has no check, and a quarter of its window is not over;
    /// - the value is recorded, it picks the claim, and a seat is found.
    /// @param claimId Claim
    /// @param claim The claim in full
    function draw(uint256 claimId, RunClaim calldata claim) external;

    // ─── CHECKERS ───

    /// @notice Vouches for a claim, by doing the drawn steps, and opening the states after them in the caller's tree.
    /// @dev Emits {ClaimVouched}.
    ///
    /// Requirements:
    /// - the place is the caller's, or of a provider whose operator it is; it has committed and not vouched, and its
    ///   seat has a bond;
    /// - the claim is the one that was posted, is open, and its window is not over;
    /// - the value is recorded;
    /// - the steps are those at `positionOf`, in order, each from a checkpoint of the claim, and the state after it is
    /// in the caller's tree; both with as many siblings as the trees are deep.
    /// @param claimId Claim
    /// @param claim The claim in full
    /// @param place Place in the check
    /// @param openings The steps
    function vouch(uint256 claimId, RunClaim calldata claim, uint8 place, StepOpening[] calldata openings) external;

    // ─── READ ───

    /// @notice The checkers that `draw` gives a claim, or gave.
    /// @param claimId Claim
    /// @param claim The claim in full
    /// @return seats Their seats; empty while the value is not known, and for a claim that is not checked
    /// @return drawBy Last second for drawing; zero for a claim that cannot be checked
    /// @return pickAt Second of the value
    function drawnFor(
        uint256 claimId,
        RunClaim calldata claim
    ) external view returns (uint32[] memory seats, uint48 drawBy, uint48 pickAt);

    /// @notice Words of a checker's tree.
    /// @param claim The claim in full
    /// @return words One fewer than checkpoints, at least one
    function wordsOf(RunClaim calldata claim) external pure returns (uint64 words);
}
