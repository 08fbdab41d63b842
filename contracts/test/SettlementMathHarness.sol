// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {EmissionSchedule} from "../settlement/EmissionSchedule.sol";
import {EpochClose} from "../settlement/EpochClose.sol";
import {IBurnMintSettlement} from "../settlement/IBurnMintSettlement.sol";
import {ISettlementTerms} from "../settlement/ISettlementTerms.sol";
import {PriceHistory} from "../settlement/PriceHistory.sol";
import {PriceMedian} from "../settlement/PriceMedian.sol";

/// @dev Makes the settlement's pure libraries callable.
contract SettlementMathHarness {
    function close(
        EpochClose.Book memory book,
        EpochClose.Facts memory facts,
        ISettlementTerms.CloseTerms memory terms
    ) external pure returns (EpochClose.Book memory, IBurnMintSettlement.Closing memory closing) {
        closing = EpochClose.close(book, facts, terms);
        return (book, closing);
    }

    function rateDown(uint256 bank, uint256 outstanding, uint256 hiWad) external pure returns (uint256) {
        return EpochClose.rateDown(bank, outstanding, hiWad);
    }

    function redeemDown(uint256 credits, uint256 rate) external pure returns (uint256) {
        return EpochClose.redeemDown(credits, rate);
    }

    function nextFeeBurnEmaDown(uint256 feeBurnEma, uint256 feeBurn) external pure returns (uint256) {
        return EpochClose.nextFeeBurnEmaDown(feeBurnEma, feeBurn);
    }

    function decayDown(uint32 epochSeconds, uint32 halfLifeSeconds) external pure returns (uint64) {
        return EmissionSchedule.decayDown(epochSeconds, halfLifeSeconds);
    }

    function emission(EmissionSchedule.Plan memory plan, uint32 epoch) external pure returns (uint256, uint256) {
        return (EmissionSchedule.scheduleDown(plan, epoch), EmissionSchedule.floorDown(plan, epoch));
    }

    /// @dev Sum of the schedule from an epoch on, `step` of it.
    function scheduleSum(
        EmissionSchedule.Plan memory plan,
        uint32 from,
        uint32 count
    ) external pure returns (uint256 sum) {
        for (uint32 epoch = from; epoch < from + count; ++epoch) sum += EmissionSchedule.scheduleDown(plan, epoch);
    }

    function average(
        PriceHistory.Observation memory observation,
        uint48 timestamp,
        uint32 halfLifeSeconds
    ) external pure returns (uint256) {
        return PriceHistory.averageTowardsSpot(observation, timestamp, halfLifeSeconds);
    }

    function median(uint256[] memory answers, uint32 deviationPpm) external pure returns (uint256, bool) {
        return PriceMedian.medianDown(answers, deviationPpm);
    }
}
