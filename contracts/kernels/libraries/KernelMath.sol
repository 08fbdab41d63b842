// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Range} from "../../verifiers/TensorTypes.sol";

/// @title KernelMath
/// @notice Params, lanes and rounding of all kernels. Total: no function reverts, whatever its arguments.
/// @dev Params are 64-bit fields, big-endian, packed; a missing field is zero. Sizes that are powers of two are given
/// by their logarithm, of which the low four bits count.
library KernelMath {
    /// @dev The low bits of a field that holds a logarithm.
    uint256 private constant _LOG2_MASK = 15;

    /// @dev Shifts of as many bits or more leave nothing.
    uint256 private constant _SHIFT_LIMIT = 64;

    // ─── PARAMS ───

    function field(bytes calldata params, uint256 index) internal pure returns (uint64 value) {
        unchecked {
            if (8 * index + 8 > params.length) return 0;
        }
        assembly ("memory-safe") {
            value := shr(192, calldataload(add(params.offset, shl(3, index))))
        }
    }

    function log2Field(bytes calldata params, uint256 index) internal pure returns (uint256 value) {
        return field(params, index) & _LOG2_MASK;
    }

    function int32Field(bytes calldata params, uint256 index) internal pure returns (int256 value) {
        return int32(uint32(field(params, index)));
    }

    function int24Field(bytes calldata params, uint256 index) internal pure returns (int256 value) {
        return int24(uint24(field(params, index)));
    }

    function int16Field(bytes calldata params, uint256 index) internal pure returns (int256 value) {
        return int16(uint16(field(params, index)));
    }

    // ─── RANGES ───

    /// @dev Addresses wrap: what lies past the end of a trace reads as zero anyway.
    function range(uint256 start, uint256 log2) internal pure returns (Range memory) {
        return Range({start: uint64(start), log2: uint8(log2)});
    }

    /// @dev Cuts an array to the ranges that were filled in.
    function trim(Range[] memory ranges, uint256 count) internal pure returns (Range[] memory) {
        assembly ("memory-safe") {
            mstore(ranges, count)
        }
        return ranges;
    }

    // ─── LANES ───

    /// @dev Index of a lane in an operator whose lanes have `2^laneLog2` bits.
    function element(uint256 piece, uint256 lane, uint256 laneLog2) internal pure returns (uint256) {
        unchecked {
            return (piece << lanesLog2(laneLog2)) + lane;
        }
    }

    /// @dev Logarithm of the number of lanes in a word; one lane if they are wider than a word.
    function lanesLog2(uint256 laneLog2) internal pure returns (uint256) {
        unchecked {
            return laneLog2 > 8 ? 0 : 8 - laneLog2;
        }
    }

    /// @dev The word at `index`; words that were not given are zero.
    function wordAt(bytes32[] calldata words, uint256 index) internal pure returns (uint256 word) {
        if (index >= words.length) return 0;
        assembly ("memory-safe") {
            word := calldataload(add(words.offset, shl(5, index)))
        }
    }

    /// @dev Lane of a word, sign-extended; `index` counts lanes modulo those of a word.
    function signedLane(uint256 word, uint256 laneLog2, uint256 index) internal pure returns (int256 value) {
        uint256 lanes = lanesLog2(laneLog2);
        assembly ("memory-safe") {
            let at := and(index, sub(shl(lanes, 1), 1))
            value := sar(sub(256, shr(lanes, 256)), shl(mul(at, shr(lanes, 256)), word))
        }
    }

    /// @dev Lane of a word as it stands; `index` counts lanes modulo those of a word.
    function unsignedLane(uint256 word, uint256 laneLog2, uint256 index) internal pure returns (uint256 value) {
        uint256 lanes = lanesLog2(laneLog2);
        assembly ("memory-safe") {
            let at := and(index, sub(shl(lanes, 1), 1))
            value := shr(sub(256, shr(lanes, 256)), shl(mul(at, shr(lanes, 256)), word))
        }
    }

    /// @dev The value as an unsigned lane, its high bits cut off: what a kernel returns.
    function toLane(int256 value, uint256 laneLog2) internal pure returns (bytes32[] memory result) {
        result = new bytes32[](1);
        uint256 spare = 256 - (256 >> lanesLog2(laneLog2));
        result[0] = bytes32((uint256(value) << spare) >> spare);
    }

    // ─── ARITHMETIC ───

    /// @dev `value · scale / 2^shift`, rounded half away from zero; |value| and |scale| are at most 2^31.
    function scaled(int256 value, int256 scale, uint256 shift) internal pure returns (int256 result) {
        unchecked {
            return rounded(value * scale, shift);
        }
    }

    /// @dev `value / 2^shift`, rounded half away from zero; |value| is at most 2^64.
    function rounded(int256 value, uint256 shift) internal pure returns (int256 result) {
        unchecked {
            if (shift == 0) return value;
            if (shift >= _SHIFT_LIMIT) return 0;
            int256 half = int256(1 << (shift - 1));
            return value < 0 ? -((half - value) >> shift) : (value + half) >> shift;
        }
    }

    /// @dev `scaled` with the scale (int32) in the field at `index`, and the shift in the next.
    function scaledByFields(bytes calldata params, uint256 index, int256 value) internal pure returns (int256 result) {
        unchecked {
            return scaled(value, int32Field(params, index), field(params, index + 1));
        }
    }

    /// @dev The nearest value that a signed lane holds.
    function saturated(int256 value, uint256 laneLog2) internal pure returns (int256) {
        unchecked {
            int256 limit = int256(1 << ((256 >> lanesLog2(laneLog2)) - 1));
            if (value >= limit) return limit - 1;
            return value < -limit ? -limit : value;
        }
    }
}
