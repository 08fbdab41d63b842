// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {MerkleProof} from "@openzeppelin/contracts/utils/cryptography/MerkleProof.sol";
import {IUptimeOracle} from "./IUptimeOracle.sol";

/// @title UptimeLeaf
/// @notice Leaves of a report's tree, exactly as OpenZeppelin's StandardMerkleTree hashes and proves them.
library UptimeLeaf {
    /// @notice Hash of a leaf.
    /// @dev Hashed twice, so that no inner branch (the hash of 64 bytes) can pass as a leaf.
    /// @param leaf The leaf
    /// @return leafHash The hash
    function hash(IUptimeOracle.Leaf calldata leaf) internal pure returns (bytes32 leafHash) {
        // A struct of value types only: its encoding is the encoding of its fields one after the other.
        return keccak256(bytes.concat(keccak256(abi.encode(leaf))));
    }

    /// @notice Whether a leaf is under a root.
    /// @param leaf The leaf
    /// @param proof Siblings from the leaf to the root
    /// @param root The root; nothing is under zero
    /// @return proven True if so
    function isUnder(
        IUptimeOracle.Leaf calldata leaf,
        bytes32[] calldata proof,
        bytes32 root
    ) internal pure returns (bool proven) {
        return root != bytes32(0) && MerkleProof.verifyCalldata(proof, root, hash(leaf));
    }
}
