// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {UD60x18, ud} from "@prb/math/src/UD60x18.sol";
import {Units, WAD} from "../common/Units.sol";

/// @title EmissionSchedule
/// @notice How much an epoch may emit: a geometric decay with a finite sum, and a bootstrap floor that halves yearly.
/// @dev With `d = 2^(-epochSeconds / halfLifeSeconds)`:
///
///     schedule(e) = total * (1 - d) * d^e
///     floor(e)    = floorPerYear * epochSeconds / 365 days / 2^(years before e)
///
/// The sum of the schedule over all epochs is at most `total` for *any* `d` below one, however it was rounded, because
/// every power of it is rounded down: `Σ (1 - d) * d^e = 1`.
library EmissionSchedule {
    using SafeCast for uint256;

    /// @notice What emission depends on, fixed at deployment.
    /// @param total Sum of the schedule over all epochs, in MILL.
    /// @param floorPerYear Sum of the floor over the first year, in MILL.
    /// @param decayWad d, WAD.
    /// @param epochSeconds Length of an epoch.
    struct Plan {
        uint128 total;
        uint128 floorPerYear;
        uint64 decayWad;
        uint32 epochSeconds;
    }

    /// @notice Thrown when an epoch is longer than the half-life, or the half-life is so long that nothing decays.
    /// @param epochSeconds Length of an epoch.
    /// @param halfLifeSeconds The half-life.
    error EmissionSchedule_BadHalfLife(uint32 epochSeconds, uint32 halfLifeSeconds);

    /// @notice The year of the floor. Leap days are not worth a calendar on chain.
    uint256 internal constant YEAR_SECONDS = 365 days;

    /// @notice The decay of one epoch.
    /// @param epochSeconds Length of an epoch
    /// @param halfLifeSeconds Time in which the schedule halves
    /// @return decayWad d, WAD, below one
    function decayDown(uint32 epochSeconds, uint32 halfLifeSeconds) internal pure returns (uint64 decayWad) {
        require(epochSeconds <= halfLifeSeconds, EmissionSchedule_BadHalfLife(epochSeconds, halfLifeSeconds));
        UD60x18 halvings = ud(Units.wadDivDown(epochSeconds, halfLifeSeconds));
        uint256 decay = Units.wadDivDown(WAD, halvings.exp2().unwrap());
        require(decay < WAD, EmissionSchedule_BadHalfLife(epochSeconds, halfLifeSeconds));
        return decay.toUint64();
    }

    /// @notice The schedule's part of an epoch's emission, (4a).
    /// @param plan What emission depends on
    /// @param epoch The epoch
    /// @return mill MILL
    function scheduleDown(Plan memory plan, uint32 epoch) internal pure returns (uint256 mill) {
        uint256 powerWad = ud(plan.decayWad).powu(epoch).unwrap();
        return Units.mulDivDown(plan.total, (WAD - plan.decayWad) * powerWad, WAD * WAD);
    }

    /// @notice The part of an epoch's emission that needs no fees, (4a).
    /// @param plan What emission depends on
    /// @param epoch The epoch
    /// @return mill MILL
    function floorDown(Plan memory plan, uint32 epoch) internal pure returns (uint256 mill) {
        uint256 year = (uint256(epoch) * plan.epochSeconds) / YEAR_SECONDS;
        return Units.mulDivDown(plan.floorPerYear, plan.epochSeconds, YEAR_SECONDS) >> year;
    }
}
