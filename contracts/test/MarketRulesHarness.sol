// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {EpochClock} from "../common/EpochClock.sol";
import {ILeaseMarket} from "../market/ILeaseMarket.sol";
import {ITaskBook} from "../market/ITaskBook.sol";
import {LeaseClock} from "../market/LeaseClock.sol";
import {OrderTerms} from "../market/OrderTerms.sol";

/// @dev Makes the pure rules of both markets callable.
contract MarketRulesHarness {
    function upSecondsOf(
        ILeaseMarket.Piece memory piece,
        uint256 bitmap,
        EpochClock.Clock memory clock
    ) external pure returns (uint256) {
        return LeaseClock.upSecondsOf(piece, bitmap, clock);
    }

    function priceAfterDown(ITaskBook.TaskTerms calldata terms, uint256 elapsed) external pure returns (uint96) {
        return OrderTerms.priceAfterDown(terms, elapsed);
    }

    function bondUp(
        ITaskBook.TaskSnapshot calldata snapshot,
        uint96 outsideValue,
        uint96 price,
        uint256 millPriceWad
    ) external pure returns (uint96) {
        return OrderTerms.bondUp(snapshot, outsideValue, price, millPriceWad);
    }
}
