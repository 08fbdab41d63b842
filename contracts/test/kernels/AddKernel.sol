// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IKernel} from "../../verifiers/IKernel.sol";
import {Range} from "../../verifiers/TensorTypes.sol";

/// @title AddKernel
/// @notice Sum of two tensors in 32-bit lanes, wrapping. Parameters: `abi.encode(uint64 a, uint64 b)`, word addresses.
contract AddKernel is IKernel {
    /// @inheritdoc IKernel
    function first(bytes calldata, uint64, uint16) external pure returns (Range[] memory range) {
        return range;
    }

    /// @inheritdoc IKernel
    function reads(
        bytes calldata params,
        uint64 piece,
        uint16,
        bytes32[] calldata
    ) external pure returns (Range[] memory ranges) {
        (uint64 a, uint64 b) = abi.decode(params, (uint64, uint64));
        ranges = new Range[](2);
        unchecked {
            ranges[0] = Range({start: a + piece, log2: 0});
            ranges[1] = Range({start: b + piece, log2: 0});
        }
    }

    /// @inheritdoc IKernel
    function compute(
        bytes calldata,
        uint64,
        uint16 lane,
        bytes32[] calldata words
    ) external pure returns (bytes32[] memory result) {
        result = new bytes32[](1);
        unchecked {
            uint256 shift = 224 - 32 * (uint256(lane) & 7);
            uint256 sum = (uint256(words[0]) >> shift) + (uint256(words[1]) >> shift);
            result[0] = bytes32(sum & 0xffffffff);
        }
    }
}
