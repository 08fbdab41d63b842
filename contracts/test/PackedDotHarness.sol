// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {PackedDot} from "../kernels/libraries/PackedDot.sol";

/// @dev The packed dot product beside the plain one that it stands for.
contract PackedDotHarness {
    function packed(bytes32[] calldata words) external pure returns (int256) {
        return PackedDot.dot(words, words.length / 2);
    }

    function plain(bytes32[] calldata words) external pure returns (int256 sum) {
        uint256 count = words.length / 2;
        for (uint256 i = 0; i < count; ++i) {
            for (uint256 lane = 0; lane < 32; ++lane) {
                sum += int256(int8(uint8(words[i][lane]))) * int256(int8(uint8(words[count + i][lane])));
            }
        }
    }

    /// @dev Index of the first array for which the two differ, or the number of arrays.
    function firstDifference(bytes32[][] calldata arrays) external view returns (uint256 index) {
        for (; index < arrays.length; ++index) {
            if (this.packed(arrays[index]) != this.plain(arrays[index])) return index;
        }
    }
}
