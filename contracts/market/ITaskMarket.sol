// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ProgramHeader} from "../verifiers/TensorTypes.sol";
import {IClaimMarket} from "./IClaimMarket.sol";

/// @title ITaskMarket
/// @notice Pay for a result: a buyer escrows the most it will pay, the offered price climbs until a provider takes it,
/// and the provider is paid once its committed result has stood through a challenge window.
///
/// What a task stores is its order's hash and the last step that somebody took, with the second at which that step
/// lapses. Its status is derived from these, the clock and the state of the claim:
///
/// ```
///  None ──open──▶ Listed ──accept──▶ Accepted ──acknowledge──▶ Working ──submit──▶ Submitted
///                  ▲   ┊                ┊                       ┊                  ┊     ┊ claim final
///                  │   ┊ expiresAt      ┊ ackSeconds            ┊ workSeconds      ┊     ▼
///                  │   ▼                ▼                       ▼          claim   ┊   Confirmed
///                  │ Expired      Unacknowledged             Overdue       slashed ┊     │ finalize
///                  │                    │                       │                  ▼     ▼
///                  └──────release───────┴───────────────────────┴────────────── Rejected Finalized
///
///  Listed, Expired, Unacknowledged, Overdue, Rejected ──cancel──▶ Cancelled
/// ```
/// Dotted edges are the clock's or the claim's: nobody sends a transaction for them. `accept` also leaves
/// Unacknowledged, Overdue and Rejected, tidying up the failed attempt as `release` does. `acknowledge` can be part of
/// `accept`.
///
/// @dev Promises:
/// - every task's `maxPrice` credits are locked once, at `open`, and leave once: to the provider and back to the buyer
///   at `finalize`, or wholly back to the buyer at `cancel`;
/// - nothing that is governed is read after `open`: fee and bond rule are in the order's snapshot;
/// - Finalized and Cancelled are for ever.
///
/// Assumptions: Settlement, Staking, NodeRegistry and ResultClaims are the protocol's own and call nobody back.
interface ITaskMarket is IClaimMarket {
    // ─── EVENTS ───

    /// @notice Emitted when a result was claimed.
    /// @param taskId The task
    /// @param attempt Number of the attempt
    /// @param claimId Its claim at ResultClaims: `taskId * 256 + attempt`
    /// @param bodyRoot Root of the trace
    /// @param outputRoot Root of the result
    event TaskSubmitted(
        uint256 indexed taskId,
        uint8 attempt,
        uint256 indexed claimId,
        bytes32 bodyRoot,
        bytes32 outputRoot
    );

    // ─── BUYER ───

    /// @notice Opens a task and locks its `maxPrice` from the caller's free credits.
    /// @dev Emits {TaskOpened}.
    ///
    /// Requirements:
    /// - entries are not paused;
    /// - the terms are within their bounds (see {TaskMarket_TermOutOfBounds}), the claim's windows within those of
    ///   ResultClaims;
    /// - the caller has `maxPrice` free credits.
    /// @param terms What the caller wants
    /// @return taskId The new task's id
    function open(TaskTerms calldata terms) external returns (uint256 taskId);

    // ─── PROVIDER ───

    /// @notice Claims a result.
    /// @dev Emits {TaskSubmitted}.
    ///
    /// Requirements:
    /// - the status is Working;
    /// - the caller is the node's provider, its operator or its agent;
    /// - the header hashes to the order's `programHash`.
    /// @param taskId The task
    /// @param order Its order
    /// @param header The program's header
    /// @param bodyRoot Root of the trace
    /// @param outputRoot Root of the result
    function submit(
        uint256 taskId,
        TaskOrder calldata order,
        ProgramHeader calldata header,
        bytes32 bodyRoot,
        bytes32 outputRoot
    ) external;
}
