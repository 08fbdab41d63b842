// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IKernel} from "../verifiers/IKernel.sol";
import {Range} from "../verifiers/TensorTypes.sol";
import {KernelMath} from "./libraries/KernelMath.sol";

/// @title Gather
/// @notice Rows of a table by their indices: embeddings, batches in any order.
/// @dev Lane mode, lanes of 256 bits, so that rows of lanes of any width are copied word by word:
///
///   out[m] = table[indices[m]], zero where the table has no such row
///
/// Indices are unsigned lanes, one after another, for row 0, 1, … of the result.
///
/// Fields of params: 0 indices, 1 log2 bits of an index, 2 table, 3 its rows, 4 log2 words of a row.
contract Gather is IKernel {
    using KernelMath for bytes;
    using KernelMath for bytes32[];

    uint256 private constant _LANE_LOG2 = 8;

    /// @inheritdoc IKernel
    function first(bytes calldata params, uint64 piece, uint16) external pure returns (Range[] memory range) {
        range = new Range[](1);
        unchecked {
            uint256 row = uint256(piece) >> params.log2Field(4);
            range[0] = KernelMath.range(params.field(0) + (row >> KernelMath.lanesLog2(params.log2Field(1))), 0);
        }
    }

    /// @inheritdoc IKernel
    function reads(
        bytes calldata params,
        uint64 piece,
        uint16,
        bytes32[] calldata firstWords
    ) external pure returns (Range[] memory ranges) {
        unchecked {
            uint256 rowLog2 = params.log2Field(4);
            uint256 row = uint256(piece) >> rowLog2;
            uint256 index = KernelMath.unsignedLane(firstWords.wordAt(0), params.log2Field(1), row);
            if (index >= params.field(3)) return ranges;
            ranges = new Range[](1);
            uint256 column = piece & ((1 << rowLog2) - 1);
            ranges[0] = KernelMath.range(params.field(2) + (index << rowLog2) + column, 0);
        }
    }

    /// @inheritdoc IKernel
    function compute(
        bytes calldata,
        uint64,
        uint16,
        bytes32[] calldata words
    ) external pure returns (bytes32[] memory result) {
        // Without a row nothing was read, and a word that was not given is zero.
        return KernelMath.toLane(int256(words.wordAt(1)), _LANE_LOG2);
    }
}
