// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {MerkleProof} from "@openzeppelin/contracts/utils/cryptography/MerkleProof.sol";
import {INodeRegistry} from "../hardware/INodeRegistry.sol";
import {IUptimeOracle} from "./IUptimeOracle.sol";
import {UptimeReport} from "./UptimeReport.sol";

/// @title UptimeEvidence
/// @notice What agents and attestors sign below a report: heartbeats, batches, observations. Byte by byte in
/// `docs/uptime-format.md`.
library UptimeEvidence {
    /// @notice EIP-712 type of a heartbeat.
    bytes32 internal constant HEARTBEAT_TYPEHASH = keccak256(
        "Heartbeat(uint32 epoch,uint8 slot,uint64[] nodeIds,uint64 blockNumber,bytes32 blockHash)"
    );

    /// @notice EIP-712 type of a batch.
    bytes32 internal constant BATCH_TYPEHASH = keccak256("Batch(uint32 epoch,uint8 slot,bytes32 root)");

    /// @notice EIP-712 type of an observation.
    bytes32 internal constant OBSERVATION_TYPEHASH = keccak256(
        "Observation(uint32 epoch,bytes32 root,bytes32 configDigest)"
    );

    /// @notice The "slot" under which an observation commits its sightings.
    uint8 internal constant SIGHTINGS_SLOT = 255;

    /// @notice Nodes whose bitmaps make one chunk of sightings.
    uint256 internal constant NODES_PER_CHUNK = 32;

    /// @notice Most nodes of one heartbeat.
    uint256 internal constant MAX_HEARTBEAT_NODES = 256;

    /// @notice "These nodes run in this slot", signed by their agent.
    /// @param epoch The epoch.
    /// @param slot The slot.
    /// @param nodeIds Nodes of the host, ascending.
    /// @param blockNumber A block of the slot.
    /// @param blockHash Its hash; attestors check it, the chain cannot.
    /// @param signature 64-byte ERC-2098 signature of the agent.
    struct Heartbeat {
        uint32 epoch;
        uint8 slot;
        uint64[] nodeIds;
        uint64 blockNumber;
        bytes32 blockHash;
        bytes signature;
    }

    /// @notice What an attestor says of one slot.
    /// @param epoch The epoch.
    /// @param slot The slot.
    /// @param root Root over `(nodeId, heartbeatHash)`.
    /// @param signature 64-byte ERC-2098 signature of the attestor.
    struct Batch {
        uint32 epoch;
        uint8 slot;
        bytes32 root;
        bytes signature;
    }

    /// @notice What an attestor says of one node in one slot.
    /// @param seat Seat of the attestor in the epoch's set.
    /// @param root Root of its batch of the slot.
    /// @param heartbeatHash EIP-712 digest of the heartbeat.
    /// @param path Siblings from `(nodeId, heartbeatHash)` to `root`.
    /// @param signature 64-byte ERC-2098 signature of the batch.
    struct Receipt {
        uint8 seat;
        bytes32 root;
        bytes32 heartbeatHash;
        bytes32[] path;
        bytes signature;
    }

    /// @notice What an attestor says of one epoch.
    /// @param epoch The epoch.
    /// @param root Root over `(attestor, slot, root)` of its batches and its sightings.
    /// @param configDigest Digest of the rules.
    /// @param signature 64-byte ERC-2098 signature of the attestor.
    struct Observation {
        uint32 epoch;
        bytes32 root;
        bytes32 configDigest;
        bytes signature;
    }

    /// @notice A chunk of an attestor's sightings and how it follows from its observation.
    /// @param root Root of the sightings.
    /// @param rootProof Siblings from `(attestor, 255, root)` to the root of the observation.
    /// @param bitmaps Bitmaps of the chunk's nodes.
    /// @param chunkProof Siblings from the chunk to `root`.
    struct Sightings {
        bytes32 root;
        bytes32[] rootProof;
        uint256[NODES_PER_CHUNK] bitmaps;
        bytes32[] chunkProof;
    }

    /// @notice Thrown when evidence does not follow from the root that it names.
    error UptimeEvidence_NotUnder(bytes32 root);

    /// @notice Thrown when a heartbeat is of another node or slot, or is not signed by the node's agent.
    error UptimeEvidence_WrongHeartbeat(uint64 nodeId, uint32 epoch, uint8 slot);

    /// @notice Hash of a leaf of evidence.
    /// @param attestor Signing key of the attestor
    /// @param slot The slot, or `SIGHTINGS_SLOT`
    /// @param root Root of the batch, or of the sightings
    /// @return leafHash The hash
    function evidenceLeaf(address attestor, uint8 slot, bytes32 root) internal pure returns (bytes32 leafHash) {
        return keccak256(bytes.concat(keccak256(abi.encode(attestor, slot, root))));
    }

    /// @notice Checks that an attestor put a root down for a slot.
    /// @param observed Root of its observation, or of the evidence of a report
    /// @param attestor Signing key of the attestor
    /// @param slot The slot, or `SIGHTINGS_SLOT`
    /// @param root Root of the batch, or of the sightings
    /// @param proof Siblings
    function checkListed(
        bytes32 observed,
        address attestor,
        uint8 slot,
        bytes32 root,
        bytes32[] calldata proof
    ) internal pure {
        bool isListed = MerkleProof.verifyCalldata(proof, observed, evidenceLeaf(attestor, slot, root));
        require(isListed, UptimeEvidence_NotUnder(observed));
    }

    /// @notice Checks that an attestor signed a batch.
    /// @param batch The batch
    /// @param oracle The oracle
    /// @param key Key of the attestor
    /// @param seat Its seat, for the error
    function checkBatch(Batch calldata batch, IUptimeOracle oracle, address key, uint8 seat) internal view {
        bytes32 structHash = keccak256(abi.encode(BATCH_TYPEHASH, batch.epoch, batch.slot, batch.root));
        UptimeReport.checkSignature(oracle.digestOf(structHash), key, seat, batch.signature);
    }

    /// @notice Checks that an attestor signed an observation.
    /// @param observation The observation
    /// @param oracle The oracle
    /// @param key Key of the attestor
    /// @param seat Its seat, for the error
    function checkObservation(
        Observation calldata observation,
        IUptimeOracle oracle,
        address key,
        uint8 seat
    ) internal view {
        bytes32 structHash = keccak256(
            abi.encode(OBSERVATION_TYPEHASH, observation.epoch, observation.root, observation.configDigest)
        );
        UptimeReport.checkSignature(oracle.digestOf(structHash), key, seat, observation.signature);
    }

    /// @notice Checks that a node is in a batch.
    /// @param root Root of the batch
    /// @param nodeId The node
    /// @param heartbeatHash Digest of its heartbeat
    /// @param path Siblings
    function checkInBatch(bytes32 root, uint64 nodeId, bytes32 heartbeatHash, bytes32[] calldata path) internal pure {
        bytes32 leafHash = keccak256(bytes.concat(keccak256(abi.encode(nodeId, heartbeatHash))));
        require(MerkleProof.verifyCalldata(path, root, leafHash), UptimeEvidence_NotUnder(root));
    }

    /// @notice Checks that an attestor gave a receipt.
    /// @param receipt The receipt
    /// @param oracle The oracle
    /// @param nodeId The node
    /// @param epoch The epoch
    /// @param slot The slot
    function checkReceipt(
        Receipt calldata receipt,
        IUptimeOracle oracle,
        uint64 nodeId,
        uint32 epoch,
        uint8 slot
    ) internal view {
        checkInBatch(receipt.root, nodeId, receipt.heartbeatHash, receipt.path);
        bytes32 digest = oracle.digestOf(keccak256(abi.encode(BATCH_TYPEHASH, epoch, slot, receipt.root)));
        UptimeReport.checkSignature(digest, oracle.keyOf(epoch, receipt.seat), receipt.seat, receipt.signature);
    }

    /// @notice Bitmap of a node in the sightings of an attestor's observation.
    /// @param sightings The chunk that holds the node, with proofs
    /// @param observed Root of the observation
    /// @param attestor Signing key of the attestor
    /// @param nodeId The node; 0 has no place there
    /// @return bitmap Slots in which the attestor says that it saw the node
    function checkedBitmap(
        Sightings calldata sightings,
        bytes32 observed,
        address attestor,
        uint64 nodeId
    ) internal pure returns (uint256 bitmap) {
        checkListed(observed, attestor, SIGHTINGS_SLOT, sightings.root, sightings.rootProof);
        // A leaf of liars may name any node.
        require(nodeId != 0, UptimeEvidence_NotUnder(sightings.root));
        uint256 chunk = (uint256(nodeId) - 1) / NODES_PER_CHUNK;
        bytes32 inner = keccak256(abi.encode(chunk, keccak256(abi.encode(sightings.bitmaps))));
        bytes32 leafHash = keccak256(bytes.concat(inner));
        bool isUnder = MerkleProof.verifyCalldata(sightings.chunkProof, sightings.root, leafHash);
        require(isUnder, UptimeEvidence_NotUnder(sightings.root));
        return sightings.bitmaps[(nodeId - 1) % NODES_PER_CHUNK];
    }

    /// @notice Checks that a node's agent said in a slot that the node runs.
    /// @param heartbeat The heartbeat
    /// @param oracle The oracle
    /// @param nodes The registry of nodes
    /// @param nodeId The node
    /// @param epoch The epoch
    /// @param slot The slot
    /// @return digest Name of the heartbeat in receipts
    function checkHeartbeat(
        Heartbeat calldata heartbeat,
        IUptimeOracle oracle,
        INodeRegistry nodes,
        uint64 nodeId,
        uint32 epoch,
        uint8 slot
    ) internal view returns (bytes32 digest) {
        bytes32 structHash = keccak256(
            abi.encode(
                HEARTBEAT_TYPEHASH,
                heartbeat.epoch,
                heartbeat.slot,
                // Elements of an array of value types are encoded as full words.
                keccak256(abi.encodePacked(heartbeat.nodeIds)),
                heartbeat.blockNumber,
                heartbeat.blockHash
            )
        );
        digest = oracle.digestOf(structHash);
        address agent = nodes.agentAt(nodeId, epoch);
        bool isRight =
            heartbeat.epoch == epoch &&
                heartbeat.slot == slot &&
                _names(heartbeat.nodeIds, nodeId) &&
                agent != address(0) &&
                UptimeReport.signerOf(digest, heartbeat.signature) == agent;
        require(isRight, UptimeEvidence_WrongHeartbeat(nodeId, epoch, slot));
    }

    function _names(uint64[] calldata nodeIds, uint64 nodeId) private pure returns (bool named) {
        uint256 count = nodeIds.length;
        if (count > MAX_HEARTBEAT_NODES) return false;
        for (uint256 i = 0; i < count; ++i) if (nodeIds[i] == nodeId) return true;
    }
}
