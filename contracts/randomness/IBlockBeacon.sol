// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IBeacon} from "./IBeacon.sol";

/// @title IBlockBeacon
/// @notice The randomness of blocks, for chains that have it: the value of a second is drawn from `prevrandao` of the
/// first block at or after it.
/// @dev The block is fixed by the second alone. Anyone records it later by showing its header and its parent's, as long
/// as the chain can still tell their hashes (EIP-2935: 8,191 blocks; 256 where a chain lacks it). A proposer can leave
/// its block out, and so have one more draw for each block that it gives up.
///
/// Not for chains whose `prevrandao` is constant: there, use {ICommitRevealBeacon}.
interface IBlockBeacon is IBeacon {
    /// @notice Emitted when the value of a second is recorded.
    /// @param second The second
    /// @param blockNumber The block
    /// @param value The value
    event ValueRecorded(uint48 indexed second, uint256 blockNumber, bytes32 value);

    /// @notice Thrown when a header is not that of a block of this chain, or of one too old to be known.
    error BlockBeacon_NotTheBlock(uint256 blockNumber);

    /// @notice Thrown when a block is not the first at or after a second.
    error BlockBeacon_NotTheFirst(uint48 second, uint256 parentTimestamp, uint256 timestamp);

    /// @notice Records the value of a second. Does nothing if it is recorded already.
    /// @dev Emits {ValueRecorded}. Requirements: the headers are those of `blockNumber` and of the block before it; the
    /// chain still knows their hashes; the block's time is `second` or later, its parent's is earlier.
    /// @param second The second
    /// @param blockNumber The first block at or after it
    /// @param header Its header, RLP
    /// @param parentHeader Header of the block before it, RLP
    function record(uint48 second, uint256 blockNumber, bytes calldata header, bytes calldata parentHeader) external;
}
