// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {IStakingRegistry} from "../staking/IStakingRegistry.sol";
import {SlotBitmap} from "../uptime/SlotBitmap.sol";
import {IMaintenanceWindows} from "./IMaintenanceWindows.sol";
import {INodeRegistry} from "./INodeRegistry.sol";

/// @title MaintenanceWindows
/// @notice See `IMaintenanceWindows`.
contract MaintenanceWindows is IMaintenanceWindows {
    using SafeCast for uint256;
    using SlotBitmap for uint256;

    // ─── CONSTANTS ───

    /// @notice Most windows in any period: bounds the walk of `downSecondsIn`.
    uint256 public constant MAX_WINDOWS = 32;

    // ─── IMMUTABLES ───

    /// @notice Stake of the providers, for their operators.
    IStakingRegistry public immutable STAKING;

    /// @notice Nodes.
    INodeRegistry public immutable NODES;

    uint32 private immutable _NOTICE_SECONDS;
    uint32 private immutable _BUDGET_SECONDS;
    uint32 private immutable _PERIOD_SECONDS;

    // ─── STORAGE ───

    mapping(uint64 nodeId => Window[] windows) private _windows; // ascending and disjoint

    // ─── CONSTRUCTOR ───

    /// @notice Deploys with no windows.
    /// @param staking Stake of the providers
    /// @param nodes Nodes
    /// @param rules_ Notice, budget and period
    constructor(address staking, address nodes, Rules memory rules_) {
        require(staking != address(0) && nodes != address(0), MaintenanceWindows_ZeroAddress());
        require(
            rules_.budgetSeconds != 0 && rules_.budgetSeconds < rules_.periodSeconds,
            MaintenanceWindows_BadRules(rules_.noticeSeconds, rules_.budgetSeconds, rules_.periodSeconds)
        );
        STAKING = IStakingRegistry(staking);
        NODES = INodeRegistry(nodes);
        (_NOTICE_SECONDS, _BUDGET_SECONDS, _PERIOD_SECONDS) = (
            rules_.noticeSeconds,
            rules_.budgetSeconds,
            rules_.periodSeconds
        );
    }

    // ─── READ ───

    /// @inheritdoc IMaintenanceWindows
    function maintenanceSecondsIn(uint64 nodeId, uint48 fromAt, uint48 toAt) external view returns (uint256 seconds_) {
        return _secondsIn(_windows[nodeId], fromAt, toAt);
    }

    /// @inheritdoc IMaintenanceWindows
    function downSecondsIn(
        uint64 nodeId,
        uint48 fromAt,
        uint48 toAt,
        uint256 bitmap,
        uint48 firstSlotAt,
        uint32 slotSeconds
    ) external view returns (uint256 seconds_) {
        require(
            firstSlotAt <= fromAt && slotSeconds != 0,
            MaintenanceWindows_BadSlots(fromAt, firstSlotAt, slotSeconds)
        );
        Window[] storage windows = _windows[nodeId];
        for (uint256 next = _begunBefore(windows, toAt); next != 0; --next) {
            Window memory window = windows[next - 1];
            uint256 from = Math.max(window.startAt, fromAt);
            uint256 to = Math.min(window.endAt, toAt);
            if (from >= to) break; // this window and all before it end before the span begins
            seconds_ += to - from - bitmap.upSecondsWithin(from - firstSlotAt, to - firstSlotAt, slotSeconds);
        }
    }

    /// @inheritdoc IMaintenanceWindows
    function isInMaintenance(uint64 nodeId) external view returns (bool inside) {
        return _secondsIn(_windows[nodeId], block.timestamp, block.timestamp + 1) != 0;
    }

    /// @inheritdoc IMaintenanceWindows
    function windowOf(uint64 nodeId, uint256 index) external view returns (Window memory window) {
        Window[] storage windows = _windows[nodeId];
        if (index < windows.length) window = windows[index];
    }

    /// @inheritdoc IMaintenanceWindows
    function windowCount(uint64 nodeId) external view returns (uint256 count) {
        return _windows[nodeId].length;
    }

    /// @inheritdoc IMaintenanceWindows
    function usedBudget(uint64 nodeId, uint48 endAt) external view returns (uint256 seconds_) {
        return _secondsIn(_windows[nodeId], Math.saturatingSub(endAt, _PERIOD_SECONDS), endAt);
    }

    /// @inheritdoc IMaintenanceWindows
    function rules() external view returns (Rules memory rules_) {
        return Rules(_NOTICE_SECONDS, _BUDGET_SECONDS, _PERIOD_SECONDS);
    }

    // ─── PROVIDERS ───

    /// @inheritdoc IMaintenanceWindows
    function announce(uint64 nodeId, uint48 startAt, uint32 lengthSeconds) external {
        _checkOperator(nodeId);
        require(lengthSeconds != 0, MaintenanceWindows_ZeroLength());
        uint48 earliest = (block.timestamp + _NOTICE_SECONDS).toUint48();
        require(startAt >= earliest, MaintenanceWindows_TooSoon(nodeId, startAt, earliest));
        Window[] storage windows = _windows[nodeId];
        Window memory last = _last(windows);
        require(startAt >= last.endAt, MaintenanceWindows_OutOfOrder(nodeId, startAt, last.endAt));
        uint48 endAt = (uint256(startAt) + lengthSeconds).toUint48();
        // Later windows are checked when they are announced: the period that ends with this one is the fullest.
        uint256 used = _secondsIn(windows, Math.saturatingSub(endAt, _PERIOD_SECONDS), startAt) + lengthSeconds;
        require(used <= _BUDGET_SECONDS, MaintenanceWindows_OverBudget(nodeId, used, _BUDGET_SECONDS));
        _checkCount(nodeId, windows, startAt);

        uint48 secondsBefore = last.secondsBefore + (last.endAt - last.startAt);
        windows.push(Window({startAt: startAt, endAt: endAt, secondsBefore: secondsBefore}));
        emit MaintenanceAnnounced(nodeId, startAt, endAt);
    }

    /// @inheritdoc IMaintenanceWindows
    function cancelLast(uint64 nodeId) external {
        _checkOperator(nodeId);
        Window[] storage windows = _windows[nodeId];
        Window memory last = _last(windows);
        require(block.timestamp < last.startAt, MaintenanceWindows_NothingAhead(nodeId));

        windows.pop();
        emit MaintenanceCancelled(nodeId, last.startAt, last.endAt);
    }

    // ─── INTERNAL ───

    function _checkOperator(uint64 nodeId) private view {
        address provider = NODES.providerOf(nodeId);
        bool allowed = provider != address(0) && STAKING.isOperator(provider, msg.sender);
        require(allowed, MaintenanceWindows_NotOperator(nodeId, provider, msg.sender));
    }

    /// @dev As many windows ago as there may be in a period, one must have ended before the period of this one.
    function _checkCount(uint64 nodeId, Window[] storage windows, uint256 startAt) private view {
        uint256 count = windows.length;
        if (count < MAX_WINDOWS) return;
        uint256 earliest = uint256(windows[count - MAX_WINDOWS].endAt) + _PERIOD_SECONDS;
        require(startAt >= earliest, MaintenanceWindows_TooManyWindows(nodeId, MAX_WINDOWS, earliest));
    }

    function _secondsIn(
        Window[] storage windows,
        uint256 fromAt,
        uint256 toAt
    ) private view returns (uint256 seconds_) {
        return fromAt < toAt ? _secondsUntil(windows, toAt) - _secondsUntil(windows, fromAt) : 0;
    }

    /// @dev Maintenance of all time before `instant`. Sums are stored, so that no span needs a walk.
    function _secondsUntil(Window[] storage windows, uint256 instant) private view returns (uint256 seconds_) {
        uint256 begun = _begunBefore(windows, instant);
        if (begun == 0) return 0;
        Window memory window = windows[begun - 1];
        return window.secondsBefore + Math.min(instant, window.endAt) - window.startAt;
    }

    /// @dev How many windows began before `instant`.
    function _begunBefore(Window[] storage windows, uint256 instant) private view returns (uint256 low) {
        uint256 high = windows.length;
        // The windows before `low` began before `instant`, those from `high` on did not.
        while (low < high) {
            uint256 middle = (low + high) / 2;
            if (windows[middle].startAt < instant) low = middle + 1;
            else high = middle;
        }
    }

    /// @dev Zero if there is none.
    function _last(Window[] storage windows) private view returns (Window memory window) {
        uint256 length = windows.length;
        if (length != 0) window = windows[length - 1];
    }
}
