// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Region} from "../verifiers/TensorTypes.sol";
import {IClaimGame} from "./IClaimGame.sol";

/// @title IChunkGame
/// @notice A game about claims whose input and output can be demanded on chain, chunk by chunk: `IResultClaims` and
/// `IRunClaims`.
/// @dev Each has `demand`, `deliver` and `timeoutDemand` of its own, as each has a claim of its own; what they do is
/// the same. The provider is paid for every chunk that it shows, and loses its bond for one that it does not.
interface IChunkGame is IClaimGame {
    // ─── EVENTS ───

    /// @notice Emitted when a chunk of data is demanded for the first time.
    /// @param claimId Claim.
    /// @param demandId Demand, as `demandIdOf` gives it.
    /// @param account Who demanded it.
    /// @param region Input or output.
    /// @param chunk Index of the chunk.
    /// @param answerBy Last second for the provider to show it.
    event ChunkDemanded(
        uint256 indexed claimId,
        bytes32 indexed demandId,
        address indexed account,
        Region region,
        uint64 chunk,
        uint48 answerBy
    );

    /// @notice Emitted when a demanded chunk is shown.
    /// @param claimId Claim.
    /// @param demandId Demand.
    /// @param region Input or output.
    /// @param chunk Index of the chunk.
    /// @param words Its words.
    event ChunkDelivered(
        uint256 indexed claimId,
        bytes32 indexed demandId,
        Region region,
        uint64 chunk,
        bytes32[] words
    );

    // ─── ERRORS ───

    /// @notice Thrown when data are demanded of a region that is neither input nor output.
    /// @param region The region.
    error ChunkGame_NothingToDemand(Region region);

    /// @notice Thrown when a region has no chunk of this index.
    /// @param region The region.
    /// @param chunk The index.
    error ChunkGame_NoSuchChunk(Region region, uint64 chunk);

    /// @notice Thrown when words are not those of a chunk.
    /// @param region The region.
    /// @param chunk The index.
    error ChunkGame_NotTheChunk(Region region, uint64 chunk);

    // ─── READ ───

    /// @notice Id of a demand.
    /// @param claimId Claim.
    /// @param region Input or output.
    /// @param chunk Index of the chunk.
    /// @return demandId Its id.
    function demandIdOf(uint256 claimId, Region region, uint64 chunk) external pure returns (bytes32 demandId);
}
