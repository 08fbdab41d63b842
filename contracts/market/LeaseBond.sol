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

    /// @notice Reverts unless a pledge is within its bounds.
    /// @param pledge The pledge
    /// @param slotsPerEpoch Slots of an epoch: abandonment is seen within one
    function check(ILeaseMarket.Pledge calldata pledge, uint16 slotsPerEpoch) internal pure {
        checkTerm("uptimePpm", pledge.uptimePpm, 0, MAX_PPM);
        checkTerm("penaltyPpm", pledge.penaltyPpm, 0, MAX_PPM);
        checkTerm("darkSlots", pledge.darkSlots, 0, slotsPerEpoch);
        // A pledge that nothing stands behind would only look like one.
        bool isBacked = pledge.uptimePpm != 0 && pledge.penaltyPpm != 0;
        checkTerm("bond", pledge.bond, isBacked ? 1 : 0, type(uint96).max);
    }

    /// @notice Reverts unless a term is within its bounds.
    /// @param name Which term
    /// @param value What is given
    /// @param min The least
    /// @param max The most
    function checkTerm(string memory name, uint256 value, uint256 min, uint256 max) internal pure {
        require(value >= min && value <= max, ILeaseMarket.LeaseMarket_TermOutOfBounds(name, value, min, max));
    }

    /// @notice Whether there is anything to store.
    /// @param pledge The pledge
    /// @return none True if it promises nothing
    function isEmpty(ILeaseMarket.Pledge calldata pledge) internal pure returns (bool none) {
        return pledge.bond == 0 && pledge.uptimePpm == 0 && pledge.darkSlots == 0;
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
