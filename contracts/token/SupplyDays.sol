// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Checkpoints} from "@openzeppelin/contracts/utils/structs/Checkpoints.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";

/// @title SupplyDays
/// @notice The total supply at the start of each day on which it changed.
/// @dev A checkpoint a change costs 27k gas, in every purchase and every collection, and only a quorum ever reads
/// one. Here the first change of a day writes the supply from before it, and the others of that day read one slot. What
/// is written is final: a day's first second is over when the day's first change comes.
library SupplyDays {
    using Checkpoints for Checkpoints.Trace208;
    using SafeCast for uint256;

    /// @notice Supplies by day.
    /// @param firstDay Day of the genesis, counted from 1970.
    /// @param lastDay Day of the last change; zero before the genesis.
    /// @param starts Supply at the start of each day with a change, but of the first, which began with none.
    struct History {
        uint48 firstDay;
        uint48 lastDay;
        Checkpoints.Trace208 starts;
    }

    /// @notice Records the supply from before a change.
    /// @param history Supplies by day
    /// @param supply Total supply, in MILL
    function recordBefore(History storage history, uint256 supply) internal {
        uint48 today = (block.timestamp / 1 days).toUint48();
        uint48 lastDay = history.lastDay;
        if (lastDay == today) return;
        history.lastDay = today;
        if (lastDay == 0) history.firstDay = today;
        else history.starts.push(today, supply.toUint208());
    }

    /// @notice The supply at the start of a second's day.
    /// @param history Supplies by day
    /// @param timestamp The second
    /// @param supply Total supply now, in MILL
    /// @return mill Supply then; none before the genesis, and on its day the supply of now
    function startOfDayOf(
        History storage history,
        uint48 timestamp,
        uint256 supply
    ) internal view returns (uint256 mill) {
        uint48 day = timestamp / 1 days;
        if (day < history.firstDay) return 0;
        // No change lies between the day's start and the first that was recorded from it on.
        uint256 start = history.starts.lowerLookup(day);
        return start == 0 ? supply : start;
    }
}
