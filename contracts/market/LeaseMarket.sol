// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {EntryPause} from "../common/EntryPause.sol";
import {EpochClock} from "../common/EpochClock.sol";
import {INodeRegistry} from "../hardware/INodeRegistry.sol";
import {IBurnMintSettlement} from "../settlement/IBurnMintSettlement.sol";
import {IUptimeOracle} from "../uptime/IUptimeOracle.sol";
import {ILeaseMarket} from "./ILeaseMarket.sol";
import {LeaseClock} from "./LeaseClock.sol";

/// @title LeaseMarket
/// @notice See `ILeaseMarket`.
contract LeaseMarket is ILeaseMarket, EntryPause {
    using EpochClock for EpochClock.Clock;
    using LeaseClock for Lease;
    using LeaseClock for Piece;
    using SafeCast for uint256;

    // ─── CONSTANTS ───

    /// @notice Longest grace and notice.
    uint32 public constant MAX_PERIOD_SECONDS = 30 days;

    /// @notice Longest wait for a leaf.
    uint32 public constant MAX_LEAF_TIMEOUT_SECONDS = 365 days;

    /// @dev Bit of `INodeRegistry.Ask.kinds`.
    uint16 private constant _KIND_LEASE = 1 << 0;

    uint256 private constant _RUNNING_OR_PAUSED = (1 << uint8(LeaseStatus.Running)) | (1 << uint8(LeaseStatus.Paused));
    uint256 private constant _CLOSABLE = _RUNNING_OR_PAUSED | (1 << uint8(LeaseStatus.Closing));

    // ─── IMMUTABLES ───

    IBurnMintSettlement private immutable _SETTLEMENT;
    INodeRegistry private immutable _NODES;
    IUptimeOracle private immutable _ORACLE;

    uint48 private immutable _GENESIS_AT;
    uint32 private immutable _EPOCH_SECONDS;
    uint16 private immutable _SLOTS_PER_EPOCH;

    uint32 private immutable _GRACE_SECONDS;
    uint32 private immutable _NOTICE_SECONDS;
    uint32 private immutable _REPORT_TIMEOUT_SECONDS;
    uint32 private immutable _LEAF_TIMEOUT_SECONDS;

    // ─── STORAGE ───

    mapping(uint256 leaseId => Lease lease) private _leases;
    mapping(uint256 leaseId => mapping(uint16 index => Stretch stretch)) private _stretches;
    uint256 private _leaseCount;

    /// @notice Fixes the contracts below, the clock and the periods.
    /// @param authority AccessManager of the restricted functions
    /// @param settlement Credits and clock
    /// @param nodes Hardware
    /// @param oracle Uptime
    /// @param all The market's periods
    constructor(
        address authority,
        IBurnMintSettlement settlement,
        INodeRegistry nodes,
        IUptimeOracle oracle,
        Periods memory all
    ) AccessManaged(authority) {
        _requireAddress(authority, "authority");
        _requireAddress(address(settlement), "settlement");
        _requireAddress(address(nodes), "nodes");
        _requireAddress(address(oracle), "oracle");
        _SETTLEMENT = settlement;
        _NODES = nodes;
        _ORACLE = oracle;

        EpochClock.Clock memory clock = settlement.clock();
        _GENESIS_AT = clock.genesisAt;
        _EPOCH_SECONDS = clock.epochSeconds;
        _SLOTS_PER_EPOCH = clock.slotsPerEpoch;

        _checkPeriod("grace", all.graceSeconds, 0, MAX_PERIOD_SECONDS);
        _checkPeriod("notice", all.noticeSeconds, 0, MAX_PERIOD_SECONDS);
        _checkPeriod("reportTimeout", all.reportTimeoutSeconds, 1, MAX_PERIOD_SECONDS);
        _checkPeriod("leafTimeout", all.leafTimeoutSeconds, all.reportTimeoutSeconds, MAX_LEAF_TIMEOUT_SECONDS);
        _GRACE_SECONDS = all.graceSeconds;
        _NOTICE_SECONDS = all.noticeSeconds;
        _REPORT_TIMEOUT_SECONDS = all.reportTimeoutSeconds;
        _LEAF_TIMEOUT_SECONDS = all.leafTimeoutSeconds;
    }

    // ─── BUYER ───

    /// @inheritdoc ILeaseMarket
    function hire(
        uint64 nodeId,
        uint16 units,
        uint32 leaseSeconds,
        uint96 maxRatePerUnit
    ) external whenEntriesOpen returns (uint256 leaseId) {
        require(units != 0, LeaseMarket_NoUnits());
        (address provider, , INodeRegistry.Ask memory ask) = _NODES.reserve(nodeId, units, _KIND_LEASE);
        require(provider != msg.sender, LeaseMarket_OwnNode(provider));
        _checkAsk(nodeId, ask, leaseSeconds, maxRatePerUnit);

        leaseId = ++_leaseCount;
        Lease storage lease = _leases[leaseId];
        uint96 rate = (uint256(ask.ratePerUnit) * units).toUint96();
        uint96 credits = (uint256(rate) * leaseSeconds).toUint96();
        lease.begin(leaseSeconds);
        lease.buyer = msg.sender;
        lease.nodeId = nodeId;
        lease.units = units;
        lease.rate = rate;
        lease.feePpm = _SETTLEMENT.feePpm();
        lease.reserved = true;
        lease.escrow = credits;
        _emitHired(leaseId, lease, provider);

        _SETTLEMENT.lock(msg.sender, credits);
    }

    /// @inheritdoc ILeaseMarket
    function topUp(uint256 leaseId, uint256 credits) external returns (uint256 locked) {
        Lease storage lease = _leases[leaseId];
        _checkStatus(leaseId, lease, _RUNNING_OR_PAUSED);
        _checkBuyer(lease);
        uint256 rate = lease.rate;
        uint256 paidSeconds = credits / rate;
        uint256 minSeconds = _clock().slotSeconds();
        require(paidSeconds >= minSeconds, LeaseMarket_TopUpTooSmall(credits, minSeconds * rate));

        locked = paidSeconds * rate;
        bool fits = lease.extend(_stretches[leaseId], paidSeconds);
        require(fits, LeaseMarket_NoStretchesLeft(leaseId));
        lease.escrow = (lease.escrow + locked).toUint96();
        bool mustReserve = !lease.reserved;
        lease.reserved = true;
        emit LeaseToppedUp({leaseId: leaseId, credits: locked, startAt: lease.startAt, paidThrough: lease.paidThrough});

        if (mustReserve) _NODES.reserve(lease.nodeId, lease.units, _KIND_LEASE);
        _SETTLEMENT.lock(msg.sender, locked);
    }

    /// @inheritdoc ILeaseMarket
    function close(uint256 leaseId) external {
        Lease storage lease = _leases[leaseId];
        _checkStatus(leaseId, lease, _CLOSABLE);
        _checkBuyer(lease);

        // One slot at least: a node could otherwise be taken and dropped for nothing, again and again.
        _end(leaseId, lease, uint256(lease.startAt) + _clock().slotSeconds());
        if (lease.reserved) _release(leaseId, lease);
    }

    // ─── PROVIDER ───

    /// @inheritdoc ILeaseMarket
    function giveNotice(uint256 leaseId) external {
        Lease storage lease = _leases[leaseId];
        _checkStatus(leaseId, lease, _RUNNING_OR_PAUSED);
        address provider = _NODES.nodeOf(lease.nodeId).provider;
        require(msg.sender == provider, LeaseMarket_NotProvider(msg.sender, provider));

        _end(leaseId, lease, block.timestamp + _NOTICE_SECONDS);
    }

    // ─── ANYONE ───

    /// @inheritdoc ILeaseMarket
    function settle(uint256 leaseId, IUptimeOracle.Leaf calldata leaf, bytes32[] calldata proof) external {
        Lease storage lease = _leases[leaseId];
        Piece memory piece = _pieceOf(leaseId, lease);
        require(leaf.epoch == piece.epoch, LeaseMarket_WrongEpoch(leaseId, leaf.epoch, piece.epoch));
        require(leaf.nodeId == lease.nodeId, LeaseMarket_WrongNode(leaseId, leaf.nodeId, lease.nodeId));
        _ORACLE.verifyFinal(leaf, proof);

        _settle(leaseId, lease, piece, piece.upSecondsOf(leaf.bitmap, _clock()));
    }

    /// @inheritdoc ILeaseMarket
    function settleUnreported(uint256 leaseId, uint32 epoch) external {
        Lease storage lease = _leases[leaseId];
        Piece memory piece = _pieceOf(leaseId, lease);
        require(epoch == piece.epoch, LeaseMarket_WrongEpoch(leaseId, epoch, piece.epoch));
        _checkUnreported(epoch);

        _settle(leaseId, lease, piece, piece.toAt - piece.fromAt);
    }

    /// @inheritdoc ILeaseMarket
    function release(uint256 leaseId) external {
        Lease storage lease = _leases[leaseId];
        uint48 paidThrough = lease.paidThrough;
        bool isDue = lease.reserved && block.timestamp >= paidThrough;
        require(isDue, LeaseMarket_NothingToRelease(leaseId, paidThrough));

        _release(leaseId, lease);
    }

    // ─── READ ───

    /// @inheritdoc ILeaseMarket
    function statusOf(uint256 leaseId) external view returns (LeaseStatus status) {
        return _statusOf(_leases[leaseId]);
    }

    /// @inheritdoc ILeaseMarket
    function leaseOf(uint256 leaseId) external view returns (Lease memory lease) {
        return _leases[leaseId];
    }

    /// @inheritdoc ILeaseMarket
    function stretchOf(uint256 leaseId, uint16 index) external view returns (Stretch memory stretch) {
        return _stretches[leaseId][index];
    }

    /// @inheritdoc ILeaseMarket
    function nextPieceOf(uint256 leaseId) external view returns (Piece memory piece) {
        Lease storage lease = _leases[leaseId];
        if (lease.buyer == address(0)) return piece;
        return lease.nextPiece(_stretches[leaseId], _clock());
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
    function _statusOf(Lease storage lease) private view returns (LeaseStatus status) {
        if (lease.buyer == address(0)) return LeaseStatus.None;
        uint256 paidThrough = lease.paidThrough;
        bool isClosed = lease.closed;
        if (block.timestamp < paidThrough) return isClosed ? LeaseStatus.Closing : LeaseStatus.Running;
        if (!isClosed && block.timestamp < paidThrough + _GRACE_SECONDS) return LeaseStatus.Paused;
        return lease.released == lease.escrow ? LeaseStatus.Settled : LeaseStatus.Ended;
    }

    /// @dev One guard for the whole machine.
    function _checkStatus(uint256 leaseId, Lease storage lease, uint256 allowed) private view {
        LeaseStatus status = _statusOf(lease);
        require(allowed & (1 << uint8(status)) != 0, LeaseMarket_WrongStatus(leaseId, status, allowed));
    }

    function _checkBuyer(Lease storage lease) private view {
        require(msg.sender == lease.buyer, LeaseMarket_NotBuyer(msg.sender, lease.buyer));
    }

    // ─── INTERNAL: STEPS ───

    /// @dev Closes a lease and gives back what its cut time was locked for.
    function _end(uint256 leaseId, Lease storage lease, uint256 endAt) private {
        lease.closed = true;
        uint256 refunded = lease.cut(endAt) * lease.rate;
        // refunded <= escrow - released: time that is cut was bought and neither settled nor given back, at one rate.
        lease.released = (lease.released + refunded).toUint96();
        emit LeaseClosed({leaseId: leaseId, caller: msg.sender, paidThrough: lease.paidThrough, refunded: refunded});

        if (refunded != 0) _SETTLEMENT.refund(lease.buyer, refunded);
    }

    function _release(uint256 leaseId, Lease storage lease) private {
        lease.reserved = false;
        emit LeaseReleased({leaseId: leaseId, nodeId: lease.nodeId, units: lease.units});

        _NODES.release(lease.nodeId, lease.units);
    }

    /// @dev The one place where streamed time turns into money: every second of the piece is either paid or refunded.
    function _settle(uint256 leaseId, Lease storage lease, Piece memory piece, uint256 upSeconds) private {
        uint256 rate = lease.rate;
        uint256 paid = upSeconds * rate;
        uint256 refunded = (piece.toAt - piece.fromAt - upSeconds) * rate;

        lease.advance(_stretches[leaseId], piece.toAt);
        lease.released = (lease.released + paid + refunded).toUint96();
        emit LeaseSettled({
            leaseId: leaseId,
            epoch: piece.epoch,
            fromAt: piece.fromAt,
            toAt: piece.toAt,
            upSeconds: upSeconds,
            paid: paid,
            refunded: refunded
        });

        address buyer = lease.buyer;
        if (paid != 0) _SETTLEMENT.pay(buyer, _NODES.nodeOf(lease.nodeId).provider, paid, lease.feePpm);
        if (refunded != 0) _SETTLEMENT.refund(buyer, refunded);
    }

    // ─── INTERNAL: CHECKS ───

    function _checkAsk(
        uint64 nodeId,
        INodeRegistry.Ask memory ask,
        uint32 leaseSeconds,
        uint96 maxRatePerUnit
    ) private view {
        require(ask.ratePerUnit != 0, LeaseMarket_RateZero(nodeId));
        require(ask.ratePerUnit <= maxRatePerUnit, LeaseMarket_RateAboveMax(ask.ratePerUnit, maxRatePerUnit));
        uint32 slotSeconds = _clock().slotSeconds();
        uint32 minSeconds = ask.minSeconds > slotSeconds ? ask.minSeconds : slotSeconds;
        bool fits = leaseSeconds >= minSeconds && leaseSeconds <= ask.maxSeconds;
        require(fits, LeaseMarket_SecondsOutOfBounds(leaseSeconds, minSeconds, ask.maxSeconds));
    }

    /// @dev The next piece. It may be settled only by a final report, or a timeout after its epoch: either way the
    /// epoch is over.
    function _pieceOf(uint256 leaseId, Lease storage lease) private view returns (Piece memory piece) {
        require(lease.buyer != address(0), LeaseMarket_NothingToSettle(leaseId));
        piece = lease.nextPiece(_stretches[leaseId], _clock());
        require(piece.fromAt < piece.toAt, LeaseMarket_NothingToSettle(leaseId));
    }

    /// @dev A leaf that exists can be brought by anyone, and a buyer whose node was down will. Only where none can be
    /// had (a node that the report leaves out, data that nobody keeps) does the longer timeout let the provider out.
    function _checkUnreported(uint32 epoch) private view {
        uint48 postedAt = _ORACLE.reportOf(epoch).postedAt;
        bool isPosted = postedAt != 0;
        uint256 wait = isPosted ? _LEAF_TIMEOUT_SECONDS : _REPORT_TIMEOUT_SECONDS;
        uint48 unreportedAt = (_clock().endOf(epoch) + wait).toUint48();
        bool isDue = block.timestamp >= unreportedAt && (!isPosted || _ORACLE.isFinal(epoch));
        require(isDue, LeaseMarket_ReportAwaited(epoch, postedAt, unreportedAt));
    }

    function _emitHired(uint256 leaseId, Lease storage lease, address provider) private {
        emit LeaseHired({
            leaseId: leaseId,
            buyer: lease.buyer,
            nodeId: lease.nodeId,
            provider: provider,
            units: lease.units,
            rate: lease.rate,
            feePpm: lease.feePpm,
            startAt: lease.startAt,
            paidThrough: lease.paidThrough
        });
    }

    function _clock() private view returns (EpochClock.Clock memory clock) {
        return
            EpochClock.Clock({genesisAt: _GENESIS_AT, epochSeconds: _EPOCH_SECONDS, slotsPerEpoch: _SLOTS_PER_EPOCH});
    }

    function _checkPeriod(string memory name, uint256 value, uint256 min, uint256 max) private pure {
        require(value >= min && value <= max, LeaseMarket_PeriodOutOfBounds(name, value, min, max));
    }

    function _requireAddress(address account, string memory name) private pure {
        require(account != address(0), LeaseMarket_ZeroAddress(name));
    }
}
