// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title IBatch
/// @notice Many calls in one: each item stands or falls by itself, and one that fails is told by an event.
/// @dev Promises:
/// - an item that fails changes nothing, and stops no other;
/// - an item is told to have failed only if it was given all the gas that it can need: too little gas reverts the whole
///   batch, so that nobody can make another's item fail by being stingy (T-53);
/// - an item gets no more gas than that, so none can use up what is there for the others;
/// - a batch has at least one and at most 64 items, and of each reason only the first 260 bytes are copied and logged.
interface IBatch {
    /// @notice Emitted when an item failed. Nothing of it happened.
    /// @param index Its place in the batch, from 0
    /// @param reason What it reverted with, the first 260 bytes
    event ItemFailed(uint256 indexed index, bytes reason);

    /// @notice Thrown when a batch is empty or too long.
    /// @param length Items given
    /// @param max The most
    error Batch_LengthOutOfBounds(uint256 length, uint256 max);

    /// @notice Thrown when an item failed, but had less gas than it can need: the cause may be the caller's limit.
    /// @param index Its place in the batch, from 0
    /// @param gasGiven Gas that the item had
    /// @param gasNeeded Gas that an item must have had for its failure to count
    error Batch_TooLittleGas(uint256 index, uint256 gasGiven, uint256 gasNeeded);
}
