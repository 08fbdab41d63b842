// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Claim, Reveal} from "../claims/ClaimTypes.sol";
import {Region, Witness, WordAddress} from "../verifiers/TensorTypes.sol";
import {ICheckGame} from "./ICheckGame.sol";

/// @title IResultChecks
/// @notice Checks of results of tensor programs: see `ICheckGame`.
/// @dev The words are those of the trace's body, or of the output where there is no body. Each drawn one is opened in
/// the checker's tree and in the provider's.
interface IResultChecks is ICheckGame {
    // ─── TYPES ───

    /// @notice One opened word.
    /// @param word The word
    /// @param siblings Its siblings in the provider's tree, bottom up: the other words of its leaf first
    /// @param saltedSiblings Those of its salted word in the checker's tree, which is of the same shape
    struct Opening {
        bytes32 word;
        bytes32[] siblings;
        bytes32[] saltedSiblings;
    }

    // ─── ERRORS ───

    /// @notice Thrown when an opened word is not in the provider's tree or in the checker's.
    error ResultChecks_NotInTrees(uint256 index, uint256 position);

    /// @notice Thrown when nobody is left to convict.
    error ResultChecks_NoVoucher(uint256 claimId);

    /// @notice Thrown when a proof was not committed to in this lane, or not in an earlier block.
    error ResultChecks_NotCommitted(address account, uint256 lane);

    /// @notice Thrown when a word is called wrong that is right.
    error ResultChecks_WordIsRight();

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
    function draw(uint256 claimId, Claim calldata claim) external;

    /// @notice Shows that a word of a claim is wrong, to the cost of all who vouched for it. It need not have fallen.
    /// @dev Emits {VoucherConvicted} for each place. Reverts with what `ITensorVerifier.isWrong` does.
    ///
    /// Requirements:
    /// - the claim has a check that has not lapsed, and somebody vouched who was not convicted;
    /// - the claim is the one that was posted;
    /// - the caller committed to this proof in `IResultClaims`, in an earlier block, as for `prove`;
    /// - the word is wrong.
    /// @param claimId Claim
    /// @param claim The claim in full
    /// @param target The word
    /// @param witness What proves it wrong
    /// @param reveal The commitment
    function convict(
        uint256 claimId,
        Claim calldata claim,
        WordAddress calldata target,
        Witness calldata witness,
        Reveal calldata reveal
    ) external;

    // ─── CHECKERS ───

    /// @notice Vouches for a claim, by opening the drawn words of the caller's tree and of the provider's.
    /// @dev Emits {ClaimVouched}.
    ///
    /// Requirements:
    /// - the place is the caller's, or of a provider whose operator it is; it has committed and not vouched, and its
    ///   seat has a bond;
    /// - the claim is the one that was posted, is open, and its window is not over;
    /// - the value is recorded;
    /// - the words are those at `positionOf`, in order, with all their siblings and no more, in both trees.
    /// @param claimId Claim
    /// @param claim The claim in full
    /// @param place Place in the check
    /// @param openings The words
    function vouch(uint256 claimId, Claim calldata claim, uint8 place, Opening[] calldata openings) external;

    // ─── READ ───

    /// @notice The checkers that `draw` gives a claim, or gave.
    /// @param claimId Claim
    /// @param claim The claim in full
    /// @return seats Their seats; empty while the value is not known, and for a claim that is not checked
    /// @return drawBy Last second for drawing; zero for a claim that cannot be checked
    /// @return pickAt Second of the value
    function drawnFor(
        uint256 claimId,
        Claim calldata claim
    ) external view returns (uint32[] memory seats, uint48 drawBy, uint48 pickAt);

    /// @notice Region whose words are salted and opened.
    /// @param claim The claim in full
    /// @return region The body, or the output where there is no body
    function regionOf(Claim calldata claim) external pure returns (Region region);
}
