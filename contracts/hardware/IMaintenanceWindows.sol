// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title IMaintenanceWindows
/// @notice Times at which a provider may take a node down without breaking a promise: announced ahead, within a budget.
/// @dev What a market makes of a window is its own affair; here it is only a fact. A buyer does not pay for seconds
/// in which a node was down, in a window or not, but a promised uptime counts those inside a window as kept. Being up
/// in a window saves nothing for later.
///
/// Promises:
/// - A window is known at least `noticeSeconds()` before it begins. From then on nobody can move or lengthen it, and
///   once it has begun nobody can call it off (I10).
/// - The windows of a node take at most `budgetSeconds()` of any `periodSeconds()`, wherever that period begins.
/// - At most `MAX_WINDOWS` of a node's windows reach into any `periodSeconds()`.
/// - `maintenanceSecondsIn` costs a logarithm of the number of windows; `downSecondsIn` that, and a constant for each
///   window of the span (I12).
interface IMaintenanceWindows {
    // ─── TYPES ───

    /// @notice A window.
    /// @param startAt First second of it
    /// @param endAt First second after it
    /// @param secondsBefore Length of all earlier windows of the node together
    struct Window {
        uint48 startAt;
        uint48 endAt;
        uint48 secondsBefore;
    }

    /// @notice What a deployment fixes for ever.
    /// @param noticeSeconds Least time between the announcement and the start of a window
    /// @param budgetSeconds Most maintenance in any period
    /// @param periodSeconds Length of a period
    struct Rules {
        uint32 noticeSeconds;
        uint32 budgetSeconds;
        uint32 periodSeconds;
    }

    // ─── EVENTS ───

    /// @notice Emitted when a window is announced.
    /// @param nodeId Number of the node
    /// @param startAt First second of it
    /// @param endAt First second after it
    event MaintenanceAnnounced(uint64 indexed nodeId, uint48 startAt, uint48 endAt);

    /// @notice Emitted when a window is called off.
    /// @param nodeId Number of the node
    /// @param startAt First second of it
    /// @param endAt First second after it
    event MaintenanceCancelled(uint64 indexed nodeId, uint48 startAt, uint48 endAt);

    // ─── ERRORS ───

    /// @notice Thrown when the deployment leaves out a contract.
    error MaintenanceWindows_ZeroAddress();

    /// @notice Thrown when a deployment's rules contradict each other: no budget, or one that fills the period.
    error MaintenanceWindows_BadRules(uint32 noticeSeconds, uint32 budgetSeconds, uint32 periodSeconds);

    /// @notice Thrown when the caller neither owns nor operates the node.
    error MaintenanceWindows_NotOperator(uint64 nodeId, address provider, address caller);

    /// @notice Thrown when a window has no length.
    error MaintenanceWindows_ZeroLength();

    /// @notice Thrown when a window begins too soon.
    error MaintenanceWindows_TooSoon(uint64 nodeId, uint48 startAt, uint48 earliest);

    /// @notice Thrown when a window begins before the last one ends: windows are announced in order.
    error MaintenanceWindows_OutOfOrder(uint64 nodeId, uint48 startAt, uint48 lastEndAt);

    /// @notice Thrown when a period would hold more maintenance than the budget.
    error MaintenanceWindows_OverBudget(uint64 nodeId, uint256 used, uint32 budgetSeconds);

    /// @notice Thrown when a period would hold more windows than there may be.
    /// @param nodeId Number of the node
    /// @param max Most windows in a period
    /// @param earliest When the next window may begin
    error MaintenanceWindows_TooManyWindows(uint64 nodeId, uint256 max, uint256 earliest);

    /// @notice Thrown when a span is asked about whose slots begin after it, or have no length.
    error MaintenanceWindows_BadSlots(uint48 fromAt, uint48 firstSlotAt, uint32 slotSeconds);

    /// @notice Thrown when there is no window that has not begun.
    error MaintenanceWindows_NothingAhead(uint64 nodeId);

    // ─── PROVIDERS ───

    /// @notice Announces a window.
    /// @dev Emits {MaintenanceAnnounced}. Requirements: caller is the node's provider or its operator; at least one
    /// second long; beginning `noticeSeconds()` from now or later, and not before the last window's end; within the
    /// budget of every period that holds it, none of which it is the 33rd window of.
    /// @param nodeId Number of the node
    /// @param startAt First second of it
    /// @param lengthSeconds Length
    function announce(uint64 nodeId, uint48 startAt, uint32 lengthSeconds) external;

    /// @notice Calls off the last window of a node, and gives its budget back.
    /// @dev Emits {MaintenanceCancelled}. Requirements: caller is the node's provider or its operator; the window has
    /// not begun.
    /// @param nodeId Number of the node
    function cancelLast(uint64 nodeId) external;

    // ─── VIEWS ───

    /// @notice Seconds of maintenance in a span.
    /// @param nodeId Number of the node
    /// @param fromAt First second of the span
    /// @param toAt First second after it; an empty or backward span has none
    /// @return seconds_ Seconds
    function maintenanceSecondsIn(uint64 nodeId, uint48 fromAt, uint48 toAt) external view returns (uint256 seconds_);

    /// @notice Seconds of maintenance in a span in which the node was down.
    /// @dev Requirements: the first slot begins by `fromAt`; slots have a length; the span ends by the 256th slot.
    /// @param nodeId Number of the node
    /// @param fromAt First second of the span
    /// @param toAt First second after it; an empty or backward span has none
    /// @param bitmap Bit `s` set: the node was up in slot `s`
    /// @param firstSlotAt First second of slot 0
    /// @param slotSeconds Length of a slot
    /// @return seconds_ Seconds
    function downSecondsIn(
        uint64 nodeId,
        uint48 fromAt,
        uint48 toAt,
        uint256 bitmap,
        uint48 firstSlotAt,
        uint32 slotSeconds
    ) external view returns (uint256 seconds_);

    /// @notice Whether a node is in a window now.
    /// @param nodeId Number of the node
    /// @return inside Whether it is
    function isInMaintenance(uint64 nodeId) external view returns (bool inside);

    /// @notice A window of a node.
    /// @param nodeId Number of the node
    /// @param index Its place, from 0, in order of time
    /// @return window Window; zero if there is none
    function windowOf(uint64 nodeId, uint256 index) external view returns (Window memory window);

    /// @notice Number of windows that a node ever had and did not cancel.
    /// @param nodeId Number of the node
    /// @return count Number
    function windowCount(uint64 nodeId) external view returns (uint256 count);

    /// @notice Maintenance that a node has had, or has announced, in the period that ends at a time.
    /// @param nodeId Number of the node
    /// @param endAt First second after the period
    /// @return seconds_ Seconds
    function usedBudget(uint64 nodeId, uint48 endAt) external view returns (uint256 seconds_);

    /// @notice What this deployment fixed.
    /// @return rules_ Rules
    function rules() external view returns (Rules memory rules_);
}
