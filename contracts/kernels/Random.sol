// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IKernel} from "../verifiers/IKernel.sol";
import {Range} from "../verifiers/TensorTypes.sol";
import {KernelMath} from "./libraries/KernelMath.sol";

/// @title Random
/// @notice Words that look random: a hash of a seed and a counter, so that each stands for itself.
/// @dev Lane mode, lanes of 256 bits:
///
///   out[i] = keccak256(seed ‖ start + i), the counter modulo 2^64 in 32 bytes
///
/// The result may be read as lanes of any width. Whoever knows the seed knows the words: let it be the last word of a
/// private input for secret ones.
///
/// Fields of params: 0 seed (one word), 1 start.
contract Random is IKernel {
    using KernelMath for bytes;
    using KernelMath for bytes32[];

    uint256 private constant _LANE_LOG2 = 8;

    /// @inheritdoc IKernel
    function first(bytes calldata, uint64, uint16) external pure returns (Range[] memory range) {
        return new Range[](0);
    }

    /// @inheritdoc IKernel
    function reads(
        bytes calldata params,
        uint64,
        uint16,
        bytes32[] calldata
    ) external pure returns (Range[] memory ranges) {
        ranges = new Range[](1);
        ranges[0] = KernelMath.range(params.field(0), 0);
    }

    /// @inheritdoc IKernel
    function compute(
        bytes calldata params,
        uint64 piece,
        uint16,
        bytes32[] calldata words
    ) external pure returns (bytes32[] memory result) {
        unchecked {
            uint64 counter = params.field(1) + piece;
            bytes32 word = keccak256(abi.encode(words.wordAt(0), counter));
            return KernelMath.toLane(int256(uint256(word)), _LANE_LOG2);
        }
    }
}
