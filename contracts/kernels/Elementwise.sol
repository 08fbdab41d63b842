// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IKernel} from "../verifiers/IKernel.sol";
import {Range} from "../verifiers/TensorTypes.sol";
import {KernelMath} from "./libraries/KernelMath.sol";

/// @title Elementwise
/// @notice Sum, product, least, greatest or choice of two tensors lane by lane, with requantisation.
/// @dev Lane mode. Operands and result have the same lanes in the same order, of widths that may differ; with
/// `BROADCAST` the right operand is one row for all:
///
///   out[i] = saturated(gated(rounded(f(left[i], right[i]) / 2^shift)))
///
///   f = 0: left · leftScale + right · rightScale
///       1: (left · right mod 2^32) · leftScale
///       2: min(left, right) · leftScale
///       3: max(left, right) · leftScale
///       4: (condition[i] > 0 ? left : right) · leftScale
///
/// and 0 for any other f. `gated` puts 0 where the value is negative with `RELU`. Operands' lanes have at most 32 bits:
/// of wider ones the low 32 count. The condition has lanes and layout of the result.
///
/// Fields of params: 0 f, 1 left, 2 log2 bits of its lanes, 3 right, 4 log2 bits of its lanes, 5 log2 bits of the
/// result's lanes, 6 left scale (int32), 7 right scale (int32), 8 shift, 9 flags, 10 log2 words of a row of the
/// result, 11 condition.
contract Elementwise is IKernel {
    using KernelMath for bytes;
    using KernelMath for bytes32[];

    uint256 private constant _ADD = 0;
    uint256 private constant _MULTIPLY = 1;
    uint256 private constant _MIN = 2;
    uint256 private constant _MAX = 3;
    uint256 private constant _SELECT = 4;

    uint256 private constant _RELU = 1;
    uint256 private constant _BROADCAST = 2;

    uint256 private constant _MAX_RANGES = 3;

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
        uint256 count = 2;
        unchecked {
            uint256 element = KernelMath.element(piece, lane, params.log2Field(5));
            ranges[0] = KernelMath.range(params.field(1) + (element >> KernelMath.lanesLog2(params.log2Field(2))), 0);
            element = _rightElement(params, piece, lane);
            ranges[1] = KernelMath.range(params.field(3) + (element >> KernelMath.lanesLog2(params.log2Field(4))), 0);
            if (params.field(0) == _SELECT) ranges[count++] = KernelMath.range(uint256(params.field(11)) + piece, 0);
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
        uint256 laneLog2 = params.log2Field(5);
        bool isChosen = KernelMath.signedLane(words.wordAt(2), laneLog2, lane) > 0;
        int256 value = _combined(
            params,
            _left(params, piece, lane, words),
            _right(params, piece, lane, words),
            isChosen
        );
        value = KernelMath.rounded(value, params.field(8));
        if (params.field(9) & _RELU != 0 && value < 0) value = 0;
        return KernelMath.toLane(KernelMath.saturated(value, laneLog2), laneLog2);
    }

    function _left(
        bytes calldata params,
        uint64 piece,
        uint16 lane,
        bytes32[] calldata words
    ) private pure returns (int256) {
        uint256 element = KernelMath.element(piece, lane, params.log2Field(5));
        return int32(KernelMath.signedLane(words.wordAt(0), params.log2Field(2), element));
    }

    function _right(
        bytes calldata params,
        uint64 piece,
        uint16 lane,
        bytes32[] calldata words
    ) private pure returns (int256) {
        uint256 element = _rightElement(params, piece, lane);
        return int32(KernelMath.signedLane(words.wordAt(1), params.log2Field(4), element));
    }

    function _combined(bytes calldata params, int256 left, int256 right, bool isChosen) private pure returns (int256) {
        uint256 operation = params.field(0);
        unchecked {
            // Each factor is below 2^31 in magnitude, so nothing leaves 64 bits.
            int256 scale = params.int32Field(6);
            if (operation == _ADD) return left * scale + right * params.int32Field(7);
            if (operation == _MULTIPLY) return int256(int32(left * right)) * scale;
            if (operation == _MIN) return (left < right ? left : right) * scale;
            if (operation == _MAX) return (left > right ? left : right) * scale;
            if (operation == _SELECT) return (isChosen ? left : right) * scale;
        }
        return 0;
    }

    function _rightElement(bytes calldata params, uint64 piece, uint16 lane) private pure returns (uint256) {
        unchecked {
            uint256 word = piece;
            if (params.field(9) & _BROADCAST != 0) word &= (1 << params.log2Field(10)) - 1;
            return KernelMath.element(word, lane, params.log2Field(5));
        }
    }
}
