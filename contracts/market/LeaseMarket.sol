// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {Batch} from "../common/Batch.sol";
import {EpochClock} from "../common/EpochClock.sol";
import {Permissions} from "../common/Permissions.sol";
import {IMaintenanceWindows} from "../hardware/IMaintenanceWindows.sol";
import {INodeRegistry} from "../hardware/INodeRegistry.sol";
import {IBurnMintSettlement} from "../settlement/IBurnMintSettlement.sol";
import {IStakingRegistry} from "../staking/IStakingRegistry.sol";
import {SlashTable} from "../staking/SlashTable.sol";
import {IUptimeChallenges} from "../uptime/IUptimeChallenges.sol";
import {IUptimeOracle} from "../uptime/IUptimeOracle.sol";
import {IUptimeReceipts} from "../uptime/IUptimeReceipts.sol";
import {IMillToken} from "../token/IMillToken.sol";
import {CreditPurchase} from "./CreditPurchase.sol";
import {ILeaseMarket} from "./ILeaseMarket.sol";
import {LeaseBond} from "./LeaseBond.sol";
import {LeaseBook} from "./LeaseBook.sol";
import {LeaseClock} from "./LeaseClock.sol";

/// @title LeaseMarket
/// @notice See `ILeaseMarket`.
contract LeaseMarket is LeaseBook, CreditPurchase, Batch {
    using EpochClock for EpochClock.Clock;
    using LeaseBond for Pledge;
    using LeaseClock for LeaseClock.Record;
    using LeaseClock for Piece;
    using SafeCast for uint256;

    // ─── CONSTANTS ───

    /// @notice Gas that an item of `settleMany` must have had for its failure to be believed.
    uint256 public constant SETTLE_GAS = 700_000;

    /// @dev Bit of `INodeRegistry.Ask.kinds`.
    uint16 private constant _KIND_LEASE = 1 << 0;

    uint256 private constant _RUNNING_OR_PAUSED = (1 << uint8(LeaseStatus.Running)) | (1 << uint8(LeaseStatus.Paused));
    uint256 private constant _CLOSABLE = _RUNNING_OR_PAUSED | (1 << uint8(LeaseStatus.Closing));
    uint256 private constant _SERVED = (1 << uint8(LeaseStatus.Running)) | (1 << uint8(LeaseStatus.Closing));

    /// @notice Fixes the contracts below, the clock and the periods.
    /// @param deployer Account that wires and seals
    /// @param authority AccessManager of the restricted functions
    /// @param token MILL, for purchases in the same transaction
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
        IMillToken token,
        IBurnMintSettlement settlement,
        IStakingRegistry staking,
        INodeRegistry nodes,
        IMaintenanceWindows maintenance,
        IUptimeOracle oracle,
        IUptimeChallenges challenges,
        IUptimeReceipts receipts,
        Periods memory all
    )
        CreditPurchase(token, settlement)
        LeaseBook(deployer, authority, settlement, staking, nodes, maintenance, oracle, challenges, receipts, all)
    {
        _requireAddress(address(token), "token");
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

        LeaseClock.Record memory lease = LeaseClock.starting(block.timestamp.toUint48(), leaseSeconds);
        lease.buyer = msg.sender;
        lease.nodeId = nodeId;
        lease.units = units;
        lease.rate = (uint256(ask.ratePerUnit) * units).toUint96();
        lease.feePpm = uint256(_SETTLEMENT.feePpm()).toUint24();
        lease.flags = LeaseClock.RESERVED;
        leaseId = _enter(lease, provider);

        _SETTLEMENT.lock(msg.sender, uint256(lease.rate) * leaseSeconds);
    }

    /// @inheritdoc ILeaseMarket
    function topUp(uint256 leaseId, uint256 credits) external returns (uint256 locked) {
        LeaseClock.Record storage lease = _leases[leaseId];
        _checkStatus(leaseId, lease, _RUNNING_OR_PAUSED);
        _checkBuyer(lease);
        uint256 rate = lease.rate;
        uint256 paidSeconds = credits / rate;
        uint256 minSeconds = _clock().slotSeconds();
        require(paidSeconds >= minSeconds, LeaseMarket_TopUpTooSmall(credits, minSeconds * rate));

        locked = paidSeconds * rate;
        bool fits = lease.extend(_remainders[leaseId], _stretches[leaseId], paidSeconds);
        require(fits, LeaseMarket_NoStretchesLeft(leaseId));
        bool mustReserve = !lease.has(LeaseClock.RESERVED);
        lease.flags |= LeaseClock.RESERVED;
        emit LeaseToppedUp({leaseId: leaseId, credits: locked, startAt: lease.startAt, paidThrough: lease.paidThrough});

        if (mustReserve) _NODES.reserve(lease.nodeId, lease.units, _KIND_LEASE);
        _SETTLEMENT.lock(msg.sender, locked);
    }

    /// @inheritdoc ILeaseMarket
    function close(uint256 leaseId) external {
        LeaseClock.Record storage lease = _leases[leaseId];
        _checkStatus(leaseId, lease, _CLOSABLE);
        _checkBuyer(lease);

        // One slot at least: a node could otherwise be taken and dropped for nothing, again and again.
        _end(leaseId, lease, uint256(lease.startAt) + _clock().slotSeconds(), false);
        _release(leaseId, lease);
    }

    /// @inheritdoc ILeaseMarket
    function objectTo(uint256 leaseId, uint32 epoch) external {
        _checkBuyer(_leases[leaseId]);
        _checkObjection(leaseId, epoch);
        _objections[leaseId][epoch] = true;
        emit LeaseObjected(leaseId, epoch);
    }

    // ─── BOTH SIDES ───

    /// @inheritdoc ILeaseMarket
    function giveNotice(uint256 leaseId) external {
        LeaseClock.Record storage lease = _leases[leaseId];
        _checkStatus(leaseId, lease, _RUNNING_OR_PAUSED);
        address buyer = lease.buyer;
        bool byProvider = msg.sender != buyer;
        if (byProvider) {
            address provider = _providerOf(lease);
            require(_actsFor(provider), LeaseMarket_NotParty(msg.sender, buyer, provider));
        }

        _end(leaseId, lease, block.timestamp + _NOTICE_SECONDS, byProvider);
    }

    // ─── PROVIDER ───

    /// @inheritdoc ILeaseMarket
    function abandon(uint256 leaseId) external {
        LeaseClock.Record storage lease = _leases[leaseId];
        _checkStatus(leaseId, lease, _SERVED);
        address provider = _providerOf(lease);
        require(_actsFor(provider), LeaseMarket_NotProvider(msg.sender, provider));
        require(_pledges[leaseId].bond != 0, LeaseMarket_NoBond(leaseId));

        uint256 leftSeconds = lease.paidThrough - block.timestamp;
        uint256 owedSeconds = leftSeconds < _NOTICE_SECONDS ? leftSeconds : _NOTICE_SECONDS;
        lease.flags |= LeaseClock.FAILED;
        _slash(SlashTable.Offence.LeaseAbandoned, leaseId, lease, provider, owedSeconds * lease.rate);
        _end(leaseId, lease, block.timestamp, true);
        _release(leaseId, lease);
    }

    // ─── MODULES ───

    /// @inheritdoc ILeaseMarket
    function begin(HireTerms calldata terms) external onlyWired(Permissions.HIRE) returns (uint256 leaseId) {
        _checkTerms(terms);
        address provider = _NODES.providerOf(terms.nodeId);
        require(provider != terms.buyer, LeaseMarket_OwnNode(provider));
        if (!terms.locked) _hold(terms, provider);

        LeaseClock.Record memory lease = LeaseClock.starting(terms.startAt, terms.leaseSeconds);
        lease.buyer = terms.buyer;
        lease.nodeId = terms.nodeId;
        lease.units = terms.units;
        lease.rate = terms.rate;
        lease.feePpm = uint256(terms.feePpm).toUint24();
        lease.flags = LeaseClock.RESERVED | LeaseClock.PLEDGED | (terms.locked ? LeaseClock.ORDERED : 0);
        leaseId = _enter(lease, provider);
        _pledges[leaseId] = terms.pledge;
        emit LeasePledged(leaseId, terms.locked, terms.pledge);
    }

    // ─── ANYONE ───

    /// @inheritdoc ILeaseMarket
    function settle(uint256 leaseId, IUptimeOracle.Leaf calldata leaf, bytes32[] calldata proof) external {
        LeaseClock.Record storage lease = _leases[leaseId];
        Piece memory piece = _pieceOf(leaseId);
        require(leaf.epoch == piece.epoch, LeaseMarket_WrongEpoch(leaseId, leaf.epoch, piece.epoch));
        require(leaf.nodeId == lease.nodeId, LeaseMarket_WrongNode(leaseId, leaf.nodeId, lease.nodeId));
        (bytes32 root, ) = _ORACLE.verifyFinal(leaf, proof);
        uint256 bitmap = _CHALLENGES.correctedBitmap(root, leaf.nodeId, leaf.bitmap);

        uint256 upSeconds = piece.upSecondsOf(bitmap, _clock());
        address provider = _providerOf(lease);
        _settle(leaseId, lease, piece, upSeconds, provider);
        if (!lease.has(LeaseClock.PLEDGED)) return;
        _judge(leaseId, lease, piece, piece.toAt - piece.fromAt - upSeconds, bitmap, provider);
        _unbondIfSettled(leaseId, lease, provider);
    }

    /// @inheritdoc ILeaseMarket
    function settleMany(Settlement[] calldata items) external returns (uint256 settled) {
        _checkBatch(items.length);
        for (uint256 i = 0; i < items.length; ++i) {
            Settlement calldata item = items[i];
            bytes memory call = abi.encodeCall(ILeaseMarket.settle, (item.leaseId, item.leaf, item.proof));
            if (_tryItem(i, SETTLE_GAS, call)) ++settled;
        }
    }

    /// @inheritdoc ILeaseMarket
    function settleUnreported(uint256 leaseId, uint32 epoch) external {
        LeaseClock.Record storage lease = _leases[leaseId];
        Piece memory piece = _pieceOf(leaseId);
        require(epoch == piece.epoch, LeaseMarket_WrongEpoch(leaseId, epoch, piece.epoch));
        bool isPosted = _checkUnreported(leaseId, epoch);

        uint256 upSeconds = piece.toAt - piece.fromAt;
        if (!isPosted && _objections[leaseId][epoch]) {
            upSeconds = piece.upSecondsOf(_RECEIPTS.seenOf(epoch, lease.nodeId), _clock());
        }
        address provider = _providerOf(lease);
        _settle(leaseId, lease, piece, upSeconds, provider);
        if (lease.has(LeaseClock.PLEDGED)) _unbondIfSettled(leaseId, lease, provider);
    }

    /// @inheritdoc ILeaseMarket
    function release(uint256 leaseId) external {
        LeaseClock.Record storage lease = _leases[leaseId];
        uint48 paidThrough = lease.paidThrough;
        bool isDue = lease.has(LeaseClock.RESERVED) && block.timestamp >= paidThrough;
        require(isDue, LeaseMarket_NothingToRelease(leaseId, paidThrough));

        _release(leaseId, lease);
    }

    /// @inheritdoc ILeaseMarket
    function releaseBond(uint256 leaseId) external {
        LeaseClock.Record storage lease = _leases[leaseId];
        bool isFreed = _unbondIfSettled(leaseId, lease, _providerOf(lease));
        require(isFreed, LeaseMarket_NothingToUnbond(leaseId, _statusOf(lease), _pledges[leaseId].bond));
    }

    // ─── INTERNAL: STEPS ───

    /// @dev The one place where leases come from.
    function _enter(LeaseClock.Record memory lease, address provider) private returns (uint256 leaseId) {
        leaseId = ++_leaseCount;
        _leases[leaseId] = lease;
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

    /// @dev Takes what a lease needs from both sides, who agreed to it.
    function _hold(HireTerms calldata terms, address provider) private {
        _NODES.reserve(terms.nodeId, terms.units, _KIND_LEASE);
        if (terms.pledge.bond != 0) _STAKING.bond(provider, terms.pledge.bond);
        _SETTLEMENT.lock(terms.buyer, uint256(terms.rate) * terms.leaseSeconds);
    }

    /// @dev Closes a lease. What its cut time was locked for goes to the buyer, or stays locked for the order if the
    /// provider leaves.
    function _end(uint256 leaseId, LeaseClock.Record storage lease, uint256 endAt, bool byProvider) private {
        lease.flags |= LeaseClock.CLOSED;
        uint32 cutSeconds = lease.cut(endAt);
        uint256 credits = uint256(cutSeconds) * lease.rate;
        bool isReturned = byProvider && lease.has(LeaseClock.ORDERED);
        if (isReturned) _remainders[leaseId].returnedSeconds += cutSeconds;
        emit LeaseClosed({
            leaseId: leaseId,
            caller: msg.sender,
            paidThrough: lease.paidThrough,
            refunded: isReturned ? 0 : credits,
            returned: isReturned ? credits : 0
        });

        if (credits != 0 && !isReturned) _SETTLEMENT.refund(lease.buyer, credits);
    }

    function _release(uint256 leaseId, LeaseClock.Record storage lease) private {
        if (!lease.has(LeaseClock.RESERVED)) return;
        lease.flags ^= LeaseClock.RESERVED;
        emit LeaseReleased({leaseId: leaseId, nodeId: lease.nodeId, units: lease.units});

        _NODES.release(lease.nodeId, lease.units);
    }

    /// @dev The one place where streamed time turns into money: every second of the piece is either paid or refunded.
    function _settle(
        uint256 leaseId,
        LeaseClock.Record storage lease,
        Piece memory piece,
        uint256 upSeconds,
        address provider
    ) private {
        uint256 rate = lease.rate;
        uint256 paid = upSeconds * rate;
        uint256 refunded = (piece.toAt - piece.fromAt - upSeconds) * rate;

        lease.advance(_remainders[leaseId], _stretches[leaseId], piece);
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
        if (paid != 0) _SETTLEMENT.pay(buyer, provider, paid, lease.feePpm);
        if (refunded != 0) _SETTLEMENT.refund(buyer, refunded);
    }

    /// @dev What the leaf says of the pledge. Only a final report gets here: without one there is no slash.
    function _judge(
        uint256 leaseId,
        LeaseClock.Record storage lease,
        Piece memory piece,
        uint256 downSeconds,
        uint256 bitmap,
        address provider
    ) private {
        if (downSeconds == 0) return;
        Pledge memory pledge = _pledges[leaseId];
        EpochClock.Clock memory clock = _clock();
        uint256 excused = _MAINTENANCE.downSecondsIn({
            nodeId: lease.nodeId,
            fromAt: piece.fromAt,
            toAt: piece.toAt,
            bitmap: bitmap,
            firstSlotAt: clock.startOf(piece.epoch),
            slotSeconds: clock.slotSeconds()
        });
        uint256 missed = downSeconds - excused; // a part of it
        uint256 credits = pledge.penaltyDown(piece.toAt - piece.fromAt, missed, lease.rate);
        _slash(SlashTable.Offence.UptimeBelowPromise, leaseId, lease, provider, credits);

        if (pledge.darkSlots == 0 || lease.has(LeaseClock.FAILED)) return;
        if (!piece.isDark(bitmap, clock, pledge.darkSlots + _excusedSlots(excused))) return;
        lease.flags |= LeaseClock.FAILED;
        uint256 noticePay = uint256(_NOTICE_SECONDS) * lease.rate;
        _slash(SlashTable.Offence.LeaseAbandoned, leaseId, lease, provider, noticePay);
        _end(leaseId, lease, block.timestamp, true);
        _release(leaseId, lease);
    }

    /// @dev The one way out of a bond but back. The last closed price converts, so that no slash needs a live one; its
    /// higher side, so that a buyer is not paid more than the offence costs.
    function _slash(
        SlashTable.Offence offence,
        uint256 leaseId,
        LeaseClock.Record storage lease,
        address provider,
        uint256 credits
    ) private {
        if (credits == 0) return;
        Pledge storage pledge = _pledges[leaseId];
        uint96 bond = pledge.bond;
        if (bond == 0) return;
        uint96 mill = LeaseBond.millDown(bond, credits, _SETTLEMENT.lastPriceWad());
        if (mill == 0) return;

        pledge.bond = bond - mill;
        (uint256 toBuyer, , ) = _STAKING.slashBond({
            offence: offence,
            provider: provider,
            mill: mill,
            buyer: lease.buyer,
            reporter: address(0)
        });
        emit LeaseSlashed({leaseId: leaseId, provider: provider, offence: offence, mill: mill, toBuyer: toBuyer});
    }

    function _unbondIfSettled(
        uint256 leaseId,
        LeaseClock.Record storage lease,
        address provider
    ) private returns (bool isFreed) {
        uint96 bond = _pledges[leaseId].bond;
        if (bond == 0 || _statusOf(lease) != LeaseStatus.Settled) return false;

        _pledges[leaseId].bond = 0;
        emit LeaseUnbonded(leaseId, provider, bond);
        _STAKING.unbond(provider, bond);
        return true;
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

    function _checkTerms(HireTerms calldata terms) private view {
        require(terms.units != 0, LeaseMarket_NoUnits());
        require(terms.rate != 0, LeaseMarket_RateZero(terms.nodeId));
        uint32 slotSeconds = _clock().slotSeconds();
        require(
            terms.leaseSeconds >= slotSeconds,
            LeaseMarket_SecondsOutOfBounds(terms.leaseSeconds, slotSeconds, type(uint32).max)
        );
        bool isNow = terms.startAt >= _GENESIS_AT && terms.startAt <= block.timestamp;
        require(isNow, LeaseMarket_StartOutOfBounds(terms.startAt, _GENESIS_AT));
        require(terms.pledge.isSound(_SLOTS_PER_EPOCH), LeaseMarket_UnsoundPledge(terms.pledge));
    }

    /// @dev Slots that so many seconds down in maintenance can touch: they are known by their number only, so a dark
    /// run must be longer by all of them.
    function _excusedSlots(uint256 excused) private view returns (uint256 slots) {
        return excused == 0 ? 0 : excused / _clock().slotSeconds() + 2;
    }

    function _actsFor(address provider) private view returns (bool allowed) {
        return _STAKING.isOperator(provider, msg.sender);
    }
}
