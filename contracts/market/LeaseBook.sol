// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {EntryPause} from "../common/EntryPause.sol";
import {EpochClock} from "../common/EpochClock.sol";
import {Wired} from "../common/Wired.sol";
import {IMaintenanceWindows} from "../hardware/IMaintenanceWindows.sol";
import {INodeRegistry} from "../hardware/INodeRegistry.sol";
import {IBurnMintSettlement} from "../settlement/IBurnMintSettlement.sol";
import {IStakingRegistry} from "../staking/IStakingRegistry.sol";
import {IUptimeChallenges} from "../uptime/IUptimeChallenges.sol";
import {IUptimeOracle} from "../uptime/IUptimeOracle.sol";
import {IUptimeReceipts} from "../uptime/IUptimeReceipts.sol";
import {ILeaseMarket} from "./ILeaseMarket.sol";
import {LeaseClock} from "./LeaseClock.sol";

/// @title LeaseBook
/// @notice What `LeaseMarket` stores, how it is deployed and read, and what every call checks. What it does is there.
abstract contract LeaseBook is ILeaseMarket, EntryPause, Wired {
    using EpochClock for EpochClock.Clock;
    using LeaseClock for LeaseClock.Record;
    using SafeCast for uint256;

    // ─── CONSTANTS ───

    /// @notice Longest grace and notice.
    uint32 public constant MAX_PERIOD_SECONDS = 30 days;

    /// @notice Longest wait for a leaf.
    uint32 public constant MAX_LEAF_TIMEOUT_SECONDS = 365 days;

    // ─── IMMUTABLES ───

    IBurnMintSettlement internal immutable _SETTLEMENT;
    IStakingRegistry internal immutable _STAKING;
    INodeRegistry internal immutable _NODES;
    IMaintenanceWindows internal immutable _MAINTENANCE;
    IUptimeOracle internal immutable _ORACLE;
    IUptimeChallenges internal immutable _CHALLENGES;
    IUptimeReceipts internal immutable _RECEIPTS;

    uint48 internal immutable _GENESIS_AT;
    uint32 private immutable _EPOCH_SECONDS;
    uint16 internal immutable _SLOTS_PER_EPOCH;

    uint32 private immutable _GRACE_SECONDS;
    uint32 internal immutable _NOTICE_SECONDS;
    uint32 private immutable _REPORT_TIMEOUT_SECONDS;
    uint32 private immutable _LEAF_TIMEOUT_SECONDS;

    // ─── STORAGE ───

    uint256 internal _leaseCount;
    mapping(uint256 leaseId => LeaseClock.Record lease) internal _leases;
    mapping(uint256 leaseId => LeaseClock.Remainder rest) internal _remainders;
    mapping(uint256 leaseId => mapping(uint16 index => Stretch stretch)) internal _stretches;
    mapping(uint256 leaseId => Pledge pledge) internal _pledges;
    mapping(uint256 leaseId => mapping(uint32 epoch => bool objected)) internal _objections;

    /// @notice Fixes the contracts below, the clock and the periods.
    /// @param deployer Account that wires and seals
    /// @param authority AccessManager of the restricted functions
    /// @param settlement Credits and clock
    /// @param staking Bonds
    /// @param nodes Hardware
    /// @param maintenance When nodes need not be up
    /// @param oracle Uptime
    /// @param challenges What was corrected of it
    /// @param receipts What is known of it without a report
    /// @param all The market's periods
    constructor(
        address deployer,
        address authority,
        IBurnMintSettlement settlement,
        IStakingRegistry staking,
        INodeRegistry nodes,
        IMaintenanceWindows maintenance,
        IUptimeOracle oracle,
        IUptimeChallenges challenges,
        IUptimeReceipts receipts,
        Periods memory all
    ) AccessManaged(authority) Wired(deployer) {
        _requireAddress(authority, "authority");
        _requireAddress(address(settlement), "settlement");
        _requireAddress(address(staking), "staking");
        _requireAddress(address(nodes), "nodes");
        _requireAddress(address(maintenance), "maintenance");
        _requireAddress(address(oracle), "oracle");
        _requireAddress(address(challenges), "challenges");
        _requireAddress(address(receipts), "receipts");
        _SETTLEMENT = settlement;
        _STAKING = staking;
        _NODES = nodes;
        _MAINTENANCE = maintenance;
        _ORACLE = oracle;
        _CHALLENGES = challenges;
        _RECEIPTS = receipts;

        EpochClock.Clock memory clock = settlement.clock();
        _GENESIS_AT = clock.genesisAt;
        _EPOCH_SECONDS = clock.epochSeconds;
        _SLOTS_PER_EPOCH = clock.slotsPerEpoch;

        _checkPeriod("grace", all.graceSeconds, 0, MAX_PERIOD_SECONDS);
        // Who is hired costs a slot at least: notice must not be the cheaper way out.
        _checkPeriod("notice", all.noticeSeconds, clock.slotSeconds(), MAX_PERIOD_SECONDS);
        _checkPeriod("reportTimeout", all.reportTimeoutSeconds, 1, MAX_PERIOD_SECONDS);
        _checkPeriod("leafTimeout", all.leafTimeoutSeconds, all.reportTimeoutSeconds, MAX_LEAF_TIMEOUT_SECONDS);
        _GRACE_SECONDS = all.graceSeconds;
        _NOTICE_SECONDS = all.noticeSeconds;
        _REPORT_TIMEOUT_SECONDS = all.reportTimeoutSeconds;
        _LEAF_TIMEOUT_SECONDS = all.leafTimeoutSeconds;
    }

    // ─── READ ───

    /// @inheritdoc ILeaseMarket
    function statusOf(uint256 leaseId) external view returns (LeaseStatus status) {
        return _statusOf(_leases[leaseId]);
    }

    /// @inheritdoc ILeaseMarket
    function leaseOf(uint256 leaseId) external view returns (Lease memory lease) {
        LeaseClock.Record storage stored = _leases[leaseId];
        LeaseClock.Remainder storage rest = _remainders[leaseId];
        lease.buyer = stored.buyer;
        lease.startAt = stored.startAt;
        lease.paidThrough = stored.paidThrough;
        lease.settledThrough = stored.settledThrough;
        lease.nodeId = stored.nodeId;
        lease.units = stored.units;
        lease.rate = stored.rate;
        lease.feePpm = stored.feePpm;
        lease.closed = stored.has(LeaseClock.CLOSED);
        lease.reserved = stored.has(LeaseClock.RESERVED);
        lease.ordered = stored.has(LeaseClock.ORDERED);
        lease.failed = stored.has(LeaseClock.FAILED);
        lease.stretches = rest.stretches;
        lease.stretchesSettled = rest.stretchesSettled;
        lease.locked = stored.open(rest) * stored.rate;
    }

    /// @inheritdoc ILeaseMarket
    function pledgeOf(uint256 leaseId) external view returns (Pledge memory pledge) {
        return _pledges[leaseId];
    }

    /// @inheritdoc ILeaseMarket
    function returnedSecondsOf(uint256 leaseId) external view returns (uint32 returnedSeconds) {
        return _remainders[leaseId].returnedSeconds;
    }

    /// @inheritdoc ILeaseMarket
    function hasObjected(uint256 leaseId, uint32 epoch) external view returns (bool objected) {
        return _objections[leaseId][epoch];
    }

    /// @inheritdoc ILeaseMarket
    function stretchOf(uint256 leaseId, uint16 index) external view returns (Stretch memory stretch) {
        return _stretches[leaseId][index];
    }

    /// @inheritdoc ILeaseMarket
    function nextPieceOf(uint256 leaseId) external view returns (Piece memory piece) {
        if (_leases[leaseId].buyer == address(0)) return piece;
        return _nextPiece(leaseId);
    }

    /// @inheritdoc ILeaseMarket
    function leaseCount() external view returns (uint256 count) {
        return _leaseCount;
    }

    /// @inheritdoc ILeaseMarket
    function periods() external view returns (Periods memory all) {
        return
            Periods({
                graceSeconds: _GRACE_SECONDS,
                noticeSeconds: _NOTICE_SECONDS,
                reportTimeoutSeconds: _REPORT_TIMEOUT_SECONDS,
                leafTimeoutSeconds: _LEAF_TIMEOUT_SECONDS
            });
    }

    // ─── INTERNAL: STATUS ───

    /// @dev The only place that says what facts and clock mean together.
    function _statusOf(LeaseClock.Record storage lease) internal view returns (LeaseStatus status) {
        if (lease.buyer == address(0)) return LeaseStatus.None;
        uint256 paidThrough = lease.paidThrough;
        bool isClosed = lease.has(LeaseClock.CLOSED);
        if (block.timestamp < paidThrough) return isClosed ? LeaseStatus.Closing : LeaseStatus.Running;
        if (!isClosed && block.timestamp < paidThrough + _GRACE_SECONDS) return LeaseStatus.Paused;
        return lease.settledThrough == paidThrough ? LeaseStatus.Settled : LeaseStatus.Ended;
    }

    /// @dev One guard for the whole machine.
    function _checkStatus(uint256 leaseId, LeaseClock.Record storage lease, uint256 allowed) internal view {
        LeaseStatus status = _statusOf(lease);
        require(allowed & (1 << uint8(status)) != 0, LeaseMarket_WrongStatus(leaseId, status, allowed));
    }

    function _checkBuyer(LeaseClock.Record storage lease) internal view {
        require(msg.sender == lease.buyer, LeaseMarket_NotBuyer(msg.sender, lease.buyer));
    }

    function _providerOf(LeaseClock.Record storage lease) internal view returns (address provider) {
        return _NODES.providerOf(lease.nodeId);
    }

    // ─── INTERNAL: SETTLEMENT ───

    function _nextPiece(uint256 leaseId) internal view returns (Piece memory piece) {
        return _leases[leaseId].nextPiece(_remainders[leaseId], _stretches[leaseId], _clock());
    }

    /// @dev The next piece. It may be settled only by a final report, or a timeout after its epoch: either way the
    /// epoch is over.
    function _pieceOf(uint256 leaseId) internal view returns (Piece memory piece) {
        require(_leases[leaseId].buyer != address(0), LeaseMarket_NothingToSettle(leaseId));
        piece = _nextPiece(leaseId);
        require(piece.fromAt < piece.toAt, LeaseMarket_NothingToSettle(leaseId));
    }

    /// @dev A leaf that exists can be brought by anyone, and a buyer whose node was down will. Only where none can be
    /// had (a node that the report leaves out, data that nobody keeps) does the longer timeout let the provider out. An
    /// objection buys time for a report, not more: whoever gives one cannot thereby refuse to pay for ever.
    /// Says whether there is a final report, but no leaf.
    function _checkUnreported(uint256 leaseId, uint32 epoch) internal view returns (bool isPosted) {
        uint48 finalAt = _ORACLE.reportOf(epoch).finalAt;
        isPosted = finalAt != 0;
        bool isHeld = isPosted || _objections[leaseId][epoch];
        uint256 wait = isHeld ? _LEAF_TIMEOUT_SECONDS : _REPORT_TIMEOUT_SECONDS;
        uint48 unreportedAt = (_clock().endOf(epoch) + wait).toUint48();
        bool isDue = block.timestamp >= unreportedAt && block.timestamp >= finalAt;
        require(isDue, LeaseMarket_ReportAwaited(epoch, finalAt, unreportedAt));
    }

    /// @dev Ahead of the timeout, so that a provider knows by then whether it is paid. While a report is posted it does
    /// not: that holds the pay, and could fall when it is too late to object.
    function _checkObjection(uint256 leaseId, uint32 epoch) internal view {
        uint32 first = _pieceOf(leaseId).epoch;
        EpochClock.Clock memory clock = _clock();
        uint32 last = clock.epochAtDown(_leases[leaseId].paidThrough - 1);
        bool mayFall = block.timestamp < _ORACLE.reportOf(epoch).finalAt;
        uint48 untilAt = clock.endOf(epoch) + (mayFall ? _LEAF_TIMEOUT_SECONDS : _REPORT_TIMEOUT_SECONDS);
        bool isPossible = epoch >= first && epoch <= last && block.timestamp < untilAt;
        require(isPossible, LeaseMarket_NoObjection(leaseId, epoch, first, last, untilAt));
    }

    // ─── INTERNAL: REST ───

    function _clock() internal view returns (EpochClock.Clock memory clock) {
        return
            EpochClock.Clock({genesisAt: _GENESIS_AT, epochSeconds: _EPOCH_SECONDS, slotsPerEpoch: _SLOTS_PER_EPOCH});
    }

    function _checkPeriod(string memory name, uint256 value, uint256 min, uint256 max) private pure {
        require(value >= min && value <= max, LeaseMarket_PeriodOutOfBounds(name, value, min, max));
    }
}
