// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";

/// @title EpochClock
/// @notice The protocol's time: epochs counted from genesis, each cut into slots of equal, whole seconds.
library EpochClock {
    using SafeCast for uint256;

    /// @notice Most slots of an epoch: a node's epoch of uptime is one word, and 240 slots of a day are whole minutes.
    uint16 internal constant MAX_SLOTS_PER_EPOCH = 240;

    /// @notice The immutable facts of time.
    /// @param genesisAt First second of epoch 0.
    /// @param epochSeconds Length of an epoch, a whole multiple of `slotsPerEpoch`.
    /// @param slotsPerEpoch Slots in an epoch, 1..240.
    struct Clock {
        uint48 genesisAt;
        uint32 epochSeconds;
        uint16 slotsPerEpoch;
    }

    /// @notice Thrown when an epoch does not divide into whole slots, or there are too many of them.
    error EpochClock_BadClock(uint32 epochSeconds, uint16 slotsPerEpoch);

    /// @notice Thrown when a time before genesis is asked for.
    error EpochClock_BeforeGenesis(uint256 timestamp, uint48 genesisAt);

    /// @notice Checks a clock at construction.
    /// @param clock The clock
    function validate(Clock memory clock) internal pure {
        bool good =
            clock.slotsPerEpoch != 0 &&
                clock.slotsPerEpoch <= MAX_SLOTS_PER_EPOCH &&
                clock.epochSeconds != 0 &&
                clock.epochSeconds % clock.slotsPerEpoch == 0;
        require(good, EpochClock_BadClock(clock.epochSeconds, clock.slotsPerEpoch));
    }

    /// @notice The epoch that contains a second.
    /// @param clock The clock
    /// @param timestamp Unix time in seconds, not before genesis
    /// @return epoch The epoch
    function epochAtDown(Clock memory clock, uint256 timestamp) internal pure returns (uint32 epoch) {
        require(timestamp >= clock.genesisAt, EpochClock_BeforeGenesis(timestamp, clock.genesisAt));
        return ((timestamp - clock.genesisAt) / clock.epochSeconds).toUint32();
    }

    /// @notice First second of an epoch.
    /// @param clock The clock
    /// @param epoch The epoch
    /// @return timestamp Unix time in seconds
    function startOf(Clock memory clock, uint256 epoch) internal pure returns (uint48 timestamp) {
        return (clock.genesisAt + epoch * clock.epochSeconds).toUint48();
    }

    /// @notice First second after an epoch.
    /// @param clock The clock
    /// @param epoch The epoch
    /// @return timestamp Unix time in seconds
    function endOf(Clock memory clock, uint256 epoch) internal pure returns (uint48 timestamp) {
        return startOf(clock, epoch + 1);
    }

    /// @notice Length of a slot in seconds; exact.
    /// @param clock The clock
    /// @return length Seconds
    function slotSeconds(Clock memory clock) internal pure returns (uint32 length) {
        return clock.epochSeconds / clock.slotsPerEpoch;
    }

    /// @notice The slot, within its epoch, that contains a second.
    /// @param clock The clock
    /// @param timestamp Unix time in seconds, not before genesis
    /// @return slot The slot, 0 to `slotsPerEpoch - 1`
    function slotAtDown(Clock memory clock, uint256 timestamp) internal pure returns (uint16 slot) {
        uint256 epoch = epochAtDown(clock, timestamp);
        return ((timestamp - startOf(clock, epoch)) / slotSeconds(clock)).toUint16();
    }

    /// @notice A bitmap with the bits of all slots of an epoch set.
    /// @param clock The clock
    /// @return bitmap The bits 0 to `slotsPerEpoch - 1`
    function allSlots(Clock memory clock) internal pure returns (uint256 bitmap) {
        return (1 << clock.slotsPerEpoch) - 1;
    }
}
