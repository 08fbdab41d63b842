// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IKernel} from "../verifiers/IKernel.sol";
import {Range} from "../verifiers/TensorTypes.sol";
import {KernelMath} from "./libraries/KernelMath.sol";
import {PackedDot} from "./libraries/PackedDot.sol";

/// @title MatMul
/// @notice Integer matrix product with requantisation: dense layers, their gradients and weight updates.
/// @dev Lane mode. Operands are int8, rows contiguous, `left` with a row for each row of the result, `right` with a
/// row for each column of it (weights are stored output-major):
///
///   dot = Σ_k left[m][k] · right[n][k], mod 2^32
///   out[m][n] = saturated(gated(scaled(dot, scale, shift) + addend[m][n]))
///
/// `gated` puts 0 where `mask[m][n] ≤ 0`, and where the value is negative with `RELU`. Rows out of range read as zero.
/// Addend and mask have lanes and layout of the result; with `BROADCAST` the addend is one row for all.
///
/// Fields of params: 0 left, 1 left rows, 2 right, 3 right rows, 4 log2 words of an operand row, 5 log2 words of a row
/// of the result, 6 log2 bits of its lanes, 7 scale (int32), 8 shift, 9 flags, 10 addend, 11 mask.
contract MatMul is IKernel {
    using KernelMath for bytes;
    using KernelMath for bytes32[];

    uint256 private constant _RELU = 1;
    uint256 private constant _ADDEND = 2;
    uint256 private constant _BROADCAST = 4;
    uint256 private constant _MASK = 8;

    uint256 private constant _MAX_RANGES = 4;

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
        ranges = new Range[](_MAX_RANGES);
        uint256 count;
        unchecked {
            (uint256 row, uint256 column) = _cell(params, piece, lane);
            if (_isInside(params, row, column)) {
                uint256 rowLog2 = params.log2Field(4);
                ranges[count++] = KernelMath.range(params.field(0) + (row << rowLog2), rowLog2);
                ranges[count++] = KernelMath.range(params.field(2) + (column << rowLog2), rowLog2);
            }
            uint256 flags = params.field(9);
            if (flags & _ADDEND != 0) {
                uint256 word = flags & _BROADCAST == 0 ? piece : piece & ((1 << params.log2Field(5)) - 1);
                ranges[count++] = KernelMath.range(params.field(10) + word, 0);
            }
            if (flags & _MASK != 0) ranges[count++] = KernelMath.range(uint256(params.field(11)) + piece, 0);
        }
        return KernelMath.trim(ranges, count);
    }

    /// @inheritdoc IKernel
    function compute(
        bytes calldata params,
        uint64 piece,
        uint16 lane,
        bytes32[] calldata words
    ) external pure returns (bytes32[] memory result) {
        unchecked {
            uint256 next = _dotWords(params, piece, lane);
            int256 value = params.scaledByFields(7, int32(PackedDot.dot(words, next >> 1)));

            uint256 laneLog2 = params.log2Field(6);
            uint256 flags = params.field(9);
            if (flags & _ADDEND != 0) value += KernelMath.signedLane(words.wordAt(next++), laneLog2, lane);
            if (flags & _MASK != 0 && KernelMath.signedLane(words.wordAt(next), laneLog2, lane) <= 0) value = 0;
            if (flags & _RELU != 0 && value < 0) value = 0;
            return KernelMath.toLane(KernelMath.saturated(value, laneLog2), laneLog2);
        }
    }

    /// @dev Words of both rows.
    function _dotWords(bytes calldata params, uint64 piece, uint16 lane) private pure returns (uint256) {
        (uint256 row, uint256 column) = _cell(params, piece, lane);
        return _isInside(params, row, column) ? 2 << params.log2Field(4) : 0;
    }

    function _cell(
        bytes calldata params,
        uint64 piece,
        uint16 lane
    ) private pure returns (uint256 row, uint256 column) {
        unchecked {
            uint256 rowLog2 = params.log2Field(5);
            row = uint256(piece) >> rowLog2;
            column = KernelMath.element(piece & ((1 << rowLog2) - 1), lane, params.log2Field(6));
        }
    }

    function _isInside(bytes calldata params, uint256 row, uint256 column) private pure returns (bool) {
        return row < params.field(1) && column < params.field(3);
    }
}
