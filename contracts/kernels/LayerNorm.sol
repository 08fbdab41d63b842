// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

import {IKernel} from "../verifiers/IKernel.sol";
import {Range} from "../verifiers/TensorTypes.sol";
import {KernelMath} from "./libraries/KernelMath.sol";

/// @title LayerNorm
/// @notice Rows with their mean taken off and their deviation divided out, then scaled and shifted by column.
/// @dev Lane mode. Over the first `n` lanes of a row, with exact integers and one rounding (half away from zero):
///
///   S = Σ in, Q = Σ in², deviation = max(1, ⌊√(n·Q − S² + epsilon)⌋)
///   out[m][c] = saturated((n · in[m][c] − S) · gamma[c] / (deviation · 2^shift) + beta[c])
///
/// `n·Q − S²` is n² times the variance and `n · in − S` is n times the distance from the mean, so that n drops out. The
/// operand's lanes have 8 or 16 bits: of wider ones the low 16 count; gamma and beta are rows of int16. A shift above
/// 32 leaves beta alone. Columns at or after `n` are zero; `n` is at most the lanes of a row, and at most 1,024.
///
/// Fields of params: 0 operand, 1 log2 bits of its lanes, 2 log2 words of a row of it, 3 n, 4 gamma, 5 beta, 6 epsilon
/// (uint32), 7 shift, 8 log2 bits of the result's lanes, 9 log2 words of a row of the result.
contract LayerNorm is IKernel {
    using KernelMath for bytes;
    using KernelMath for bytes32[];

    uint256 private constant _RANGES = 3;

    uint256 private constant _MAX_LANES = 1_024;
    uint256 private constant _MAX_SHIFT = 32;
    uint256 private constant _INT16 = 4;

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
        (uint256 row, uint256 column) = _cell(params, piece, lane);
        if (column >= _lanes(params)) return ranges;
        ranges = new Range[](_RANGES);
        unchecked {
            uint256 rowLog2 = params.log2Field(2);
            ranges[0] = KernelMath.range(params.field(0) + (row << rowLog2), rowLog2);
            uint256 word = column >> KernelMath.lanesLog2(_INT16);
            ranges[1] = KernelMath.range(params.field(4) + word, 0);
            ranges[2] = KernelMath.range(params.field(5) + word, 0);
        }
    }

    /// @inheritdoc IKernel
    function compute(
        bytes calldata params,
        uint64 piece,
        uint16 lane,
        bytes32[] calldata words
    ) external pure returns (bytes32[] memory result) {
        (, uint256 column) = _cell(params, piece, lane);
        uint256 laneLog2 = params.log2Field(8);
        if (column >= _lanes(params)) return KernelMath.toLane(0, laneLog2);
        unchecked {
            uint256 gammaAt = 1 << params.log2Field(2);
            int256 value = _normal(params, words, column, KernelMath.signedLane(words.wordAt(gammaAt), _INT16, column));
            value += KernelMath.signedLane(words.wordAt(gammaAt + 1), _INT16, column);
            return KernelMath.toLane(KernelMath.saturated(value, laneLog2), laneLog2);
        }
    }

    /// @dev The quotient, rounded. With at most 2^10 lanes of 16 bits the numerator is below 2^41 and the divisor below
    /// 2^27 · 2^32: an executor with 64-bit words is exact as well.
    function _normal(
        bytes calldata params,
        bytes32[] calldata words,
        uint256 column,
        int256 gamma
    ) private pure returns (int256) {
        uint256 shift = params.field(7);
        if (shift > _MAX_SHIFT) return 0;
        unchecked {
            uint256 laneLog2 = params.log2Field(1);
            int256 lanes = int256(_lanes(params));
            (int256 sum, int256 squares) = _sums(words, laneLog2, uint256(lanes));
            int256 spread = lanes * squares - sum * sum + int256(uint256(uint32(params.field(6))));
            int256 divisor = int256(Math.max(1, Math.sqrt(uint256(spread))) << shift);
            int256 own = _lane(words, laneLog2, column);
            int256 numerator = (lanes * own - sum) * gamma;
            int256 half = divisor / 2;
            return (numerator < 0 ? numerator - half : numerator + half) / divisor;
        }
    }

    function _sums(
        bytes32[] calldata words,
        uint256 laneLog2,
        uint256 lanes
    ) private pure returns (int256 sum, int256 squares) {
        unchecked {
            for (uint256 i = 0; i < lanes; ++i) {
                int256 value = _lane(words, laneLog2, i);
                sum += value;
                squares += value * value;
            }
        }
    }

    function _lane(bytes32[] calldata words, uint256 laneLog2, uint256 index) private pure returns (int256) {
        return int16(KernelMath.signedLane(words.wordAt(index >> KernelMath.lanesLog2(laneLog2)), laneLog2, index));
    }

    /// @dev Lanes that count: what was asked for, at most those of a row, and at most what the gas suffices for.
    function _lanes(bytes calldata params) private pure returns (uint256) {
        unchecked {
            uint256 ofRow = 1 << (params.log2Field(2) + KernelMath.lanesLog2(params.log2Field(1)));
            return Math.min(params.field(3), Math.min(ofRow, _MAX_LANES));
        }
    }

    function _cell(
        bytes calldata params,
        uint64 piece,
        uint16 lane
    ) private pure returns (uint256 row, uint256 column) {
        unchecked {
            uint256 rowLog2 = params.log2Field(9);
            row = uint256(piece) >> rowLog2;
            column = KernelMath.element(piece & ((1 << rowLog2) - 1), lane, params.log2Field(8));
        }
    }
}
