// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {SlashTable} from "../staking/SlashTable.sol";

/// @dev Stands in for the staking registry where a test is about claims: says what it was told to slash.
contract StakingRecorder {
    event SlashAsked(SlashTable.Offence offence, address provider, uint256 mill, address buyer, address reporter);

    uint256 public slashes;
    mapping(address provider => mapping(address account => bool isOne)) public isOperator;

    function setOperator(address provider, address account) external {
        isOperator[provider][account] = true;
    }

    function slashBond(
        SlashTable.Offence offence,
        address provider,
        uint256 mill,
        address buyer,
        address reporter
    ) external returns (uint256, uint256, uint256) {
        slashes += 1;
        emit SlashAsked(offence, provider, mill, buyer, reporter);
        return (0, 0, mill);
    }
}
