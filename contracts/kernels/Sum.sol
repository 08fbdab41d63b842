// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IKernel} from "../verifiers/IKernel.sol";
import {Range} from "../verifiers/TensorTypes.sol";
import {KernelMath} from "./libraries/KernelMath.sol";

/// @title Sum
/// @notice Sums of the rows of a tensor, or of its columns over groups of rows: gradients of biases, means.
/// @dev Lane mode; lanes of 8, 16 or 32 bits on both sides, of wider ones the low 32 count.
///
///   rows:     out[m] = saturated(scaled(int32 Σ_c in[m][c], scale, shift) + addend[m])
///   COLUMNS:  out[g][c] = saturated(scaled(int32 Σ_k in[g · 2^group + k][c], scale, shift) + addend[g][c])
///
/// mod 2^32, over the first `columns` lanes of a row and its first `rows` rows, and zero out of range. Sums of rows lie
/// one after another, as many to a word as fit; sums of columns have the layout of the operand's rows. The addend has
/// lanes and layout of the result: a sum of more than can be read at once is a chain, or a sum of sums.
///
/// Fields of params: 0 operand, 1 its rows, 2 columns, 3 log2 words of its rows, 4 log2 bits of its lanes, 5 log2 bits
/// of the result's lanes, 6 scale (int32), 7 shift, 8 flags, 9 group, 10 log2 words of a row of the result, 11 addend.
contract Sum is IKernel {
    using KernelMath for bytes;
    using KernelMath for bytes32[];

    uint256 private constant _COLUMNS = 1;
    uint256 private constant _ADDEND = 2;

    uint256 private constant _MAX_RANGES = 2;

    uint256 private constant _MAX_RANGE_LOG2 = 8;

    /// @dev What a lane of the result is the sum of: `count` lanes, every `step`-th from `from` on, of the range of
    /// `2^log2` words that begins with `row`; none out of range.
    struct Lanes {
        uint256 laneLog2;
        uint256 row;
        uint256 log2;
        uint256 from;
        uint256 step;
        uint256 count;
    }

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
            Lanes memory lanes = _lanes(params, piece, lane);
            if (lanes.count != 0) {
                uint256 start = params.field(0) + (lanes.row << params.log2Field(3));
                ranges[count++] = KernelMath.range(start, lanes.log2);
            }
            if (params.field(8) & _ADDEND != 0)
                ranges[count++] = KernelMath.range(uint256(params.field(11)) + piece, 0);
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
        Lanes memory lanes = _lanes(params, piece, lane);
        unchecked {
            int256 value = params.scaledByFields(6, int32(_sum(words, lanes)));
            if (params.field(8) & _ADDEND != 0) {
                uint256 next = lanes.count == 0 ? 0 : 1 << lanes.log2;
                value += KernelMath.signedLane(words.wordAt(next), laneLog2, lane);
            }
            return KernelMath.toLane(KernelMath.saturated(value, laneLog2), laneLog2);
        }
    }

    function _lanes(bytes calldata params, uint64 piece, uint16 lane) private pure returns (Lanes memory lanes) {
        unchecked {
            lanes.laneLog2 = params.log2Field(4);
            lanes.log2 = params.log2Field(3);
            lanes.step = 1;
            uint256 columns = 1 << (lanes.log2 + KernelMath.lanesLog2(lanes.laneLog2));
            if (params.field(8) & _COLUMNS != 0) {
                lanes.step = columns;
                _setColumn(params, piece, lane, lanes);
                return lanes;
            }
            lanes.row = KernelMath.element(piece, lane, params.log2Field(5));
            if (params.field(2) < columns) columns = params.field(2);
            if (lanes.row < params.field(1)) lanes.count = columns;
        }
    }

    /// @dev The lanes of a column in a group of rows.
    function _setColumn(bytes calldata params, uint64 piece, uint16 lane, Lanes memory lanes) private pure {
        unchecked {
            uint256 rowLog2 = params.log2Field(10);
            uint256 group = params.log2Field(9);
            lanes.log2 += group;
            lanes.row = (uint256(piece) >> rowLog2) << group;
            lanes.from = KernelMath.element(piece & ((1 << rowLog2) - 1), lane, params.log2Field(5));
            if (lanes.row >= params.field(1) || lanes.from >= params.field(2) || lanes.from >= lanes.step) return;
            lanes.count = params.field(1) - lanes.row;
            if (lanes.count > (1 << group)) lanes.count = 1 << group;
        }
    }

    /// @dev Sum of the lanes; those of words that were not given are zero.
    function _sum(bytes32[] calldata words, Lanes memory lanes) private pure returns (int256) {
        // Lanes narrower than a byte would be more than can be added up within the verifier's gas.
        if (lanes.log2 > _MAX_RANGE_LOG2 || lanes.laneLog2 < 3) return 0;
        if (lanes.step == 1 && lanes.laneLog2 <= 5) return _packedSum(words, lanes);
        return _plainSum(words, lanes);
    }

    /// @dev One lane after another.
    function _plainSum(bytes32[] calldata words, Lanes memory lanes) private pure returns (int256 sum) {
        uint256 lanesLog2 = KernelMath.lanesLog2(lanes.laneLog2);
        (uint256 from, uint256 step, uint256 count) = (lanes.from, lanes.step, lanes.count);
        assembly ("memory-safe") {
            let bits := shr(lanesLog2, 256)
            let spare := sub(256, bits)
            let mask := sub(shl(lanesLog2, 1), 1)
            let end := add(words.offset, shl(5, words.length))
            for {
                let last := add(from, mul(count, step))
            } lt(from, last) {
                from := add(from, step)
            } {
                let word := add(words.offset, shl(5, shr(lanesLog2, from)))
                if iszero(lt(word, end)) {
                    break
                }
                sum := add(sum, sar(spare, shl(mul(and(from, mask), bits), calldataload(word))))
            }
        }
    }

    /// @dev The same, a word at a time, for lanes from the first word on. A lane of L bits is biased by 2^(L-1), so
    /// that none is negative. Even and odd lanes are added up apart, in slots of 2L bits: over at most 256 words a slot
    /// stays below 256 * 2^L, for L = 8 at most 65,280. Lanes that do not count are put to zero after the bias.
    function _packedSum(bytes32[] calldata words, Lanes memory lanes) private pure returns (int256 sum) {
        uint256 lanesLog2 = KernelMath.lanesLog2(lanes.laneLog2);
        uint256 count = lanes.count;
        assembly ("memory-safe") {
            let given := shl(lanesLog2, words.length)
            if gt(count, given) {
                count := given
            }
            let bits := shr(lanesLog2, 256)
            // Ones at the bottom of each slot, as many as there are pairs of lanes; all ones in the lower lane of each.
            let ones := div(not(0), sub(shl(mul(2, bits), 1), 1))
            let low := mul(ones, sub(shl(bits, 1), 1))
            let bias := mul(or(ones, shl(bits, ones)), shl(sub(bits, 1), 1))
            let even := 0
            let odd := 0
            let word := words.offset
            for {
                let end := add(word, shl(5, shr(lanesLog2, count)))
            } lt(word, end) {
                word := add(word, 32)
            } {
                let value := xor(calldataload(word), bias)
                even := add(even, and(value, low))
                odd := add(odd, and(shr(bits, value), low))
            }
            let rest := mul(and(count, sub(shl(lanesLog2, 1), 1)), bits)
            let last := and(xor(calldataload(word), bias), not(shr(rest, not(0))))
            even := add(even, and(last, low))
            odd := add(odd, and(shr(bits, last), low))
            // Slots of twice the size hold the sums of pairs; a factor of ones adds those up in the top one.
            let wide := mul(4, bits)
            ones := div(not(0), sub(shl(wide, 1), 1))
            low := mul(ones, sub(shl(mul(2, bits), 1), 1))
            even := add(and(even, low), and(shr(mul(2, bits), even), low))
            odd := add(and(odd, low), and(shr(mul(2, bits), odd), low))
            sum := shr(sub(256, wide), mul(add(even, odd), ones))
            sum := sub(sum, shl(sub(bits, 1), count))
        }
    }
}
