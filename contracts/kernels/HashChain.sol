// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IKernel} from "../verifiers/IKernel.sol";
import {Range} from "../verifiers/TensorTypes.sol";
import {KernelMath} from "./libraries/KernelMath.sol";

/// @title HashChain
/// @notice Hashes of hashes of a seed: work that takes its time, because each step needs the one before.
/// @dev Lane mode, lanes of 256 bits. Each word is `rounds` steps after the one before it, the first after the seed:
///
///   x ← keccak256(x ‖ step), steps counted from zero at the seed, modulo 2^64 in 32 bytes
///
/// `own` is the address of the operator's own first word: a word reads the one before. Rounds are at most 2,048.
///
/// Fields of params: 0 seed (one word), 1 own, 2 rounds.
contract HashChain is IKernel {
    using KernelMath for bytes;
    using KernelMath for bytes32[];

    uint256 private constant _LANE_LOG2 = 8;
    uint256 private constant _MAX_ROUNDS = 2_048;

    /// @inheritdoc IKernel
    function first(bytes calldata, uint64, uint16) external pure returns (Range[] memory range) {
        return new Range[](0);
    }

    /// @inheritdoc IKernel
    function reads(
        bytes calldata params,
        uint64 piece,
        uint16,
        bytes32[] calldata
    ) external pure returns (Range[] memory ranges) {
        ranges = new Range[](1);
        unchecked {
            ranges[0] = KernelMath.range(piece == 0 ? params.field(0) : params.field(1) + piece - 1, 0);
        }
    }

    /// @inheritdoc IKernel
    function compute(
        bytes calldata params,
        uint64 piece,
        uint16,
        bytes32[] calldata words
    ) external pure returns (bytes32[] memory result) {
        uint256 word = words.wordAt(0);
        unchecked {
            uint64 rounds = params.field(2);
            if (rounds > _MAX_ROUNDS) rounds = uint64(_MAX_ROUNDS);
            uint64 step = piece * rounds;
            assembly ("memory-safe") {
                // The scratch space holds both words of a step.
                mstore(0x00, word)
                for {} rounds {
                    rounds := sub(rounds, 1)
                } {
                    mstore(0x20, step)
                    mstore(0x00, keccak256(0x00, 0x40))
                    step := and(add(step, 1), 0xffffffffffffffff)
                }
                word := mload(0x00)
            }
        }
        return KernelMath.toLane(int256(word), _LANE_LOG2);
    }
}
