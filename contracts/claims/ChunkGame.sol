// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {BinaryTree} from "../verifiers/libraries/BinaryTree.sol";
import {Region} from "../verifiers/TensorTypes.sol";
import {ClaimGame} from "./ClaimGame.sol";
import {ClaimRecord} from "./ClaimTypes.sol";
import {IChunkGame} from "./IChunkGame.sol";
import {OpeningTree} from "./libraries/OpeningTree.sol";

/// @title ChunkGame
/// @notice See `IChunkGame`.
/// @dev For those who derive a game whose claims are about an input and an output, each a tree of words: it says by
/// `_rootOf` what kind of tree. Its entry points read like this:
/// ```
/// demand          _openClaimOf, _demandChunk
/// deliver         _awaitsAnswer, _openClaimOf, _isChunk, _deliverChunk
/// timeoutDemand   _openClaimOf, _lapse
/// ```
abstract contract ChunkGame is IChunkGame, ClaimGame {
    /// @notice Words of a chunk of data, as a power of two; of a smaller region it is the whole.
    uint8 public constant CHUNK_LOG2 = 8;

    /// @notice Passes on what a game stands on.
    /// @param setting Contracts and parameters around it
    constructor(Setting memory setting) ClaimGame(setting) {}

    // ─── READ ───

    /// @inheritdoc IChunkGame
    function demandIdOf(uint256 claimId, Region region, uint64 chunk) external pure returns (bytes32 demandId) {
        return OpeningTree.demandIdOf(claimId, region, chunk);
    }

    // ─── FOR THE GAME ───

    /// @notice Demands a chunk, and returns what was sent too much. The last thing that a call does.
    /// @param claimId Claim
    /// @param record Open claim
    /// @param buyer Its buyer
    /// @param region Region
    /// @param chunk Index of the chunk
    /// @param depth Depth of the region's tree
    function _demandChunk(
        uint256 claimId,
        ClaimRecord storage record,
        address buyer,
        Region region,
        uint64 chunk,
        uint8 depth
    ) internal {
        // The body is opened by the game.
        require(region != Region.Body, ChunkGame_NothingToDemand(region));
        require(chunk >> (depth - _log2For(depth)) == 0, ChunkGame_NoSuchChunk(region, chunk));
        bytes32 demandId = OpeningTree.demandIdOf(claimId, region, chunk);

        Pointed memory pointed = _demand(claimId, record, demandId, msg.sender == buyer);
        if (pointed.isNew) emit ChunkDemanded(claimId, demandId, msg.sender, region, chunk, pointed.answerBy);
        _returnSurplus(pointed.surplusWei);
    }

    /// @notice Stores that a chunk was shown; only if `_awaitsAnswer`. The game vouches that it `_isChunk`.
    /// @param claimId Claim
    /// @param demandId Demand
    /// @param buyer The claim's buyer
    /// @param region Region
    /// @param chunk Index of the chunk
    /// @param words Its words
    function _deliverChunk(
        uint256 claimId,
        bytes32 demandId,
        address buyer,
        Region region,
        uint64 chunk,
        bytes32[] calldata words
    ) internal {
        _deliver(claimId, demandId, buyer);
        emit ChunkDelivered(claimId, demandId, region, chunk, words);
    }

    /// @dev Whether words are those of a chunk in a tree of a depth.
    function _isChunk(
        bytes32 root,
        uint8 depth,
        uint64 chunk,
        bytes32[] calldata words,
        bytes32[] calldata siblings
    ) internal pure returns (bool isIt) {
        uint256 log2 = _log2For(depth);
        return
            words.length == 1 << log2 &&
            siblings.length + log2 == depth &&
            BinaryTree.fold(_rootOf(words), chunk, siblings) == root;
    }

    /// @dev Root of the subtree that a chunk is; it has at least 32 words.
    function _rootOf(bytes32[] calldata words) internal pure virtual returns (bytes32 root);

    // ─── INTERNAL ───

    function _log2For(uint8 depth) private pure returns (uint8 log2) {
        return depth < CHUNK_LOG2 ? depth : CHUNK_LOG2;
    }
}
