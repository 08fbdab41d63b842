// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {Memory} from "@openzeppelin/contracts/utils/Memory.sol";
import {IKernel} from "../../verifiers/IKernel.sol";

/// @title Challenge
/// @notice The work of a capacity proof: which rows are multiplied, where a result lies, and what it is.
/// @dev A product multiplies two matrices of `2^rowsLog2` rows of `32 · 2^rowWordsLog2` int8 lanes each, the one with
/// the transposed other. Results are int32, eight to a word, row after row, product after product, in one tree of
/// words.
library Challenge {
    /// @dev Logarithm of the results in a word.
    uint256 private constant _LANES_LOG2 = 3;

    /// @dev Logarithm of the bits of a result.
    uint64 private constant _LANE_BITS_LOG2 = 5;

    /// @notice The challenge of a node.
    /// @param nodeId Number of the node
    /// @param rowsLog2 Logarithm of the rows of each side of a product; at least 3
    /// @param rowWordsLog2 Logarithm of the words of a row
    /// @param products Products; not zero
    /// @param seed What all rows grow from
    struct Work {
        uint64 nodeId;
        uint8 rowsLog2;
        uint8 rowWordsLog2;
        uint256 products;
        bytes32 seed;
    }

    /// @notice One result.
    /// @param product Product
    /// @param row Row of the left side
    /// @param column Row of the right side
    /// @param position Word of the tree that holds it
    /// @param lane Its place in that word, from the most significant
    struct Entry {
        uint256 product;
        uint256 row;
        uint256 column;
        uint256 position;
        uint256 lane;
    }

    /// @notice What the rows of a node's challenge grow from: known to nobody before the round starts.
    /// @param start Value of the beacon at the start
    /// @param nodeId Number of the node
    /// @return seed Seed
    function seedOf(bytes32 start, uint64 nodeId) internal pure returns (bytes32 seed) {
        return keccak256(abi.encode(start, nodeId));
    }

    /// @notice What the words of a row grow from: word i is `keccak256(abi.encode(rowSeed, i))`.
    /// @param seed Seed of the challenge
    /// @param product Product
    /// @param side 0 left, 1 right
    /// @param row Row
    /// @return rowSeed Seed of the row
    function rowSeedOf(
        bytes32 seed,
        uint256 product,
        uint256 side,
        uint256 row
    ) internal pure returns (bytes32 rowSeed) {
        return keccak256(abi.encode(seed, (product << 64) | (side << 32) | row));
    }

    /// @notice Height of the tree over all results.
    /// @param work Challenge
    /// @return height Height
    function depth(Work memory work) internal pure returns (uint256 height) {
        return Math.log2(work.products, Math.Rounding.Ceil) + _productLog2(work);
    }

    /// @notice An entry to be opened, drawn from all results.
    /// @param work Challenge
    /// @param draw Value of the beacon after the deadline
    /// @param index Which of its entries
    /// @return entry Entry
    function entryOf(Work memory work, bytes32 draw, uint256 index) internal pure returns (Entry memory entry) {
        uint256 rowsLog2 = work.rowsLog2;
        uint256 cell = uint256(keccak256(abi.encode(draw, work.nodeId, index))) % (work.products << (2 * rowsLog2));
        uint256 mask = (1 << rowsLog2) - 1;
        return
            Entry({
                product: cell >> (2 * rowsLog2),
                row: (cell >> rowsLog2) & mask,
                column: cell & mask,
                position: cell >> _LANES_LOG2,
                lane: cell & ((1 << _LANES_LOG2) - 1)
            });
    }

    /// @notice A result in its word.
    /// @param word Word
    /// @param lane Its place, from the most significant
    /// @return result Result, int32 in two's complement
    function resultIn(bytes32 word, uint256 lane) internal pure returns (uint32 result) {
        return uint32(uint256(word) >> (224 - 32 * lane));
    }

    /// @notice What a result must be: the rows grown anew, and multiplied by the kernel that judges claims.
    /// @param work Challenge
    /// @param kernel The MatMul kernel
    /// @param entry Entry
    /// @return result Result, int32 in two's complement
    function compute(Work memory work, IKernel kernel, Entry memory entry) internal pure returns (uint32 result) {
        // What is built here is of no use after it: without giving the memory back, many entries would cost its square.
        Memory.Pointer free = Memory.getFreeMemoryPointer();
        uint256 count = 1 << work.rowWordsLog2;
        bytes32[] memory words = new bytes32[](2 * count);
        _grow(words, 0, count, rowSeedOf(work.seed, entry.product, 0, entry.row));
        _grow(words, count, count, rowSeedOf(work.seed, entry.product, 1, entry.column));
        uint64 piece = uint64(entry.position & ((1 << _productLog2(work)) - 1));
        bytes32[] memory computed = kernel.compute(_params(work), piece, uint16(entry.lane), words);
        result = uint32(uint256(computed[0]));
        Memory.unsafeSetFreeMemoryPointer(free);
    }

    /// @dev `words[first + i] = keccak256(abi.encode(rowSeed, i))`. The caller's array holds `first + count` words.
    function _grow(bytes32[] memory words, uint256 first, uint256 count, bytes32 rowSeed) private pure {
        // Memory-safe: scratch space, and words that the array has.
        assembly ("memory-safe") {
            mstore(0x00, rowSeed)
            let to := add(add(words, 0x20), shl(5, first))
            for {
                let i := 0
            } lt(i, count) {
                i := add(i, 1)
            } {
                mstore(0x20, i)
                mstore(add(to, shl(5, i)), keccak256(0x00, 0x40))
            }
        }
    }

    /// @dev Logarithm of the words of a product's results.
    function _productLog2(Work memory work) private pure returns (uint256 log2) {
        return 2 * uint256(work.rowsLog2) - _LANES_LOG2;
    }

    /// @dev Parameters of the kernel: both operands, no scaling, no addend, no mask. See `MatMul`.
    function _params(Work memory work) private pure returns (bytes memory params) {
        uint64 rows = uint64(1) << work.rowsLog2;
        uint64 none = 0;
        uint64 rowLog2 = work.rowWordsLog2;
        uint64 outRowLog2 = uint64(work.rowsLog2 - _LANES_LOG2);
        uint64 scale = 1;
        return
            abi.encodePacked(
                none,
                rows,
                none,
                rows,
                rowLog2,
                outRowLog2,
                _LANE_BITS_LOG2,
                scale,
                none,
                none,
                none,
                none
            );
    }
}
