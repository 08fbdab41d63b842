// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IKernel} from "../../verifiers/IKernel.sol";
import {Range} from "../../verifiers/TensorTypes.sol";

/// @title GatherKernel
/// @notice Rows of a table, named by index words; a row out of range is zero. Piece mode, a row a piece.
/// @dev Parameters: `abi.encode(uint64 indexAt, uint64 tableAt, uint64 rows, uint8 rowLog2)`.
contract GatherKernel is IKernel {
    /// @inheritdoc IKernel
    function first(bytes calldata params, uint64 piece, uint16) external pure returns (Range[] memory range) {
        range = new Range[](1);
        unchecked {
            range[0] = Range({start: abi.decode(params, (uint64)) + piece, log2: 0});
        }
    }

    /// @inheritdoc IKernel
    function reads(
        bytes calldata params,
        uint64,
        uint16,
        bytes32[] calldata firstWords
    ) external pure returns (Range[] memory ranges) {
        (, uint64 tableAt, uint64 rows, uint8 rowLog2) = abi.decode(params, (uint64, uint64, uint64, uint8));
        if (uint256(firstWords[0]) >= rows) return ranges;
        ranges = new Range[](1);
        unchecked {
            ranges[0] = Range({start: tableAt + (uint64(uint256(firstWords[0])) << rowLog2), log2: rowLog2});
        }
    }

    /// @inheritdoc IKernel
    function compute(
        bytes calldata params,
        uint64,
        uint16,
        bytes32[] calldata words
    ) external pure returns (bytes32[] memory result) {
        (, , , uint8 rowLog2) = abi.decode(params, (uint64, uint64, uint64, uint8));
        result = new bytes32[](1 << rowLog2);
        for (uint256 i = 1; i < words.length; ++i) result[i - 1] = words[i];
    }
}
