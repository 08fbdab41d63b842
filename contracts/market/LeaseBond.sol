// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {MAX_PPM, Units, WAD} from "../common/Units.sol";
import {ILeaseMarket} from "./ILeaseMarket.sol";

/// @title LeaseBond
/// @notice What a provider's pledge may be, and what breaking it costs.
/// @dev A penalty is at most the pay of what was missed beyond the pledge, and at most four fifths of it reach the
/// buyer: refund and compensation together stay under twice the pay of the missed seconds even if MILL's price rises by
/// a quarter until the compensation is credited.
library LeaseBond {
    using SafeCast for uint256;

    /// @notice Whether a pledge is within its bounds: shares of at most one, abandonment seen within an epoch, and a
    /// bond behind an uptime that costs something to break.
    /// @param pledge The pledge
    /// @param slotsPerEpoch Slots of an epoch
    /// @return sound True if so
    function isSound(ILeaseMarket.Pledge calldata pledge, uint16 slotsPerEpoch) internal pure returns (bool sound) {
        bool isBacked = pledge.bond != 0 || pledge.uptimePpm == 0 || pledge.penaltyPpm == 0;
        return
            isBacked &&
            pledge.uptimePpm <= MAX_PPM &&
            pledge.penaltyPpm <= MAX_PPM &&
            pledge.darkSlots <= slotsPerEpoch;
    }

    /// @notice Pay that a piece's penalty takes from the bond: `(missed − allowed) · rate · penaltyPpm`, rounded down;
    /// what the pledge allows to be missed is rounded up.
    /// @param pledge The pledge
    /// @param pieceSeconds Length of the piece
    /// @param missedSeconds Seconds of it that were down, outside announced maintenance
    /// @param rate Credits a second
    /// @return credits Credits
    function penaltyDown(
        ILeaseMarket.Pledge memory pledge,
        uint256 pieceSeconds,
        uint256 missedSeconds,
        uint256 rate
    ) internal pure returns (uint256 credits) {
        uint256 allowed = Units.mulPpmUp(pieceSeconds, MAX_PPM - pledge.uptimePpm);
        if (pledge.uptimePpm == 0 || missedSeconds <= allowed) return 0;
        return Units.mulPpmDown((missedSeconds - allowed) * rate, pledge.penaltyPpm);
    }

    /// @notice MILL that answers for a number of credits, rounded down, and never more than the bond.
    /// @param bond What is bonded, MILL
    /// @param credits Credits
    /// @param priceWad USD per MILL, WAD; not zero
    /// @return mill MILL
    function millDown(uint96 bond, uint256 credits, uint256 priceWad) internal pure returns (uint96 mill) {
        return Math.min(Units.mulDivDown(credits, WAD, priceWad), bond).toUint96();
    }
}
