// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {EpochClock} from "../common/EpochClock.sol";

/// @title SettlementRecorder
/// @notice Imitates what BurnMintSettlement is to the staking and node registries: a clock, and where slashed MILL goes.
contract SettlementRecorder {
    IERC20 public immutable TOKEN;

    EpochClock.Clock private _clock;
    uint256 public accounted;
    uint256 public toBurn;
    mapping(address buyer => uint256 mill) public owed;

    error SettlementRecorder_NotArrived(uint256 balance, uint256 accounted);

    constructor(IERC20 token, uint32 epochSeconds, uint16 slotsPerEpoch) {
        TOKEN = token;
        _clock = EpochClock.Clock(uint48(block.timestamp), epochSeconds, slotsPerEpoch);
    }

    function compensate(address buyer, uint256 millToBuyer, uint256 millToBurn) external {
        owed[buyer] += millToBuyer;
        toBurn += millToBurn;
        accounted += millToBuyer + millToBurn;
        uint256 balance = TOKEN.balanceOf(address(this));
        require(balance == accounted, SettlementRecorder_NotArrived(balance, accounted));
    }

    function clock() external view returns (EpochClock.Clock memory) {
        return _clock;
    }
}
