// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IKernel} from "../../verifiers/IKernel.sol";
import {Range} from "../../verifiers/TensorTypes.sol";

/// @title MixKernel
/// @notice Hashes whatever its parameters tell it to read: one kernel for random programs of every shape.
contract MixKernel is IKernel {
    /// @dev `2^log2` words at `start + stride · piece`.
    struct Read {
        uint64 start;
        uint64 stride;
        uint8 log2;
    }

    /// @dev With `gathers`, the word at `indexAt + piece` names one of `rows` rows at `tableAt`.
    /// @param laneBits Width of a lane; zero in piece mode
    struct Params {
        uint16 laneBits;
        uint8 pieceLog2;
        bool gathers;
        uint64 indexAt;
        uint64 tableAt;
        uint64 rows;
        uint8 rowLog2;
        Read[] reads;
    }

    /// @inheritdoc IKernel
    function first(bytes calldata params, uint64 piece, uint16) external pure returns (Range[] memory range) {
        Params memory p = abi.decode(params, (Params));
        if (!p.gathers) return range;
        range = new Range[](1);
        unchecked {
            range[0] = Range({start: p.indexAt + piece, log2: 0});
        }
    }

    /// @inheritdoc IKernel
    function reads(
        bytes calldata params,
        uint64 piece,
        uint16,
        bytes32[] calldata firstWords
    ) external pure returns (Range[] memory ranges) {
        Params memory p = abi.decode(params, (Params));
        uint256 count = p.reads.length;
        ranges = new Range[](count + firstWords.length);
        unchecked {
            for (uint256 i = 0; i < count; ++i) {
                Read memory read = p.reads[i];
                ranges[i] = Range({start: read.start + read.stride * piece, log2: read.log2});
            }
            if (firstWords.length != 0) {
                uint64 row = uint64(uint256(firstWords[0]) % p.rows);
                ranges[count] = Range({start: p.tableAt + (row << p.rowLog2), log2: p.rowLog2});
            }
        }
    }

    /// @inheritdoc IKernel
    function compute(
        bytes calldata params,
        uint64 piece,
        uint16 lane,
        bytes32[] calldata words
    ) external pure returns (bytes32[] memory result) {
        Params memory p = abi.decode(params, (Params));
        bytes32 seed = keccak256(abi.encodePacked(piece, lane, words));
        if (p.laneBits != 0) {
            result = new bytes32[](1);
            result[0] = seed >> (256 - p.laneBits);
            return result;
        }
        result = new bytes32[](1 << p.pieceLog2);
        for (uint256 i = 0; i < result.length; ++i) result[i] = keccak256(abi.encode(seed, i));
    }
}
