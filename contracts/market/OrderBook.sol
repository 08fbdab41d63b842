// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {EpochClock} from "../common/EpochClock.sol";
import {Units} from "../common/Units.sol";
import {IInspections} from "../hardware/IInspections.sol";
import {INodeRegistry} from "../hardware/INodeRegistry.sol";
import {IBurnMintSettlement} from "../settlement/IBurnMintSettlement.sol";
import {IStakingRegistry} from "../staking/IStakingRegistry.sol";
import {ILeaseMarket} from "./ILeaseMarket.sol";
import {ILeaseOrders} from "./ILeaseOrders.sol";
import {LeaseBond} from "./LeaseBond.sol";
import {NodeFilter} from "./NodeFilter.sol";

/// @title OrderBook
/// @notice What `LeaseOrders` stores and how it is read: orders, seats, what they pay and what they hold. What it does
/// is there.
abstract contract OrderBook is ILeaseOrders {
    using EpochClock for EpochClock.Clock;
    using LeaseBond for ILeaseMarket.Pledge;
    using SafeCast for uint256;

    // ─── CONSTANTS ───

    /// @notice Most seats of an order: bounds every loop over them.
    uint16 public constant MAX_SEATS = 16;

    /// @notice Longest listing.
    uint32 public constant MAX_LIST_SECONDS = 30 days;

    /// @notice Longest wait of a cluster's seats.
    uint32 public constant MAX_FILL_SECONDS = 1 hours;

    /// @notice Length of `dataUri` in bytes.
    uint256 public constant MAX_URI_BYTES = 256;

    // ─── IMMUTABLES ───

    IBurnMintSettlement internal immutable _SETTLEMENT;
    IStakingRegistry internal immutable _STAKING;
    INodeRegistry internal immutable _NODES;
    IInspections internal immutable _INSPECTIONS;
    ILeaseMarket internal immutable _LEASES;

    uint32 private immutable _SLOT_SECONDS;
    uint16 private immutable _SLOTS_PER_EPOCH;

    // ─── STORAGE ───

    uint256 internal _orderCount;
    mapping(uint256 orderId => bytes32 orderHash) internal _hashes;
    mapping(uint256 orderId => Progress progress) internal _progress;
    mapping(uint256 orderId => mapping(uint16 seat => Seat stored)) internal _seats;

    constructor(
        IBurnMintSettlement settlement,
        IStakingRegistry staking,
        INodeRegistry nodes,
        IInspections inspections,
        ILeaseMarket leases
    ) {
        _requireAddress(address(settlement), "settlement");
        _requireAddress(address(staking), "staking");
        _requireAddress(address(nodes), "nodes");
        _requireAddress(address(inspections), "inspections");
        _requireAddress(address(leases), "leases");
        _SETTLEMENT = settlement;
        _STAKING = staking;
        _NODES = nodes;
        _INSPECTIONS = inspections;
        _LEASES = leases;
        EpochClock.Clock memory clock = settlement.clock();
        _SLOT_SECONDS = clock.slotSeconds();
        _SLOTS_PER_EPOCH = clock.slotsPerEpoch;
    }

    // ─── READ ───

    /// @inheritdoc ILeaseOrders
    function statusOf(uint256 orderId, Order calldata order) external view returns (OrderStatus status) {
        if (_hashes[orderId] == 0) return OrderStatus.None;
        _checkOrder(orderId, order);
        return _statusOf(orderId, order);
    }

    /// @inheritdoc ILeaseOrders
    function seatStatusOf(
        uint256 orderId,
        Order calldata order,
        uint16 seat
    ) external view returns (SeatStatus status) {
        _checkOrder(orderId, order);
        return _seatStatusOf(orderId, order, seat);
    }

    /// @inheritdoc ILeaseOrders
    function rateOf(uint256 orderId, Order calldata order, uint16 seat) external view returns (uint96 rate) {
        _checkOrder(orderId, order);
        return _rateDown(order, _seats[orderId][seat]);
    }

    /// @inheritdoc ILeaseOrders
    function escrowOf(uint256 orderId, Order calldata order) external view returns (uint256 credits) {
        _checkOrder(orderId, order);
        for (uint16 seat = 0; seat < order.terms.seats; ++seat) {
            SeatStatus status = _seatStatusOf(orderId, order, seat);
            Seat storage stored = _seats[orderId][seat];
            if (status <= SeatStatus.Ready) credits += _heldFor(order, stored);
            // What a provider leaves unserved is the order's from that moment on, although its lease may run out its
            // notice.
            if (status == SeatStatus.Leased || status == SeatStatus.Returned) credits += _returnedOf(stored);
        }
    }

    /// @inheritdoc ILeaseOrders
    function hashOf(uint256 orderId) external view returns (bytes32 orderHash) {
        return _hashes[orderId];
    }

    /// @inheritdoc ILeaseOrders
    function progressOf(uint256 orderId) external view returns (Progress memory progress) {
        return _progress[orderId];
    }

    /// @inheritdoc ILeaseOrders
    function seatOf(uint256 orderId, uint16 seat) external view returns (Seat memory stored) {
        return _seats[orderId][seat];
    }

    /// @inheritdoc ILeaseOrders
    function orderCount() external view returns (uint256 count) {
        return _orderCount;
    }

    // ─── INTERNAL: STATUS ───

    /// @dev The only place that says what an order's facts and the clock mean together.
    function _statusOf(uint256 orderId, Order calldata order) internal view returns (OrderStatus status) {
        Progress memory progress = _progress[orderId];
        if (progress.endedAt != 0) return OrderStatus.Ended;
        if (progress.filledAt != 0) return OrderStatus.Filled;
        if (order.terms.fillSeconds != 0 && progress.firstAt != 0) {
            bool isOpen = block.timestamp < uint256(progress.firstAt) + order.terms.fillSeconds;
            return isOpen ? OrderStatus.Filling : OrderStatus.Lapsed;
        }
        bool isListed = block.timestamp < uint256(order.openedAt) + order.terms.listSeconds;
        return isListed ? OrderStatus.Listed : OrderStatus.Lapsed;
    }

    /// @dev The same for a seat.
    function _seatStatusOf(
        uint256 orderId,
        Order calldata order,
        uint16 seat
    ) internal view returns (SeatStatus status) {
        require(seat < order.terms.seats, LeaseOrders_NoSuchSeat(seat, order.terms.seats));
        Seat storage stored = _seats[orderId][seat];
        if (stored.gone) return SeatStatus.Gone;
        if (stored.leaseId != 0) return _isReturned(stored.leaseId) ? SeatStatus.Returned : SeatStatus.Leased;
        if (stored.relistedAt != 0) return SeatStatus.Open;
        if (_progress[orderId].endedAt != 0) return SeatStatus.Gone;
        if (stored.nodeId == 0) return SeatStatus.Open;
        return _progress[orderId].filledAt != 0 ? SeatStatus.Ready : SeatStatus.Held;
    }

    /// @dev Only once the lease is over: until then its provider may leave still more unserved.
    function _isReturned(uint256 leaseId) private view returns (bool returned) {
        if (_LEASES.returnedSecondsOf(leaseId) == 0) return false;
        return _LEASES.statusOf(leaseId) >= ILeaseMarket.LeaseStatus.Ended;
    }

    function _checkSeat(uint256 orderId, Order calldata order, uint16 seat, uint256 allowed) internal view {
        SeatStatus status = _seatStatusOf(orderId, order, seat);
        bool isAllowed = allowed & (1 << uint8(status)) != 0;
        require(isAllowed, LeaseOrders_WrongSeatStatus(orderId, seat, status, allowed));
    }

    function _checkOrder(uint256 orderId, Order calldata order) internal view {
        bytes32 given = keccak256(abi.encode(order));
        bytes32 expected = _hashes[orderId];
        require(given == expected, LeaseOrders_WrongOrder(orderId, given, expected));
    }

    // ─── INTERNAL: MONEY ───

    /// @dev The most that a first-listed seat costs a second.
    function _capOf(Order calldata order) internal pure returns (uint256 rate) {
        return uint256(order.terms.maxRate) * order.terms.wanted.units;
    }

    /// @dev What a seat without a lease holds.
    function _heldFor(Order calldata order, Seat storage stored) internal view returns (uint256 credits) {
        if (stored.relistedAt != 0) return uint256(stored.rate) * stored.leaseSeconds;
        return _capOf(order) * (uint256(order.terms.leaseSeconds) + order.terms.fillSeconds);
    }

    /// @dev What a lease that its provider left hands back.
    function _returnedOf(Seat storage stored) internal view returns (uint256 credits) {
        return uint256(stored.rate) * _LEASES.returnedSecondsOf(stored.leaseId);
    }

    /// @dev A straight climb from the start to the cap. Rounded down: the provider, who chooses the second, gains
    /// nothing from rounding.
    function _rateDown(Order calldata order, Seat storage stored) internal view returns (uint96 rate) {
        bool isRelisted = stored.relistedAt != 0;
        uint256 cap = isRelisted ? stored.rate : _capOf(order);
        uint256 elapsed = block.timestamp - (isRelisted ? stored.relistedAt : order.openedAt);
        uint256 first = Math.min(cap, uint256(order.terms.startRate) * order.terms.wanted.units);
        if (elapsed >= order.terms.rampSeconds) return cap.toUint96();
        return (first + Units.mulDivDown(cap - first, elapsed, order.terms.rampSeconds)).toUint96();
    }

    // ─── INTERNAL: TERMS ───

    function _checkTerms(Terms calldata terms) internal view {
        _checkTerm("units", terms.wanted.units, 1, type(uint16).max);
        _checkTerm("nodeIds", terms.wanted.nodeIds.length, 0, NodeFilter.MAX_NODES);
        _checkTerm("inspectors", terms.wanted.inspectors.length, 0, NodeFilter.MAX_INSPECTORS);
        _checkTerm("seats", terms.seats, 1, MAX_SEATS);
        _checkTerm("maxRate", terms.maxRate, 1, type(uint96).max / terms.wanted.units);
        _checkTerm("startRate", terms.startRate, 1, terms.maxRate);
        _checkTerm("leaseSeconds", terms.leaseSeconds, _SLOT_SECONDS, type(uint32).max);
        _checkTerm("listSeconds", terms.listSeconds, 1, MAX_LIST_SECONDS);
        _checkTerm("fillSeconds", terms.fillSeconds, 0, MAX_FILL_SECONDS);
        _checkTerm("dataUri", bytes(terms.dataUri).length, 0, MAX_URI_BYTES);
        bool isSound = terms.pledge.isSound(_SLOTS_PER_EPOCH);
        require(isSound, ILeaseMarket.LeaseMarket_UnsoundPledge(terms.pledge));
    }

    function _checkTerm(string memory name, uint256 value, uint256 min, uint256 max) private pure {
        require(value >= min && value <= max, LeaseOrders_TermOutOfBounds(name, value, min, max));
    }

    function _requireAddress(address account, string memory name) internal pure {
        require(account != address(0), LeaseOrders_ZeroAddress(name));
    }
}
