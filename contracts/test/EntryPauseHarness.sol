// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {EntryPause} from "../common/EntryPause.sol";

/// @title EntryPauseHarness
/// @notice One entry and one exit.
contract EntryPauseHarness is EntryPause {
    uint256 public entries;
    uint256 public exits;

    constructor(address authority) AccessManaged(authority) {}

    function enter() external whenEntriesOpen {
        entries += 1;
    }

    function exit() external {
        exits += 1;
    }
}
