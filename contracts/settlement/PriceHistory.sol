// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {ud} from "@prb/math/src/UD60x18.sol";
import {Units, WAD} from "../common/Units.sol";

/// @title PriceHistory
/// @notice An exponential moving average that can be asked for any time since its first observation.
library PriceHistory {
    using SafeCast for uint256;

    /// @notice Half-lives after which nothing of an older average is left: 2^-64 is below the last digit of any price.
    uint256 internal constant FORGOTTEN_HALF_LIVES = 64;

    /// @notice The average at a moment, and what it moves to from there. One slot.
    /// @param observedAt The moment.
    /// @param ema The average then, in USD per MILL.
    /// @param spot What was observed, and counts from then on, in USD per MILL.
    struct Observation {
        uint48 observedAt;
        uint104 ema;
        uint104 spot;
    }

    /// @notice Records a spot now.
    /// @param history The observations
    /// @param spotWad The spot, in USD per MILL
    /// @param halfLifeSeconds h
    /// @return emaWad The average now, which the spot does not change yet
    function record(
        Observation[] storage history,
        uint256 spotWad,
        uint32 halfLifeSeconds
    ) internal returns (uint256 emaWad) {
        uint256 count = history.length;
        uint48 timestamp = block.timestamp.toUint48();
        if (count == 0) {
            emaWad = spotWad;
        } else {
            Observation memory last = history[count - 1];
            emaWad = averageTowardsSpot(last, timestamp, halfLifeSeconds);
            if (last.observedAt == timestamp) {
                history[count - 1].spot = spotWad.toUint104();
                return emaWad;
            }
        }
        history.push(Observation(timestamp, emaWad.toUint104(), spotWad.toUint104()));
    }

    /// @notice The average at a time.
    /// @param history The observations
    /// @param timestamp The time
    /// @param halfLifeSeconds h
    /// @return emaWad USD per MILL; zero before the first observation
    function emaAt(
        Observation[] storage history,
        uint48 timestamp,
        uint32 halfLifeSeconds
    ) internal view returns (uint256 emaWad) {
        uint256 high = history.length;
        if (high == 0) return 0;
        if (history[high - 1].observedAt <= timestamp) {
            return averageTowardsSpot(history[high - 1], timestamp, halfLifeSeconds);
        }
        uint256 low = 0;
        // Invariant: all before `low` are at or before the time, all from `high` on after it.
        while (low < high) {
            uint256 middle = (low + high) >> 1;
            if (history[middle].observedAt <= timestamp) low = middle + 1;
            else high = middle;
        }
        return low == 0 ? 0 : averageTowardsSpot(history[low - 1], timestamp, halfLifeSeconds);
    }

    /// @notice `ema + (spot - ema) * (1 - 2^(-dt/h))`, computed as `spot + (ema - spot) * 2^(-dt/h)`.
    /// @dev Rounds towards the spot, by less than 1 wei; so it never leaves the interval between the two.
    /// @param observation Where it starts
    /// @param timestamp The time, not before the observation
    /// @param halfLifeSeconds h
    /// @return emaWad USD per MILL
    function averageTowardsSpot(
        Observation memory observation,
        uint48 timestamp,
        uint32 halfLifeSeconds
    ) internal pure returns (uint256 emaWad) {
        uint256 elapsed = timestamp - observation.observedAt;
        uint256 spot = observation.spot;
        uint256 ema = observation.ema;
        if (elapsed >= FORGOTTEN_HALF_LIVES * halfLifeSeconds) return spot;
        uint256 growth = ud(Units.wadDivDown(elapsed, halfLifeSeconds)).exp2().unwrap();
        return
            ema > spot
                ? spot + Units.mulDivDown(ema - spot, WAD, growth)
                : spot - Units.mulDivDown(spot - ema, WAD, growth);
    }
}
