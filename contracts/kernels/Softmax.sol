// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

import {IKernel} from "../verifiers/IKernel.sol";
import {Range} from "../verifiers/TensorTypes.sol";
import {KernelMath} from "./libraries/KernelMath.sol";

/// @title Softmax
/// @notice Softmax of rows by a table of exponentials, and the gradient of the cross-entropy loss on it.
/// @dev Lane mode. Logits are int32, the table has uint16 entries, the result is int8 where `zero + one` stands for 1:
///
///   e[i] = table[min((max(z) − z[i]) >> shift, last)]
///   out[m][c] = saturated(zero + ⌊(one · e[c] + ⌊Σ e / 2⌋) / Σ e⌋ − (one if LABELS and c = labels[m]))
///
/// A sum of zero gives 0 for the quotient; lanes at or after `classes` are zero. Labels are bytes, one for each row.
///
/// Fields of params: 0 logits, 1 log2 words of a row of logits, 2 classes, 3 table, 4 log2 words of the table, 5 shift,
/// 6 log2 words of a row of the result, 7 flags, 8 labels, 9 one (uint16; none or 0 is 127), 10 zero (int32).
contract Softmax is IKernel {
    using KernelMath for bytes;
    using KernelMath for bytes32[];

    uint256 private constant _LABELS = 1;

    uint256 private constant _MAX_RANGES = 3;

    uint256 private constant _DEFAULT_ONE = 127;

    uint256 private constant _INT8 = 3;
    uint256 private constant _INT16 = 4;
    uint256 private constant _INT32 = 5;

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
        (uint256 row, uint256 class) = _cell(params, piece, lane);
        if (class >= _classes(params)) return ranges;
        ranges = new Range[](_MAX_RANGES);
        uint256 count = 2;
        unchecked {
            uint256 rowLog2 = params.log2Field(1);
            ranges[0] = KernelMath.range(params.field(0) + (row << rowLog2), rowLog2);
            ranges[1] = KernelMath.range(params.field(3), params.log2Field(4));
            if (params.field(7) & _LABELS != 0)
                ranges[count++] = KernelMath.range(params.field(8) + (row >> KernelMath.lanesLog2(_INT8)), 0);
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
        (uint256 row, uint256 class) = _cell(params, piece, lane);
        if (class >= _classes(params)) return KernelMath.toLane(0, _INT8);
        unchecked {
            int256 value = _quotient(params, words, class) + params.int32Field(10);
            if (_isLabel(params, words, row, class)) value -= _one(params);
            return KernelMath.toLane(KernelMath.saturated(value, _INT8), _INT8);
        }
    }

    /// @dev The share of `class` in the sum of all, in parts of one.
    function _quotient(bytes calldata params, bytes32[] calldata words, uint256 class) private pure returns (int256) {
        unchecked {
            (int256 own, int256 sum) = _exponentials(params, words, class);
            return sum == 0 ? int256(0) : (_one(params) * own + sum / 2) / sum;
        }
    }

    function _one(bytes calldata params) private pure returns (int256) {
        uint256 given = uint16(params.field(9));
        return int256(given == 0 ? _DEFAULT_ONE : given);
    }

    /// @dev Whether the row is labelled with the class; the label's word follows logits and table.
    function _isLabel(
        bytes calldata params,
        bytes32[] calldata words,
        uint256 row,
        uint256 class
    ) private pure returns (bool) {
        if (params.field(7) & _LABELS == 0) return false;
        uint256 index;
        unchecked {
            index = (1 << params.log2Field(1)) + (1 << params.log2Field(4));
        }
        return uint8(int8(KernelMath.signedLane(words.wordAt(index), _INT8, row))) == class;
    }

    /// @dev The exponential of `class` and the sum of all.
    function _exponentials(
        bytes calldata params,
        bytes32[] calldata words,
        uint256 class
    ) private pure returns (int256 own, int256 sum) {
        unchecked {
            int256 max = _max(words, _classes(params));
            for (uint256 i = _classes(params); i > 0;) {
                --i;
                int256 entry = _entry(params, words, uint256(max - _logit(words, i)));
                sum += entry;
                if (i == class) own = entry;
            }
        }
    }

    /// @dev Entry of the table for a logit that is `below` the largest.
    function _entry(bytes calldata params, bytes32[] calldata words, uint256 below) private pure returns (int256) {
        unchecked {
            uint256 tableLog2 = params.log2Field(4);
            uint256 index = Math.min(below >> params.field(5), (1 << (tableLog2 + KernelMath.lanesLog2(_INT16))) - 1);
            uint256 tableAt = 1 << params.log2Field(1);
            uint256 entries = words.wordAt(tableAt + (index >> KernelMath.lanesLog2(_INT16)));
            return int256(uint256(uint16(int16(KernelMath.signedLane(entries, _INT16, index)))));
        }
    }

    function _max(bytes32[] calldata words, uint256 classes) private pure returns (int256 max) {
        max = type(int32).min;
        unchecked {
            for (uint256 i = 0; i < classes; ++i) {
                int256 logit = _logit(words, i);
                if (logit > max) max = logit;
            }
        }
    }

    function _logit(bytes32[] calldata words, uint256 index) private pure returns (int256) {
        return KernelMath.signedLane(words.wordAt(index >> KernelMath.lanesLog2(_INT32)), _INT32, index);
    }

    /// @dev Classes, at most the lanes of a row and at most 256, which is what a label can name.
    function _classes(bytes calldata params) private pure returns (uint256 classes) {
        unchecked {
            uint256 lanes = 1 << (params.log2Field(1) + KernelMath.lanesLog2(_INT32));
            if (lanes > 256) lanes = 256;
            classes = params.field(2);
            if (classes > lanes) classes = lanes;
        }
    }

    function _cell(bytes calldata params, uint64 piece, uint16 lane) private pure returns (uint256 row, uint256 class) {
        unchecked {
            uint256 rowLog2 = params.log2Field(6);
            row = uint256(piece) >> rowLog2;
            class = KernelMath.element(piece & ((1 << rowLog2) - 1), lane, _INT8);
        }
    }
}
