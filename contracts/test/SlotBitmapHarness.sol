// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {SlotBitmap} from "../uptime/SlotBitmap.sol";

/// @title SlotBitmapHarness
/// @notice Makes the library's functions callable by tests.
contract SlotBitmapHarness {
    using SlotBitmap for uint256;

    function isUp(uint256 bitmap, uint8 slot) external pure returns (bool) {
        return bitmap.isUp(slot);
    }

    function countUp(uint256 bitmap) external pure returns (uint256) {
        return bitmap.countUp();
    }

    function countUpWithin(uint256 bitmap, uint256 first, uint256 end) external pure returns (uint256) {
        return bitmap.countUpWithin(first, end);
    }
}
