// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {EpochClock} from "../common/EpochClock.sol";
import {SlotBitmap} from "../uptime/SlotBitmap.sol";
import {ILeaseMarket} from "./ILeaseMarket.sol";

/// @title LeaseClock
/// @notice A lease's time: which seconds are paid ahead, which are settled, which the node was up in. Nobody else
/// writes a lease's times.
/// @dev Seconds before `block.timestamp` never change once they are paid for: a top-up adds after them or begins a new
/// stretch, an end cuts only the future. That is why a piece of an epoch that is over can be settled while the lease
/// runs.
library LeaseClock {
    using EpochClock for EpochClock.Clock;
    using SafeCast for uint256;
    using SlotBitmap for uint256;

    // ─── TYPES ───

    /// @notice What is stored of every lease: two slots. What it was paid and has released follows from its seconds.
    /// @param buyer Whose credits pay; zero means that the lease does not exist
    /// @param startAt First second of the current stretch
    /// @param paidThrough First second after the current stretch
    /// @param nodeId The hired node
    /// @param units Hired units of it
    /// @param rate Credits a second, for all units
    /// @param settledThrough First second that is not settled; `paidThrough` when none is left
    /// @param feePpm Settlement's fee: at most a million, which fits
    /// @param flags Bits, see below
    struct Record {
        // 20 + 6 + 6 = 32
        address buyer;
        uint48 startAt;
        uint48 paidThrough;
        // 8 + 2 + 12 + 6 + 3 + 1 = 32
        uint64 nodeId;
        uint16 units;
        uint96 rate;
        uint48 settledThrough;
        uint24 feePpm;
        uint8 flags;
    }

    /// @notice What only some leases need: one slot, read only if a flag says that it was written.
    /// @param stretches Earlier stretches that had not been settled when a top-up began the next
    /// @param stretchesSettled How many of those are settled
    /// @param openSeconds Seconds of earlier stretches that are not settled
    /// @param returnedSeconds Seconds that the provider left unserved, handed back to the order
    struct Remainder {
        // 2 + 2 + 6 + 4 = 14
        uint16 stretches;
        uint16 stretchesSettled;
        uint48 openSeconds;
        uint32 returnedSeconds;
    }

    // ─── FLAGS ───

    /// @notice Closed by a side, or failed. Once set, always set.
    uint8 internal constant CLOSED = 1 << 0;
    /// @notice The node's units are held.
    uint8 internal constant RESERVED = 1 << 1;
    /// @notice `Remainder` counts earlier stretches.
    uint8 internal constant RESUMED = 1 << 2;
    /// @notice There is a pledge.
    uint8 internal constant PLEDGED = 1 << 3;
    /// @notice An order holds the escrow.
    uint8 internal constant ORDERED = 1 << 4;
    /// @notice Abandoned by the provider. Once set, always set.
    uint8 internal constant FAILED = 1 << 5;

    /// @notice Whether a flag is set.
    /// @param lease The lease
    /// @param flag The flag
    /// @return set True if so
    function has(Record storage lease, uint8 flag) internal view returns (bool set) {
        return lease.flags & flag != 0;
    }

    // ─── PAID TIME ───

    /// @notice A lease that begins: its times.
    /// @param startAt First second, not in the future
    /// @param paidSeconds Time paid ahead
    /// @return lease The lease
    function starting(uint48 startAt, uint256 paidSeconds) internal pure returns (Record memory lease) {
        lease.startAt = startAt;
        lease.settledThrough = startAt;
        lease.paidThrough = (startAt + paidSeconds).toUint48();
    }

    /// @notice Adds time: to the current stretch while it lasts, else as a new one from now.
    /// @param lease The lease
    /// @param rest Its remainder
    /// @param stretches Its earlier stretches
    /// @param paidSeconds Time paid for
    /// @return fits False when earlier stretches can no longer be counted; then nothing is done
    function extend(
        Record storage lease,
        Remainder storage rest,
        mapping(uint16 index => ILeaseMarket.Stretch stretch) storage stretches,
        uint256 paidSeconds
    ) internal returns (bool fits) {
        uint48 endAt = lease.paidThrough;
        if (block.timestamp <= endAt) {
            lease.paidThrough = _aheadUpTo(endAt + paidSeconds);
            return true;
        }

        if (lease.settledThrough < endAt) {
            uint16 index = rest.stretches;
            if (index == type(uint16).max) return false;
            stretches[index] = ILeaseMarket.Stretch({startAt: lease.startAt, endAt: endAt});
            rest.stretches = index + 1;
            rest.openSeconds += endAt - _openFrom(lease);
            lease.flags |= RESUMED;
        } else {
            lease.settledThrough = block.timestamp.toUint48();
        }
        lease.startAt = block.timestamp.toUint48();
        lease.paidThrough = _aheadUpTo(block.timestamp + paidSeconds);
        return true;
    }

    /// @notice Cuts the paid time at a second, but never what has passed, and never adds any.
    /// @param lease The lease
    /// @param endAt Where to end it
    /// @return cutSeconds Time that is no longer paid for
    function cut(Record storage lease, uint256 endAt) internal returns (uint32 cutSeconds) {
        uint256 paidThrough = lease.paidThrough;
        uint256 end = Math.min(paidThrough, Math.max(endAt, block.timestamp));
        lease.paidThrough = end.toUint48();
        // Only what lies ahead is cut, and that is never bought beyond 32 bits.
        return (paidThrough - end).toUint32();
    }

    /// @notice Seconds that are paid for and neither settled nor cut: what the lease still holds credits for.
    /// @param lease The lease
    /// @param rest Its remainder
    /// @return openSeconds Seconds
    function open(Record storage lease, Remainder storage rest) internal view returns (uint256 openSeconds) {
        openSeconds = lease.paidThrough - _openFrom(lease);
        if (has(lease, RESUMED)) openSeconds += rest.openSeconds;
    }

    /// @dev First open second of the current stretch.
    function _openFrom(Record storage lease) private view returns (uint48 fromAt) {
        (uint48 startAt, uint48 settledThrough) = (lease.startAt, lease.settledThrough);
        return startAt > settledThrough ? startAt : settledThrough;
    }

    function _aheadUpTo(uint256 endAt) private view returns (uint48 paidThrough) {
        // Bounds what `cut` returns, so that no exit fails for a size that a buyer chose.
        (endAt - block.timestamp).toUint32();
        return endAt.toUint48();
    }

    // ─── SETTLED TIME ───

    /// @notice The next piece to settle: from the first unsettled second to the end of its stretch or of its epoch.
    /// @param lease The lease
    /// @param rest Its remainder
    /// @param stretches Its earlier stretches
    /// @param clock The protocol's clock
    /// @return piece The piece; empty when every paid second is settled
    function nextPiece(
        Record storage lease,
        Remainder storage rest,
        mapping(uint16 index => ILeaseMarket.Stretch stretch) storage stretches,
        EpochClock.Clock memory clock
    ) internal view returns (ILeaseMarket.Piece memory piece) {
        uint48 endAt = lease.paidThrough;
        if (has(lease, RESUMED)) {
            uint16 index = rest.stretchesSettled;
            if (index < rest.stretches) endAt = stretches[index].endAt;
        }
        piece.fromAt = lease.settledThrough;
        piece.epoch = clock.epochAtDown(piece.fromAt);
        piece.toAt = Math.min(endAt, clock.endOf(piece.epoch)).toUint48();
    }

    /// @notice Marks a piece as settled.
    /// @param lease The lease
    /// @param rest Its remainder
    /// @param stretches Its earlier stretches
    /// @param piece The piece
    function advance(
        Record storage lease,
        Remainder storage rest,
        mapping(uint16 index => ILeaseMarket.Stretch stretch) storage stretches,
        ILeaseMarket.Piece memory piece
    ) internal {
        lease.settledThrough = piece.toAt;
        if (!has(lease, RESUMED)) return;
        uint16 index = rest.stretchesSettled;
        uint16 count = rest.stretches;
        if (index == count) return;

        rest.openSeconds -= piece.toAt - piece.fromAt;
        if (piece.toAt != stretches[index].endAt) return;
        ++index;
        rest.stretchesSettled = index;
        lease.settledThrough = index < count ? stretches[index].startAt : lease.startAt;
    }

    // ─── UPTIME ───

    /// @notice How many of a piece's seconds lie in slots that a bitmap marks up. Exact.
    /// @param piece The piece; not empty
    /// @param bitmap Bit `s` set: slot `s` of the piece's epoch was up
    /// @param clock The protocol's clock
    /// @return upSeconds Seconds
    function upSecondsOf(
        ILeaseMarket.Piece memory piece,
        uint256 bitmap,
        EpochClock.Clock memory clock
    ) internal pure returns (uint256 upSeconds) {
        uint256 epochStart = clock.startOf(piece.epoch);
        return bitmap.upSecondsWithin(piece.fromAt - epochStart, piece.toAt - epochStart, clock.slotSeconds());
    }

    /// @notice Whether a bitmap marks so many whole slots of a piece down in a row.
    /// @param piece The piece; not empty
    /// @param bitmap Bit `s` set: slot `s` of the piece's epoch was up
    /// @param clock The protocol's clock
    /// @param slots How many; not zero
    /// @return dark True if so
    function isDark(
        ILeaseMarket.Piece memory piece,
        uint256 bitmap,
        EpochClock.Clock memory clock,
        uint256 slots
    ) internal pure returns (bool dark) {
        uint256 slotSeconds = clock.slotSeconds();
        uint256 epochStart = clock.startOf(piece.epoch);
        uint256 first = Math.ceilDiv(piece.fromAt - epochStart, slotSeconds);
        uint256 end = (piece.toAt - epochStart) / slotSeconds;
        if (first + slots > end) return false;

        // A bit of `down` says that this slot and the `run - 1` above it are down. Both shifts are below 256, as an
        // epoch has at most 240 slots.
        uint256 down = (~bitmap >> first) & ((1 << (end - first)) - 1);
        for (uint256 run = 1; run < slots && down != 0;) {
            uint256 step = Math.min(run, slots - run);
            down &= down >> step;
            run += step;
        }
        return down != 0;
    }
}
