// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {SlashTable} from "../staking/SlashTable.sol";
import {Branch, ClaimRecord, ClaimState} from "./ClaimTypes.sol";

/// @title IClaimGame
/// @notice The rules that all games about a committed result share: when a claim stands, when it falls, what a question
/// costs and who is paid.
/// @dev Only the provider claims. Others *point* at parts of what it committed to; an *opening* answers with what lies
/// below, is stored once and serves all. A duplicate of any call of a game is a no-op, which clients treat as success.
/// What a part is, and what answers for it, is each game's own: see `IResultClaims` for tensor programs.
///
/// Promises:
/// - a claim ends in exactly one of: a proof, then it is slashed; a branch left unanswered, then it is slashed by as
///   much; the window over and nothing pending, then it is final;
/// - a provider who opens in time what is pointed at is never slashed for silence;
/// - no challenger loses on behalf of another or can keep another from going on;
/// - a claim with paths of at most `d` openings ends at most `windowSeconds + 2 · d · responseSeconds` after it was
///   posted, whoever plays, provided that somebody calls `timeout` on a branch that is overdue.
///
/// Assumes of the staking registry that a slash never reverts on the amount.
interface IClaimGame {
    // ─── EVENTS ───

    /// @notice Emitted when a branch is opened.
    /// @param claimId Claim.
    /// @param branchId Branch.
    /// @param children Its children, left to right; words, if its height is 5.
    /// @param pointBy Last second at which a child can be pointed at.
    event BranchOpened(uint256 indexed claimId, bytes32 indexed branchId, bytes32[] children, uint48 pointBy);

    /// @notice Emitted when a branch was left unanswered, just before the slash.
    /// @param claimId Claim.
    /// @param branchId Branch.
    event BranchTimedOut(uint256 indexed claimId, bytes32 indexed branchId);

    /// @notice Emitted when a claim ends by a slash.
    /// @param claimId Claim.
    /// @param provider Whose bond was slashed.
    /// @param reporter Who brought the evidence.
    /// @param offence `WrongResult` or `ResultWithheld`.
    event ClaimSlashed(
        uint256 indexed claimId,
        address indexed provider,
        address indexed reporter,
        SlashTable.Offence offence
    );

    /// @notice Emitted when bonds of branches are paid out.
    /// @param claimId Claim.
    /// @param account Whose they are: the provider's if the claim is final, else their owner's.
    /// @param recipient Who was paid.
    /// @param bondsWei Their sum, in the native coin.
    event BondsWithdrawn(uint256 indexed claimId, address indexed account, address recipient, uint256 bondsWei);

    /// @notice Emitted when the bond of a branch of future claims changes.
    /// @param bondWei The bond, in the native coin.
    event BranchBondChanged(uint256 bondWei);

    // ─── ERRORS ───

    /// @notice Thrown when a claim id is used twice.
    /// @param claimId Claim.
    error ClaimGame_AlreadyPosted(uint256 claimId);

    /// @notice Thrown when terms name no provider, no window or no time to respond.
    error ClaimGame_BadTerms();

    /// @notice Thrown when the claim that a caller brings is not the one that was posted.
    /// @param claimId Claim.
    error ClaimGame_OtherClaim(uint256 claimId);

    /// @notice Thrown when a claim is not open.
    /// @param claimId Claim.
    /// @param state Where it stands.
    error ClaimGame_NotOpen(uint256 claimId, ClaimState state);

    /// @notice Thrown when bonds are withdrawn before the claim ended.
    /// @param claimId Claim.
    /// @param state Where it stands.
    error ClaimGame_NotEnded(uint256 claimId, ClaimState state);

    /// @notice Thrown when a path is begun too late.
    /// @param windowEndsAt Last second at which it could.
    error ClaimGame_WindowOver(uint48 windowEndsAt);

    /// @notice Thrown when less than the bond is sent.
    /// @param sentWei What was sent.
    /// @param bondWei The bond.
    error ClaimGame_BondTooSmall(uint256 sentWei, uint256 bondWei);

    /// @notice Thrown when a bond is set outside its bounds, or not in whole gwei.
    /// @param bondWei The bond.
    error ClaimGame_BadBond(uint256 bondWei);

    /// @notice Thrown when nobody pointed at a branch.
    /// @param branchId Branch.
    error ClaimGame_NotPointedAt(bytes32 branchId);

    /// @notice Thrown when a branch is not opened yet.
    /// @param branchId Branch.
    error ClaimGame_NotOpened(bytes32 branchId);

    /// @notice Thrown when a branch is opened too late: it can only time out.
    /// @param answerBy Last second at which it could.
    error ClaimGame_AnswerTooLate(uint48 answerBy);

    /// @notice Thrown when a child is pointed at too late.
    /// @param pointBy Last second at which it could.
    error ClaimGame_PointTooLate(uint256 pointBy);

    /// @notice Thrown when a branch that was answered, or can still be, is called overdue.
    /// @param branchId Branch.
    error ClaimGame_NotOverdue(bytes32 branchId);

    /// @notice Thrown when a branch's bond is not this account's, or was withdrawn.
    /// @param branchId Branch.
    /// @param account The account.
    error ClaimGame_NoBond(bytes32 branchId, address account);

    /// @notice Thrown when one account sends another's bonds elsewhere.
    /// @param account Whose they are.
    /// @param recipient Where they were to go.
    error ClaimGame_NotYours(address account, address recipient);

    // ─── PARAMETERS ───

    /// @notice Sets the bond of a branch for claims posted from now on; at least three times the price of an opening.
    /// @dev Emits {BranchBondChanged}.
    ///
    /// Requirements:
    /// - the caller has the role;
    /// - whole gwei, within `MIN_BRANCH_BOND_WEI` and `MAX_BRANCH_BOND_WEI`.
    /// @param bondWei The bond, in the native coin.
    function setBranchBond(uint256 bondWei) external;

    // ─── READ ───

    /// @notice Where a claim stands now.
    /// @param claimId Claim.
    /// @return state None if there is no such claim.
    function stateOf(uint256 claimId) external view returns (ClaimState state);

    /// @notice What is stored of a claim.
    /// @param claimId Claim.
    /// @return record All zero if there is no such claim.
    function claimOf(uint256 claimId) external view returns (ClaimRecord memory record);

    /// @notice What is stored of a branch.
    /// @param branchId Branch.
    /// @return branch All zero if nobody pointed at it.
    function branchOf(bytes32 branchId) external view returns (Branch memory branch);

    /// @notice Bond of a branch for claims posted now.
    /// @return bondWei The bond, in the native coin.
    function branchBond() external view returns (uint256 bondWei);
}
