// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {EpochClock} from "../common/EpochClock.sol";

/// @title EpochClockHarness
/// @notice EpochClock's functions, callable.
contract EpochClockHarness {
    using EpochClock for EpochClock.Clock;

    function validate(EpochClock.Clock memory clock) external pure {
        clock.validate();
    }

    function epochAtDown(EpochClock.Clock memory clock, uint256 timestamp) external pure returns (uint32) {
        return clock.epochAtDown(timestamp);
    }

    function bounds(EpochClock.Clock memory clock, uint256 epoch) external pure returns (uint48 start, uint48 end) {
        return (clock.startOf(epoch), clock.endOf(epoch));
    }

    function slotAtDown(EpochClock.Clock memory clock, uint256 timestamp) external pure returns (uint16) {
        return clock.slotAtDown(timestamp);
    }

    function slots(EpochClock.Clock memory clock) external pure returns (uint32 slotSeconds, uint256 allSlots) {
        return (clock.slotSeconds(), clock.allSlots());
    }
}
