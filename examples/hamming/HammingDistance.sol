// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {KernelMath} from "../../contracts/kernels/libraries/KernelMath.sol";
import {IKernel} from "../../contracts/verifiers/IKernel.sol";
import {Range} from "../../contracts/verifiers/TensorTypes.sol";

/// @title HammingDistance
/// @notice In how many bits rows differ: search in binary embeddings and fingerprints.
/// @dev Lane mode, lanes of 32 bits, a row of the result for each row of `left`, a column for each row of `right`:
///
///   out[m][n] = number of ones in left[m] xor right[n]
///
/// and zero where either has no such row.
///
/// Fields of params: 0 left, 1 its rows, 2 right, 3 its rows, 4 log2 words of a row of both, 5 log2 words of a row of
/// the result.
contract HammingDistance is IKernel {
    using KernelMath for bytes;
    using KernelMath for bytes32[];

    uint256 private constant _LANE_LOG2 = 5;
    uint256 private constant _RANGES = 2;

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
        unchecked {
            uint256 outLog2 = params.log2Field(5);
            uint256 row = uint256(piece) >> outLog2;
            uint256 column = KernelMath.element(piece & ((1 << outLog2) - 1), lane, _LANE_LOG2);
            if (row >= params.field(1) || column >= params.field(3)) return ranges;
            uint256 rowLog2 = params.log2Field(4);
            ranges = new Range[](_RANGES);
            ranges[0] = KernelMath.range(params.field(0) + (row << rowLog2), rowLog2);
            ranges[1] = KernelMath.range(params.field(2) + (column << rowLog2), rowLog2);
        }
    }

    /// @inheritdoc IKernel
    function compute(
        bytes calldata params,
        uint64,
        uint16,
        bytes32[] calldata words
    ) external pure returns (bytes32[] memory result) {
        uint256 distance;
        uint256 half = 1 << params.log2Field(4);
        // Without rows nothing was read: the words that are there are what counts.
        if (half > words.length) half = words.length;
        unchecked {
            for (uint256 i = 0; i < half; ++i) distance += _ones(words.wordAt(i) ^ words.wordAt(half + i));
        }
        return KernelMath.toLane(int256(distance), _LANE_LOG2);
    }

    /// @dev Ones of a word: sums of neighbours in fields of 2, 4, 8 and 16 bits; a factor of ones adds the fields up.
    function _ones(uint256 word) private pure returns (uint256) {
        unchecked {
            word -= (word >> 1) & (type(uint256).max / 3);
            word = (word & (type(uint256).max / 5)) + ((word >> 2) & (type(uint256).max / 5));
            word = (word + (word >> 4)) & (type(uint256).max / 17);
            word = (word + (word >> 8)) & (type(uint256).max / 257);
            return (word * (type(uint256).max / 65_535)) >> 240;
        }
    }
}
