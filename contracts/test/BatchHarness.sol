// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Batch} from "../common/Batch.sol";

/// @title BatchHarness
/// @notice Items that succeed, fail with a reason, fail with a huge one, or use up some gas or all.
contract BatchHarness is Batch {
    uint256 public constant ITEM_GAS = 200_000;

    mapping(uint256 item => address caller) public doneBy;
    BatchHarness public below;

    error BatchHarness_Bad(uint256 item);

    constructor(BatchHarness below_) {
        below = below_;
    }

    function act(uint256 item) external {
        require(item != 13, BatchHarness_Bad(item));
        if (item == 14) _revertWith(10_000);
        if (item == 15) _revertWith(0);
        if (item == 16) below.burn(120_000);
        if (item == 17) _burnAll();
        require(doneBy[item] == address(0), BatchHarness_Bad(item));
        doneBy[item] = msg.sender;
    }

    function actMany(uint256[] calldata items) external returns (uint256 done) {
        _checkBatch(items.length);
        for (uint256 i = 0; i < items.length; ++i) {
            if (_tryItem(i, ITEM_GAS, abi.encodeCall(this.act, (items[i])))) ++done;
        }
    }

    function burn(uint256 amount) external view {
        uint256 until = gasleft() - amount;
        while (gasleft() > until) {}
    }

    function _burnAll() private pure {
        assembly ("memory-safe") {
            invalid()
        }
    }

    function _revertWith(uint256 size) private pure {
        assembly ("memory-safe") {
            revert(0, size)
        }
    }
}
