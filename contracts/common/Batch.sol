// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {LowLevelCall} from "@openzeppelin/contracts/utils/LowLevelCall.sol";
import {IBatch} from "./IBatch.sol";

/// @title Batch
/// @notice See `IBatch`.
/// @dev A batch calls the contract's own functions, by the caller's own name (`delegatecall` to itself), with calldata
/// that the contract encodes: a caller chooses arguments, never a function. Nothing is carried from item to item, so a
/// batch is as safe to re-enter as the function that it repeats.
abstract contract Batch is IBatch {
    // ─── CONSTANTS ───

    /// @notice Most items of a batch.
    uint256 public constant MAX_BATCH_ITEMS = 64;

    /// @dev A named error with up to eight values.
    uint256 private constant _MAX_REASON_BYTES = 260;

    // ─── INTERNAL ───

    /// @dev To be called first, with the number of items.
    function _checkBatch(uint256 length) internal pure {
        require(length != 0 && length <= MAX_BATCH_ITEMS, Batch_LengthOutOfBounds(length, MAX_BATCH_ITEMS));
    }

    /// @dev Runs one item, with no more gas than `gasNeeded`: the most that one call of the function can use, with a
    /// margin for the sixty-fourths that calls below it hold back; a test measures it. So whatever an item calls, as a
    /// buyer's contract that is asked for its signature, can waste the gas of that item and not of the rest.
    function _tryItem(uint256 index, uint256 gasNeeded, bytes memory data) internal returns (bool done) {
        uint256 gasGiven = gasleft();
        // A call gets at most 63 of 64 parts of what is left.
        gasGiven -= gasGiven / 64;
        // As `LowLevelCall.delegatecallNoReturn`, which takes no limit: nothing is copied.
        assembly ("memory-safe") {
            done := delegatecall(gasNeeded, address(), add(data, 0x20), mload(data), 0, 0)
        }
        if (done) return true;

        require(gasGiven >= gasNeeded, Batch_TooLittleGas(index, gasGiven, gasNeeded));
        emit ItemFailed(index, _reason());
    }

    /// @dev What the last call reverted with, cut: copying all of it would let an item choose what a batch costs.
    function _reason() private pure returns (bytes memory reason) {
        uint256 size = LowLevelCall.returnDataSize();
        if (size > _MAX_REASON_BYTES) size = _MAX_REASON_BYTES;
        reason = new bytes(size);
        // `size` is at most what was returned, and `reason` has that length.
        assembly ("memory-safe") {
            returndatacopy(add(reason, 0x20), 0, size)
        }
    }
}
