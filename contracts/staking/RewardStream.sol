// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {EpochClock} from "../common/EpochClock.sol";
import {Units} from "../common/Units.sol";

/// @title RewardStream
/// @notice What arrives in an epoch is paid out over the next one, second by second, to the shares that earn then.
/// @dev Equation (S4): while a stream of `r` MILL has `d` seconds left and `n` shares earn, a share gets `r / (d · n)`
/// a second. Shares that join in an epoch earn from the next one on, so whoever comes for a reward and leaves at once
/// earns nothing (T-80). Works on memory, so that views and calls run the same code; a gap of any length takes two
/// steps, as a stream never outlives the epoch after its own.
library RewardStream {
    using EpochClock for EpochClock.Clock;
    using SafeCast for uint256;
    using Units for uint256;

    /// @notice Scale of the index. Rewards are below 2^96, so a sum of them over one share fits into a word.
    uint256 internal constant INDEX_SCALE = 1 << 128;

    /// @notice Storage of a stream.
    /// @param earning Shares that earn
    /// @param joining Shares that earn from the epoch after that of `accruedAt` on
    /// @param streaming What is left to pay out in the epoch of `accruedAt`, MILL
    /// @param arriving What will be paid out in the epoch after it, MILL
    /// @param accruedAt Until when the index is up to date
    /// @param index Rewards of a share since the beginning, MILL times `INDEX_SCALE`
    struct Stream {
        // slot 1: 16 + 16 = 32 bytes
        uint128 earning;
        uint128 joining;
        // slot 2: 12 + 12 + 6 = 30 bytes
        uint96 streaming;
        uint96 arriving;
        uint48 accruedAt;
        // slot 3
        uint256 index;
    }

    /// @notice What came of bringing a stream up to date.
    /// @param unearned Paid out while no share earned, MILL
    /// @param epoch First epoch in which shares earn that were joining; zero if none were
    /// @param index Index at the start of that epoch
    struct Turn {
        uint256 unearned;
        uint32 epoch;
        uint256 index;
    }

    /// @notice Brings a stream up to date.
    /// @param stream Stream, changed in place
    /// @param clock The protocol's clock
    /// @return turn What came of it
    function accrue(Stream memory stream, EpochClock.Clock memory clock) internal view returns (Turn memory turn) {
        uint48 nowAt = Math.max(block.timestamp, clock.genesisAt).toUint48();
        if (stream.accruedAt < clock.genesisAt) stream.accruedAt = clock.genesisAt;
        uint32 epoch = clock.epochAtDown(stream.accruedAt);
        if (epoch != clock.epochAtDown(nowAt)) {
            uint48 turnAt = clock.endOf(epoch);
            turn.unearned = _payOut(stream, turnAt, turnAt);
            if (stream.joining != 0) (turn.epoch, turn.index) = (epoch + 1, stream.index);
            stream.earning += stream.joining;
            stream.joining = 0;
            stream.streaming = stream.arriving;
            stream.arriving = 0;
            epoch += 1;
        }
        uint48 endAt = clock.endOf(epoch);
        turn.unearned += _payOut(stream, endAt, Math.min(nowAt, endAt).toUint48());
        stream.accruedAt = nowAt;
    }

    /// @notice Rewards of shares between two indices.
    /// @param shares Shares
    /// @param fromIndex Index from which they earned
    /// @param toIndex Index until which they earned
    /// @return mill Rewards, MILL
    function earnedDown(uint256 shares, uint256 fromIndex, uint256 toIndex) internal pure returns (uint256 mill) {
        return shares.mulDivDown(toIndex - fromIndex, INDEX_SCALE);
    }

    /// @dev Pays out until `untilAt` a stream that ends at `endAt`. Rounded down, and what is held back comes later.
    function _payOut(Stream memory stream, uint48 endAt, uint48 untilAt) private pure returns (uint256 unearned) {
        uint256 left = stream.streaming;
        uint256 from = stream.accruedAt;
        stream.accruedAt = untilAt;
        if (left == 0 || untilAt <= from) return 0;

        uint256 paid = left.mulDivDown(untilAt - from, endAt - from);
        stream.streaming = (left - paid).toUint96();
        if (stream.earning == 0) return paid;
        stream.index += paid.mulDivDown(INDEX_SCALE, stream.earning);
    }
}
