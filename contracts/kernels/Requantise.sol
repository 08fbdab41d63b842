// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IKernel} from "../verifiers/IKernel.sol";
import {Range} from "../verifiers/TensorTypes.sol";
import {KernelMath} from "./libraries/KernelMath.sol";

/// @title Requantise
/// @notice Elementwise change of width and scale, sum with a second tensor, ReLU.
/// @dev Lane mode. Operand and result have the same lanes in the same order, of widths that may differ:
///
///   out[i] = saturated(gated(scaled(in[i], scale, shift) + addend[i]))
///
/// `gated` puts 0 where the value is negative with `RELU`. The operand's lanes have at most 32 bits: of wider ones the
/// low 32 count. The addend has the result's lanes.
///
/// Fields of params: 0 operand, 1 log2 bits of its lanes, 2 log2 bits of the result's lanes, 3 scale (int32), 4 shift,
/// 5 flags, 6 addend.
contract Requantise is IKernel {
    using KernelMath for bytes;
    using KernelMath for bytes32[];

    uint256 private constant _RELU = 1;
    uint256 private constant _ADDEND = 2;

    uint256 private constant _MAX_RANGES = 2;

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
        uint256 count = 1;
        unchecked {
            uint256 element = KernelMath.element(piece, lane, params.log2Field(2));
            uint256 word = element >> KernelMath.lanesLog2(params.log2Field(1));
            ranges[0] = KernelMath.range(params.field(0) + word, 0);
            if (params.field(5) & _ADDEND != 0) ranges[count++] = KernelMath.range(uint256(params.field(6)) + piece, 0);
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
            uint256 laneLog2 = params.log2Field(2);
            uint256 element = KernelMath.element(piece, lane, laneLog2);
            int256 value = int32(KernelMath.signedLane(words.wordAt(0), params.log2Field(1), element));
            value = params.scaledByFields(3, value);

            uint256 flags = params.field(5);
            if (flags & _ADDEND != 0) value += KernelMath.signedLane(words.wordAt(1), laneLog2, lane);
            if (flags & _RELU != 0 && value < 0) value = 0;
            return KernelMath.toLane(KernelMath.saturated(value, laneLog2), laneLog2);
        }
    }
}
