// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Permissions} from "../common/Permissions.sol";
import {Wired} from "../common/Wired.sol";

/// @title WiredHarness
/// @notice A callee with one guarded function.
contract WiredHarness is Wired {
    uint256 public mints;

    constructor(address deployer) Wired(deployer) {}

    function mint() external onlyWired(Permissions.MINT) {
        mints += 1;
    }
}
