// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IKernel} from "../verifiers/IKernel.sol";
import {Range} from "../verifiers/TensorTypes.sol";
import {KernelMath} from "./libraries/KernelMath.sol";

/// @title Transpose
/// @notice Swaps rows and columns of a tensor, so that what was a column can be read as one range.
/// @dev Lane mode; operand and result have lanes of one width. `out[i][j] = in[j][i]`, zero out of range.
///
/// Fields of params: 0 operand, 1 its rows, 2 its columns, 3 log2 words of its rows, 4 log2 words of a row of the
/// result, 5 log2 bits of a lane.
contract Transpose is IKernel {
    using KernelMath for bytes;
    using KernelMath for bytes32[];

    /// @inheritdoc IKernel
    function first(bytes calldata, uint64, uint16) external pure returns (Range[] memory range) {
        return new Range[](0);
    }

    /// @inheritdoc IKernel
    function reads(
        bytes calldata params,
        uint64 piece,
        uint16 lane,
        bytes32[] calldata
    ) external pure returns (Range[] memory ranges) {
        (uint256 row, uint256 column) = _source(params, piece, lane);
        if (row >= params.field(1) || column >= params.field(2)) return ranges;
        ranges = new Range[](1);
        unchecked {
            uint256 word = (row << params.log2Field(3)) + (column >> KernelMath.lanesLog2(params.log2Field(5)));
            ranges[0] = KernelMath.range(params.field(0) + word, 0);
        }
    }

    /// @inheritdoc IKernel
    function compute(
        bytes calldata params,
        uint64 piece,
        uint16 lane,
        bytes32[] calldata words
    ) external pure returns (bytes32[] memory result) {
        (, uint256 column) = _source(params, piece, lane);
        uint256 laneLog2 = params.log2Field(5);
        // Out of range no word was read, and a word that is not there is zero.
        return KernelMath.toLane(KernelMath.signedLane(words.wordAt(0), laneLog2, column), laneLog2);
    }

    function _source(
        bytes calldata params,
        uint64 piece,
        uint16 lane
    ) private pure returns (uint256 row, uint256 column) {
        unchecked {
            uint256 rowLog2 = params.log2Field(4);
            column = uint256(piece) >> rowLog2;
            row = KernelMath.element(piece & ((1 << rowLog2) - 1), lane, params.log2Field(5));
        }
    }
}
