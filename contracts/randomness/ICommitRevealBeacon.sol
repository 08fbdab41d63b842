// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IBeacon} from "./IBeacon.sol";

/// @title ICommitRevealBeacon
/// @notice Randomness that participants make, for chains whose blocks have none: each commits to a secret before a
/// second and reveals it after; the value mixes all that were revealed.
/// @dev
/// ```
///  second − commitSeconds         second           second + revealSeconds
///  ──────────────┼───────── commit ──────┼────── reveal ──────────┼───── value known, or lost ─────▶
/// ```
/// Anyone may take part, for a bond that comes back with the secret. The value is unknown to all as long as one
/// participant keeps its secret until `second`. Who reveals last knows the value with and without its secret, and can
/// choose between them for the price of a bond: with n bonds, among 2^n values. The bond must be worth more than the
/// choice.
///
/// Promises: a commitment is never replaced; a revealed bond goes back to who paid it, and only the others stay here,
/// out of everybody's reach; without a single secret the value is lost.
interface ICommitRevealBeacon is IBeacon {
    // ─── EVENTS ───

    /// @notice Emitted when an account takes part in the value of a second.
    /// @param second The second
    /// @param account The account
    /// @param commitment What it committed to
    event SecretCommitted(uint48 indexed second, address indexed account, bytes32 commitment);

    /// @notice Emitted when a secret is revealed. Its bond went back.
    /// @param second The second
    /// @param account Whose it is
    /// @param secret The secret
    event SecretRevealed(uint48 indexed second, address indexed account, bytes32 secret);

    // ─── ERRORS ───

    /// @notice Thrown when the deployment gives no time to commit or to reveal, or no bond.
    error CommitRevealBeacon_BadRules(uint32 commitSeconds, uint32 revealSeconds, uint96 bondWei);

    /// @notice Thrown when a call comes before or after its time.
    error CommitRevealBeacon_NotNow(uint256 from, uint256 until, uint256 timestamp);

    /// @notice Thrown when something else than the bond is sent.
    error CommitRevealBeacon_WrongBond(uint256 sentWei, uint256 bondWei);

    /// @notice Thrown when an account commits to a second time for a second, or to nothing.
    error CommitRevealBeacon_CannotCommit(uint48 second, address account);

    /// @notice Thrown when a secret is not what the account committed to, or was revealed.
    error CommitRevealBeacon_OtherSecret(uint48 second, address account);

    // ─── PARTICIPANTS ───

    /// @notice Takes part in the value of a second.
    /// @dev Emits {SecretCommitted}. Requirements: from `commitSeconds` before the second until before it; the bond is
    /// sent; the first time for this account and second; a commitment that is not zero.
    /// @param second The second
    /// @param commitment `commitmentOf` the secret
    function commit(uint48 second, bytes32 commitment) external payable;

    /// @notice Reveals the caller's secret and returns its bond.
    /// @dev Emits {SecretRevealed}. Requirements: from `second` until before `revealSeconds` later; the secret is what
    /// the caller committed to.
    /// @param second The second
    /// @param secret The secret
    function reveal(uint48 second, bytes32 secret) external;

    // ─── READ ───

    /// @notice What an account commits to.
    /// @param second The second
    /// @param account The account
    /// @param secret A secret, to be drawn anew for each second
    /// @return commitment Its commitment
    function commitmentOf(uint48 second, address account, bytes32 secret) external pure returns (bytes32 commitment);

    /// @notice How many secrets were revealed for a second.
    /// @param second The second
    /// @return count Number
    function revealsOf(uint48 second) external view returns (uint32 count);

    /// @notice What a participant pays, and gets back with its secret.
    /// @return bond Bond, in the native coin
    function bondWei() external view returns (uint96 bond);
}
