// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {IBeacon} from "../../randomness/IBeacon.sol";
import {ICapacityProofs} from "../ICapacityProofs.sol";

/// @title CapacitySchedule
/// @notice When the round of an epoch takes place: everything from the draw of its start to its end lies inside the
/// epoch, so that a report about the epoch can rest on it.
library CapacitySchedule {
    using SafeCast for uint256;

    /// @notice Whether rules leave a round room to start at different times: at least as much as its window is long.
    /// @param rules Rules
    /// @param beacon Source of randomness
    /// @param epochSeconds Length of an epoch
    /// @return fits True if so
    function fits(
        ICapacityProofs.CapacityRules memory rules,
        IBeacon beacon,
        uint32 epochSeconds
    ) internal view returns (bool) {
        uint256 delay = beacon.delaySeconds();
        // Who makes the beacon must know the start early enough, and the start is known after the draw.
        bool inTime = rules.leadSeconds >= delay + beacon.noticeSeconds();
        return inTime && _fixedSeconds(rules, delay) + rules.windowSeconds <= epochSeconds;
    }

    /// @notice The times of a round.
    /// @param rules Rules
    /// @param beacon Source of randomness
    /// @param epochStart First second of the epoch
    /// @param epochSeconds Length of an epoch
    /// @return times Times; only `drawAt` until the draw is recorded
    function timesOf(
        ICapacityProofs.CapacityRules memory rules,
        IBeacon beacon,
        uint48 epochStart,
        uint32 epochSeconds
    ) internal view returns (ICapacityProofs.RoundTimes memory times) {
        times.drawAt = epochStart + rules.drawDelaySeconds;
        bytes32 draw = beacon.valueAt(times.drawAt);
        if (draw == 0) return times;

        uint48 delay = beacon.delaySeconds();
        uint256 choices = epochSeconds - _fixedSeconds(rules, delay) + 1;
        uint256 offset = uint256(keccak256(abi.encode(draw, "start"))) % choices;
        times.startsAt = times.drawAt + rules.leadSeconds + offset.toUint48();
        times.opensAt = times.startsAt + delay;
        times.closesAt = times.opensAt + rules.windowSeconds;
        times.entriesAt = times.closesAt + delay;
        times.reportsFrom = times.entriesAt + rules.openSeconds;
        times.finalAt = times.reportsFrom + rules.reportSeconds;
    }

    /// @dev All of a round but the time by which its start is put off.
    function _fixedSeconds(
        ICapacityProofs.CapacityRules memory rules,
        uint256 delay
    ) private pure returns (uint256 seconds_) {
        return
            uint256(rules.drawDelaySeconds) +
            rules.leadSeconds +
            rules.windowSeconds +
            rules.openSeconds +
            rules.reportSeconds +
            2 * delay;
    }
}
