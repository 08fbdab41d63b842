// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IKernel} from "../verifiers/IKernel.sol";
import {Range} from "../verifiers/TensorTypes.sol";
import {KernelMath} from "./libraries/KernelMath.sol";

/// @title ArgMax
/// @notice Index of the largest value of each row: the class that a network predicts.
/// @dev Lane mode. `out[m] = argmax_c in[m][c]`, ties to the lowest index, over the first `columns` lanes; rows at or
/// after `rows` give 0. An index wider than a lane keeps its low bits.
///
/// Fields of params: 0 operand, 1 its rows, 2 columns, 3 log2 words of its rows, 4 log2 bits of its lanes, 5 log2 bits
/// of the result's lanes.
contract ArgMax is IKernel {
    using KernelMath for bytes;

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
        uint256 row = KernelMath.element(piece, lane, params.log2Field(5));
        if (row >= params.field(1)) return ranges;
        ranges = new Range[](1);
        uint256 rowLog2 = params.log2Field(3);
        unchecked {
            ranges[0] = KernelMath.range(params.field(0) + (row << rowLog2), rowLog2);
        }
    }

    /// @inheritdoc IKernel
    function compute(
        bytes calldata params,
        uint64,
        uint16,
        bytes32[] calldata words
    ) external pure returns (bytes32[] memory result) {
        uint256 laneLog2 = params.log2Field(4);
        // Lanes narrower than a byte would be more than can be compared within the verifier's gas.
        uint256 columns = laneLog2 < 3 ? 0 : params.field(2);
        uint256 lanes = words.length << KernelMath.lanesLog2(laneLog2);
        uint256 index = _argMax(words, 256 >> KernelMath.lanesLog2(laneLog2), columns < lanes ? columns : lanes);
        return KernelMath.toLane(int256(index), params.log2Field(5));
    }

    /// @dev A lane moved to the top of a word and down again is sign-extended. The least number cannot win: the index
    /// that it would win with, if all are least, is 0 already.
    function _argMax(bytes32[] calldata words, uint256 laneBits, uint256 columns) private pure returns (uint256 index) {
        assembly ("memory-safe") {
            let spare := sub(256, laneBits)
            let max := shl(255, 1)
            let column := 0
            let word := 0
            let value := 0
            // Four lanes at a time, if words have as many.
            for {} and(gt(columns, add(column, 3)), lt(laneBits, 65)) {
                column := add(column, 4)
            } {
                word := shl(laneBits, shl(mul(3, laneBits), word))
                if iszero(and(mul(column, laneBits), 255)) {
                    word := calldataload(add(words.offset, shl(5, shr(8, mul(column, laneBits)))))
                }
                value := sar(spare, word)
                if sgt(value, max) {
                    max := value
                    index := column
                }
                value := sar(spare, shl(laneBits, word))
                if sgt(value, max) {
                    max := value
                    index := add(column, 1)
                }
                value := sar(spare, shl(add(laneBits, laneBits), word))
                if sgt(value, max) {
                    max := value
                    index := add(column, 2)
                }
                value := sar(spare, shl(mul(3, laneBits), word))
                if sgt(value, max) {
                    max := value
                    index := add(column, 3)
                }
            }
            for {} lt(column, columns) {
                column := add(column, 1)
            } {
                let bits := mul(column, laneBits)
                word := calldataload(add(words.offset, shl(5, shr(8, bits))))
                value := sar(spare, shl(and(bits, 255), word))
                if sgt(value, max) {
                    max := value
                    index := column
                }
            }
        }
    }
}
