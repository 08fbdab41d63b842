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

    // ─── PAID TIME ───

    /// @notice Begins a lease.
    /// @param lease The lease
    /// @param paidSeconds Time paid ahead
    function begin(ILeaseMarket.Lease storage lease, uint256 paidSeconds) internal {
        uint48 startAt = block.timestamp.toUint48();
        lease.startAt = startAt;
        lease.settledThrough = startAt;
        lease.paidThrough = (block.timestamp + paidSeconds).toUint48();
    }

    /// @notice Adds time: to the current stretch while it lasts, else as a new one from now.
    /// @param lease The lease
    /// @param stretches Its earlier stretches
    /// @param paidSeconds Time paid for
    /// @return fits False when earlier stretches can no longer be counted; then nothing is done
    function extend(
        ILeaseMarket.Lease storage lease,
        mapping(uint16 index => ILeaseMarket.Stretch stretch) storage stretches,
        uint256 paidSeconds
    ) internal returns (bool fits) {
        uint48 endAt = lease.paidThrough;
        if (block.timestamp <= endAt) {
            lease.paidThrough = (endAt + paidSeconds).toUint48();
            return true;
        }

        if (lease.settledThrough < endAt || lease.stretchesSettled < lease.stretches) {
            uint16 index = lease.stretches;
            if (index == type(uint16).max) return false;
            stretches[index] = ILeaseMarket.Stretch({startAt: lease.startAt, endAt: endAt});
            lease.stretches = index + 1;
        } else {
            lease.settledThrough = block.timestamp.toUint48();
        }
        lease.startAt = block.timestamp.toUint48();
        lease.paidThrough = (block.timestamp + paidSeconds).toUint48();
        return true;
    }

    /// @notice Cuts the paid time at a second, but never what has passed, and never adds any.
    /// @param lease The lease
    /// @param endAt Where to end it
    /// @return cutSeconds Time that is no longer paid for
    function cut(ILeaseMarket.Lease storage lease, uint256 endAt) internal returns (uint256 cutSeconds) {
        uint256 paidThrough = lease.paidThrough;
        uint256 end = Math.min(paidThrough, Math.max(endAt, block.timestamp));
        lease.paidThrough = end.toUint48();
        return paidThrough - end;
    }

    // ─── SETTLED TIME ───

    /// @notice The next piece to settle: from the first unsettled second to the end of its stretch or of its epoch.
    /// @param lease The lease
    /// @param stretches Its earlier stretches
    /// @param clock The protocol's clock
    /// @return piece The piece; empty when every paid second is settled
    function nextPiece(
        ILeaseMarket.Lease storage lease,
        mapping(uint16 index => ILeaseMarket.Stretch stretch) storage stretches,
        EpochClock.Clock memory clock
    ) internal view returns (ILeaseMarket.Piece memory piece) {
        uint16 index = lease.stretchesSettled;
        uint48 endAt = index < lease.stretches ? stretches[index].endAt : lease.paidThrough;
        piece.fromAt = lease.settledThrough;
        piece.epoch = clock.epochAtDown(piece.fromAt);
        piece.toAt = Math.min(endAt, clock.endOf(piece.epoch)).toUint48();
    }

    /// @notice Marks a piece as settled.
    /// @param lease The lease
    /// @param stretches Its earlier stretches
    /// @param toAt End of the piece
    function advance(
        ILeaseMarket.Lease storage lease,
        mapping(uint16 index => ILeaseMarket.Stretch stretch) storage stretches,
        uint48 toAt
    ) internal {
        uint16 index = lease.stretchesSettled;
        uint16 count = lease.stretches;
        if (index < count && toAt == stretches[index].endAt) {
            ++index;
            lease.stretchesSettled = index;
            lease.settledThrough = index < count ? stretches[index].startAt : lease.startAt;
        } else {
            lease.settledThrough = toAt;
        }
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
        uint256 slotSeconds = clock.slotSeconds();
        uint256 epochStart = clock.startOf(piece.epoch);
        uint256 from = piece.fromAt - epochStart;
        uint256 to = piece.toAt - epochStart;
        uint256 first = from / slotSeconds;
        uint256 last = (to - 1) / slotSeconds;

        // Whole slots first, then take away what the first and the last slot have outside the piece.
        upSeconds = bitmap.countUpWithin(first, last + 1) * slotSeconds;
        if (bitmap.isUp(first.toUint8())) upSeconds -= from - first * slotSeconds;
        if (bitmap.isUp(last.toUint8())) upSeconds -= (last + 1) * slotSeconds - to;
    }
}
