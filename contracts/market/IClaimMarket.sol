// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ITaskBook} from "./ITaskBook.sol";

/// @title IClaimMarket
/// @notice What markets have in common whose results are claims: paid once they have stood through a challenge window.
interface IClaimMarket is ITaskBook {
    // ─── TYPES ───

    /// @notice One item of `finalizeMany`: the arguments of `finalize`.
    /// @param taskId The task
    /// @param order Its order
    struct Finalization {
        uint256 taskId;
        TaskOrder order;
    }

    // ─── ANYONE ───

    /// @notice Pays a result whose claim stands, returns the bond and the rest of the escrow, and frees the node.
    /// @dev Emits {TaskFinalized}.
    ///
    /// Requirements:
    /// - the status is Confirmed.
    /// @param taskId The task
    /// @param order Its order
    function finalize(uint256 taskId, TaskOrder calldata order) external;

    /// @notice Pays many results. One that cannot be paid is told by an event and stops no other.
    /// @dev Emits what `finalize` does, or {ItemFailed}. Requirements: 1..64 items, and gas for each (see `IBatch`).
    /// @param items The arguments of each `finalize`
    function finalizeMany(Finalization[] calldata items) external;

    // ─── READ ───

    /// @notice The claim of an attempt.
    /// @param taskId The task
    /// @param attempt The attempt
    /// @return claimId `taskId * 256 + attempt`
    function claimIdOf(uint256 taskId, uint8 attempt) external pure returns (uint256 claimId);
}
