// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {SignedMath} from "@openzeppelin/contracts/utils/math/SignedMath.sol";

import {IKernel} from "../verifiers/IKernel.sol";
import {Range} from "../verifiers/TensorTypes.sol";
import {KernelMath} from "./libraries/KernelMath.sol";

/// @title Rescale
/// @notice Requantisation as frameworks do it in single-precision floats, to the bit, in whole numbers.
/// @dev Lane mode. Operand and result have the same lanes in the same order, of widths that may differ. With f(x) for x
/// rounded to 24 significant bits, ties to even (what IEEE 754 makes of an integer or of a product in binary32):
///
///   out[i] = saturated(min(max(even(f(f(in[i]) · mantissa) / 2^shift) + zero, low), high))
///
/// where `even` rounds to the nearest whole number, ties to even, and a shift by 64 or more leaves nothing. For a scale
/// of binary32 that is `mantissa / 2^shift` this is `clamp(rint(float(in) · scale) + zero)`. The operand's lanes have
/// at most 32 bits: of wider ones the low 32 count.
///
/// COLUMNS: a scale for each column. Mantissa and shift are those of a row of binary32, a lane of 32 bits for each
/// lane of a row of the result: 2^23 + fraction, and 150 − exponent, at least 0. The sign does not count, nor do the
/// smallest numbers (exponent 0), which leave nothing whatever they scale.
///
/// Fields of params: 0 operand, 1 log2 bits of its lanes, 2 log2 bits of the result's lanes, 3 mantissa (of which the
/// low 24 bits count), 4 shift, 5 zero (int32), 6 low (int32), 7 high (int32), 8 flags, 9 log2 words of a row of the
/// result, 10 scales.
contract Rescale is IKernel {
    using KernelMath for bytes;
    using KernelMath for bytes32[];

    uint256 private constant _COLUMNS = 1;

    uint256 private constant _SIGNIFICANT_BITS = 24;
    uint256 private constant _SHIFT_LIMIT = 64;

    uint256 private constant _FLOAT = 5;
    uint256 private constant _FRACTION_BITS = 23;
    uint256 private constant _UNIT_EXPONENT = 150;

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
        bool hasColumns = params.field(8) & _COLUMNS != 0;
        ranges = new Range[](hasColumns ? 2 : 1);
        unchecked {
            uint256 element = KernelMath.element(piece, lane, params.log2Field(2));
            ranges[0] = KernelMath.range(params.field(0) + (element >> KernelMath.lanesLog2(params.log2Field(1))), 0);
            if (!hasColumns) return ranges;
            uint256 word = _column(params, piece, lane) >> KernelMath.lanesLog2(_FLOAT);
            ranges[1] = KernelMath.range(params.field(10) + word, 0);
        }
    }

    /// @inheritdoc IKernel
    function compute(
        bytes calldata params,
        uint64 piece,
        uint16 lane,
        bytes32[] calldata words
    ) external pure returns (bytes32[] memory result) {
        unchecked {
            uint256 laneLog2 = params.log2Field(2);
            uint256 element = KernelMath.element(piece, lane, laneLog2);
            int256 operand = int32(KernelMath.signedLane(words.wordAt(0), params.log2Field(1), element));
            (uint256 mantissa, uint256 shift) = _scale(params, piece, lane, words);
            // At most 2^31 · 2^24.
            uint256 magnitude = _toFloat(_toFloat(SignedMath.abs(operand)) * mantissa);
            magnitude = shift >= _SHIFT_LIMIT ? 0 : _roundEven(magnitude, shift);
            int256 value = (operand < 0 ? -int256(magnitude) : int256(magnitude)) + params.int32Field(5);
            if (value < params.int32Field(6)) value = params.int32Field(6);
            if (value > params.int32Field(7)) value = params.int32Field(7);
            return KernelMath.toLane(KernelMath.saturated(value, laneLog2), laneLog2);
        }
    }

    /// @dev Mantissa and shift that a lane is scaled by; the scales' word follows the operand's.
    function _scale(
        bytes calldata params,
        uint64 piece,
        uint16 lane,
        bytes32[] calldata words
    ) private pure returns (uint256 mantissa, uint256 shift) {
        if (params.field(8) & _COLUMNS == 0) return (uint24(params.field(3)), params.field(4));
        unchecked {
            uint256 column = _column(params, piece, lane);
            uint256 float = uint32(int32(KernelMath.signedLane(words.wordAt(1), _FLOAT, column)));
            uint256 exponent = uint8(float >> _FRACTION_BITS);
            mantissa = (float & ((1 << _FRACTION_BITS) - 1)) | (1 << _FRACTION_BITS);
            shift = exponent > _UNIT_EXPONENT ? 0 : _UNIT_EXPONENT - exponent;
        }
    }

    /// @dev The lane, counted from the start of its row.
    function _column(bytes calldata params, uint64 piece, uint16 lane) private pure returns (uint256) {
        unchecked {
            return KernelMath.element(piece & ((1 << params.log2Field(9)) - 1), lane, params.log2Field(2));
        }
    }

    /// @dev The value rounded to 24 significant bits.
    function _toFloat(uint256 value) private pure returns (uint256) {
        unchecked {
            uint256 bits = Math.log2(value) + 1;
            if (bits <= _SIGNIFICANT_BITS) return value;
            uint256 spare = bits - _SIGNIFICANT_BITS;
            return _roundEven(value, spare) << spare;
        }
    }

    /// @dev `value / 2^shift` rounded to the nearest whole number, ties to even; shift below 64.
    function _roundEven(uint256 value, uint256 shift) private pure returns (uint256 result) {
        unchecked {
            if (shift == 0) return value;
            result = value >> shift;
            uint256 rest = value - (result << shift);
            uint256 half = 1 << (shift - 1);
            if (rest > half || (rest == half && result & 1 == 1)) ++result;
        }
    }
}
