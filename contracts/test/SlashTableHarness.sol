// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {SlashTable} from "../staking/SlashTable.sol";

/// @title SlashTableHarness
/// @notice The slash table, callable.
contract SlashTableHarness {
    function minBurnPpm() external pure returns (uint32) {
        return SlashTable.MIN_BURN_PPM;
    }

    function rowOf(SlashTable.Offence offence) external pure returns (SlashTable.Row memory) {
        return SlashTable.rowOf(offence);
    }

    function amountUp(SlashTable.Offence offence, uint256 collateral) external pure returns (uint256) {
        return SlashTable.amountUp(offence, collateral);
    }

    function splitDown(
        SlashTable.Offence offence,
        uint256 mill,
        bool hasBuyer,
        bool hasReporter
    ) external pure returns (uint256 toBuyer, uint256 toReporter, uint256 burned) {
        return SlashTable.splitDown(offence, mill, hasBuyer, hasReporter);
    }
}
