// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {Units} from "../common/Units.sol";
import {IBurnMintSettlement} from "./IBurnMintSettlement.sol";
import {ISettlementTerms} from "./ISettlementTerms.sol";

/// @title PurchaseWindow
/// @notice How many credits may still be bought in this clock hour.
/// @dev The cap is fixed by the first purchase of an hour: a share of the `L` before it, so that purchases do not raise
/// their own cap. Hours are the clock's, so two caps can meet at a full hour and never more.
library PurchaseWindow {
    using SafeCast for uint256;

    /// @notice An hour's purchases.
    /// @param hour The hour, counted from 1970.
    /// @param cap Credits that may be bought in it.
    /// @param bought Credits bought in it.
    struct Window {
        uint48 hour;
        uint104 cap;
        uint104 bought;
    }

    /// @notice Counts a purchase.
    /// @param window The hour's purchases
    /// @param terms The terms of trade
    /// @param outstanding L before the purchase, in credits
    /// @param credits Credits bought
    function take(
        Window storage window,
        ISettlementTerms.TradeTerms memory terms,
        uint256 outstanding,
        uint256 credits
    ) internal {
        Window memory now_ = current(window, terms, outstanding);
        uint256 remaining = now_.cap - now_.bought;
        require(credits <= remaining, IBurnMintSettlement.BurnMintSettlement_HourlyCapReached(credits, remaining));
        now_.bought += uint104(credits); // at most `remaining`, which is a uint104
        window.hour = now_.hour;
        window.cap = now_.cap;
        window.bought = now_.bought;
    }

    /// @notice Credits that can still be bought in this hour.
    /// @param window The hour's purchases
    /// @param terms The terms of trade
    /// @param outstanding L, in credits
    /// @return credits Credits
    function left(
        Window storage window,
        ISettlementTerms.TradeTerms memory terms,
        uint256 outstanding
    ) internal view returns (uint256 credits) {
        Window memory now_ = current(window, terms, outstanding);
        return now_.cap - now_.bought;
    }

    /// @notice The window of this hour: the stored one, or a fresh one.
    /// @param window The hour's purchases, as stored
    /// @param terms The terms of trade
    /// @param outstanding L, in credits
    /// @return now_ The window
    function current(
        Window storage window,
        ISettlementTerms.TradeTerms memory terms,
        uint256 outstanding
    ) internal view returns (Window memory now_) {
        now_ = window;
        uint48 hour = (block.timestamp / 1 hours).toUint48();
        if (now_.hour == hour) return now_;
        uint256 cap = Math.max(terms.hourlyCapFloor, Units.mulPpmDown(outstanding, terms.hourlyCapPpm));
        return Window({hour: hour, cap: cap.toUint104(), bought: 0});
    }
}
