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
        uint256 columns = params.field(2);
        uint256 lanes = words.length << KernelMath.lanesLog2(laneLog2);
        uint256 index = _argMax(words, 256 >> KernelMath.lanesLog2(laneLog2), columns < lanes ? columns : lanes);
        return KernelMath.toLane(int256(index), params.log2Field(5));
    }

    /// @dev A lane moved to the top of a word compares as the lane does, whatever follows it is cut off.
    function _argMax(bytes32[] calldata words, uint256 laneBits, uint256 columns) private pure returns (uint256 index) {
        assembly ("memory-safe") {
            let at := words.offset
            let spare := sub(256, laneBits)
            let max := shl(255, 1)
            let column := 0
            for {} lt(column, columns) {} {
                let word := calldataload(at)
                at := add(at, 32)
                let end := add(column, div(256, laneBits))
                if gt(end, columns) {
                    end := columns
                }
                for {} lt(column, end) {
                    column := add(column, 1)
                } {
                    let value := sar(spare, word)
                    // The least value cannot win: the index it would win with, if all are least, is 0 already.
                    if sgt(value, max) {
                        max := value
                        index := column
                    }
                    word := shl(laneBits, word)
                }
            }
        }
    }
}
